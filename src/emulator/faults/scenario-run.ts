import { pickWeighted, seeded } from "../random";
import { SEEDS } from "./scenario";
import type { Cancel } from "../../clock";
import type { Runtime } from "../options";
import type { UncheckedRequest } from "./fault-request";
import type { Faults } from "./faults";
import type { RandomScenario, Scenario, SteppedScenario } from "./scenario";

/** The longest delay that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;

function randomSeed(random: () => number): number {
  return Math.floor(random() * (SEEDS.max + 1));
}

/** A running scenario. */
export class ScenarioRun {
  /** A scenario with this seed runs the same way again. */
  readonly seed: number;
  readonly #faults: Faults;
  readonly #runtime: Runtime;
  readonly #random: () => number;
  #cancel: Cancel | undefined;

  /** Begins at once. */
  constructor(scenario: Scenario, faults: Faults, runtime: Runtime) {
    this.seed = scenario.seed ?? randomSeed(runtime.random);
    this.#faults = faults;
    this.#runtime = runtime;
    this.#random = seeded(this.seed);
    runtime.log(`scenario: begins, “seed” ${this.seed}`);
    if ("steps" in scenario) this.#waitForStep(scenario, 0);
    else this.#waitForFault(scenario, runtime.clock.monotonicMs());
  }

  /** Starts no more faults; those in force stay. */
  stop(): void {
    this.#cancel?.();
  }

  #waitForStep(scenario: SteppedScenario, index: number): void {
    const { steps, repeat = false } = scenario;
    const step = steps[index] ?? (repeat ? steps[0] : undefined);
    if (step === undefined) {
      this.#end();
      return;
    }
    const { afterSeconds = 0, ...request } = step;
    this.#after(afterSeconds * 1_000, () => {
      this.#start(request);
      this.#waitForStep(scenario, (index % steps.length) + 1);
    });
  }

  #waitForFault(scenario: RandomScenario, startMs: number): void {
    const { everySeconds, faults, forSeconds = Infinity } = scenario;
    const leftMs = startMs + forSeconds * 1_000 - this.#runtime.clock.monotonicMs();
    const gapMs = -Math.log(1 - this.#random()) * everySeconds * 1_000;
    if (gapMs >= leftMs) {
      this.#after(leftMs, () => {
        this.#end();
      });
      return;
    }
    this.#after(gapMs, () => {
      const chosen = Object.entries(pickWeighted(faults, this.#random) ?? {});
      this.#start(Object.fromEntries(chosen.filter(([field]) => field !== "weight")));
      this.#waitForFault(scenario, startMs);
    });
  }

  /**
   * With random numbers of its own: how many a fault takes depends on what clients do, and must not
   * change what comes after it.
   */
  #start(request: UncheckedRequest): void {
    this.#faults.start(request, seeded(randomSeed(this.#random)));
  }

  #after(delayMs: number, action: () => void): void {
    this.#cancel = this.#runtime.clock.after(Math.min(delayMs, MAX_DELAY_MS), action);
  }

  #end(): void {
    this.#runtime.log("scenario: ended");
  }
}
