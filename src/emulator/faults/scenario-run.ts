import { seeded, weighted } from "../random";
import { SEEDS } from "./scenario";
import type { Cancel, Clock } from "../../clock";
import type { UncheckedRequest } from "./faults";
import type { Log } from "../options";
import type { RandomScenario, Scenario, SteppedScenario } from "./scenario";

export interface ScenarioEnvironment {
  readonly clock: Clock;
  /** For the seed of a scenario that has none. */
  readonly random: () => number;
  readonly log: Log;
  readonly start: (request: UncheckedRequest, random: () => number) => void;
}

/** A timer takes no longer delays. */
const MAX_DELAY_MS = 2 ** 31 - 1;

function randomSeed(random: () => number): number {
  return Math.floor(random() * (SEEDS.max + 1));
}

/** A scenario under way. */
export class ScenarioRun {
  /** To be given to a scenario for the same run again. */
  readonly seed: number;
  readonly #environment: ScenarioEnvironment;
  readonly #random: () => number;
  #cancel: Cancel | undefined;

  constructor(scenario: Scenario, environment: ScenarioEnvironment) {
    const { log, random, clock } = environment;
    this.seed = scenario.seed ?? randomSeed(random);
    this.#environment = environment;
    this.#random = seeded(this.seed);
    log(`scenario: begins, “seed” ${this.seed}`);
    if ("steps" in scenario) this.#step(scenario, 0);
    else this.#wait(scenario, clock.monotonicMs());
  }

  /** No fault begins after this; one that lasts goes on. */
  stop(): void {
    this.#cancel?.();
  }

  #step(scenario: SteppedScenario, index: number): void {
    const { steps, repeat = false } = scenario;
    const step = steps[index] ?? (repeat ? steps[0] : undefined);
    if (step === undefined) {
      this.#end();
      return;
    }
    const { afterSeconds = 0, ...request } = step;
    this.#after(afterSeconds * 1_000, () => {
      this.#start(request);
      this.#step(scenario, (index % steps.length) + 1);
    });
  }

  #wait(scenario: RandomScenario, startMs: number): void {
    const { everySeconds, faults, forSeconds = Infinity } = scenario;
    const leftMs = startMs + forSeconds * 1_000 - this.#environment.clock.monotonicMs();
    const gapMs = -Math.log(1 - this.#random()) * everySeconds * 1_000;
    if (gapMs >= leftMs) {
      this.#after(leftMs, () => {
        this.#end();
      });
      return;
    }
    this.#after(gapMs, () => {
      const chosen = Object.entries(weighted(faults, this.#random) ?? {});
      const request = Object.fromEntries(chosen.filter(([field]) => field !== "weight"));
      this.#start(request);
      this.#wait(scenario, startMs);
    });
  }

  /**
   * With a generator of its own: how often a fault draws depends on what clients do, and must not
   * change what comes after it.
   */
  #start(request: UncheckedRequest): void {
    this.#environment.start(request, seeded(randomSeed(this.#random)));
  }

  #after(delayMs: number, action: () => void): void {
    this.#cancel = this.#environment.clock.after(Math.min(delayMs, MAX_DELAY_MS), action);
  }

  #end(): void {
    this.#environment.log("scenario: ended");
  }
}
