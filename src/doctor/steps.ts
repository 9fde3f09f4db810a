import { isIotAmqpError } from "../errors/error";
import type { IotAmqpError } from "../errors/error";
import type { Fact, Finding, Hint, Step } from "./finding";

/** What a step has found, the sentence about it, and what else is worth knowing. */
export type Checked<T> = readonly [value: T, fact: Fact, notes?: readonly Hint[]];

/** It goes no further on this way: a failure has been reported, or the examination was stopped. */
class WayEnded extends Error {}

/** What steps work with. */
export interface StepsOptions {
  readonly report: (finding: Finding) => void;
  /** What is known about the cause of a failure. */
  readonly hints: (error: IotAmqpError) => Promise<readonly Hint[]>;
  readonly stopping: AbortSignal;
}

/** Steps one after another, up to the first that fails. Each is reported as it begins and ends. */
export class Steps {
  readonly #options: StepsOptions;
  #left: readonly Step[];

  constructor(steps: readonly Step[], options: StepsOptions) {
    this.#left = steps;
    this.#options = options;
  }

  /** Goes a way; true if each of its steps passed. What is left after a failure is not checked. */
  async passed(way: () => Promise<unknown>): Promise<boolean> {
    try {
      await way();
      return true;
    } catch (error) {
      if (!(error instanceof WayEnded)) throw error;
      const notChecked = this.#isStopped() ? [] : this.#left;
      for (const step of notChecked) this.skip(step, { name: "notChecked", values: {} });
      return false;
    }
  }

  #isStopped(): boolean {
    return this.#options.stopping.aborted;
  }

  skip(step: Step, fact: Fact): void {
    this.#left = this.#left.filter((each) => each !== step);
    this.#options.report({ step, state: "skipped", fact });
  }

  async check<T>(step: Step, check: () => Promise<Checked<T>> | Checked<T>): Promise<T> {
    const { report, hints } = this.#options;
    if (this.#isStopped()) throw new WayEnded();
    this.#left = this.#left.filter((each) => each !== step);
    report({ step, state: "running" });
    try {
      const [value, fact, notes = []] = await check();
      if (this.#isStopped()) throw new WayEnded();
      report({ step, state: "passed", fact, notes });
      return value;
    } catch (error) {
      if (this.#isStopped()) throw new WayEnded();
      if (!isIotAmqpError(error)) throw error;
      const found = await hints(error);
      if (this.#isStopped()) throw new WayEnded();
      report({ step, state: "failed", error, hints: found });
      throw new WayEnded();
    }
  }
}
