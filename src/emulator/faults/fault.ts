import { readParameters } from "./parameter";
import type { Clock } from "../../clock";
import type { Behaviour, OpenConnection } from "../amqp/behaviour";
import type { Parameters, Values } from "./parameter";

/** What a fault has done or is going to do, as numbers. */
export type FaultAnswer = Readonly<Record<string, number>>;

/** Which connections a fault is for. */
export interface Choice {
  /** How many, chosen by chance; default: all. */
  readonly connections: number | undefined;
  readonly group: string | undefined;
}

/** Where a fault may stand in front of the emulator's own conduct. */
export type FaultHooks = Pick<Behaviour, "onSignIn" | "onDispatch" | "onTransfer">;

/** What lasts of a fault. */
export interface Standing extends FaultHooks {
  /** How many sign-ins, transfers, messages or connections it still is for; undefined: no number. */
  left(): number | undefined;
  /** Ends it: what it holds back goes on, and no timer is left. */
  calm(): void;
}

/** What a fault works on. */
export interface Stage {
  readonly clock: Clock;
  readonly random: () => number;
  readonly consumerGroupIds: readonly string[];
  /** Open connections; one that is silent is left alone. */
  pick(choice: Choice): readonly OpenConnection[];
  /** Puts a lasting fault in force; the returned function says that it is over. */
  stand(standing: Standing): () => void;
  /** Ends what lasts of earlier faults of the same name. */
  calmOthers(): void;
  /** See `ConsumerGroup.throttle`; for all groups. */
  throttle(perSecond: number | undefined): void;
}

/** One sort of fault. */
export interface Fault<P extends Parameters = Parameters> {
  /** One line. */
  readonly description: string;
  readonly parameters: P;
  /** Throws FaultError for wrong parameters. */
  start(stage: Stage, given: Readonly<Record<string, unknown>>): FaultAnswer;
}

/** A fault by its parameters and what it does with them. */
export function fault<const P extends Parameters>({
  description,
  parameters,
  start,
}: {
  readonly description: string;
  readonly parameters: P;
  readonly start: (stage: Stage, values: Values<P>) => FaultAnswer;
}): Fault<P> {
  return {
    description,
    parameters,
    start: (stage, given) =>
      start(stage, readParameters(parameters, given, stage.consumerGroupIds)),
  };
}
