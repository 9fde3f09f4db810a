import type { FaultRequest } from "./fault-table";

/** A fault, so many seconds after the one before it, or after the start; default: 0. */
export type ScenarioStep = FaultRequest & { readonly afterSeconds?: number | undefined };

/** A fault that may be chosen: with twice the weight, twice as often; default: 1. */
export type WeightedFault = FaultRequest & { readonly weight?: number | undefined };

interface Seeded {
  /** For all that is left to chance; default: a random one, which is logged. */
  readonly seed?: number | undefined;
}

/** Faults in the order given. */
export interface SteppedScenario extends Seeded {
  readonly steps: readonly ScenarioStep[];
  /** Begin again after the last step. */
  readonly repeat?: boolean | undefined;
}

/** Faults by chance, with exponentially distributed gaps. */
export interface RandomScenario extends Seeded {
  /** The mean gap. */
  readonly everySeconds: number;
  readonly faults: readonly WeightedFault[];
  /** How long it lasts; default: until the emulator stops. */
  readonly forSeconds?: number | undefined;
}

/** Which faults an emulator starts by itself, and when. */
export type Scenario = SteppedScenario | RandomScenario;

/** Seeds are 32 bits. */
export const SEEDS = { min: 0, max: 2 ** 32 - 1 };
