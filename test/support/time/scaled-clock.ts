import type { Cancel, Clock } from "../../../src/clock";

/**
 * A clock on which time runs `factor` times faster than the computer's, so that deadlines pass in
 * fractions of a second while sockets and everything else are real. A timer takes 1 ms of the
 * computer's time at least.
 */
export class ScaledClock implements Clock {
  readonly #factor: number;
  readonly #startMs = Date.now();
  readonly #originMs = performance.now();
  readonly #timers = new Set<() => void>();

  constructor(factor: number) {
    this.#factor = factor;
  }

  /** How many timers are running: 0 shows that a thing has cleaned up after itself. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return Math.round(this.#startMs + this.monotonicMs());
  }

  monotonicMs(): number {
    return (performance.now() - this.#originMs) * this.#factor;
  }

  /** How long `scaledMs` take on the computer's clock. */
  realMs(scaledMs: number): number {
    return scaledMs / this.#factor;
  }

  after(delayMs: number, action: () => void): Cancel {
    const dueMs = this.monotonicMs() + delayMs;
    let timer: NodeJS.Timeout;
    const cancel = (): void => {
      clearTimeout(timer);
      this.#timers.delete(cancel);
    };
    const wait = (): void => {
      timer = setTimeout(fire, this.realMs(dueMs - this.monotonicMs()));
    };
    const fire = (): void => {
      // Node drops the fraction of a ms, which would be many ms too early here.
      if (this.monotonicMs() < dueMs) {
        wait();
        return;
      }
      this.#timers.delete(cancel);
      action();
    };
    this.#timers.add(cancel);
    wait();
    return cancel;
  }
}
