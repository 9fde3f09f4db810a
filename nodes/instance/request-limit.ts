import type { Clock } from "../../src/clock";

/** More at once would only wait for each other's connections. */
const MOST_AT_ONCE = 2;
/** Enough for somebody who tries things out, too few to search a network for open ports. */
const MOST_PER_WINDOW = 20;
const WINDOW_MS = 60_000;

/** Admits few requests at once and few in a minute. */
export class RequestLimit {
  readonly #clock: Clock;
  #admittedAtMs: number[] = [];
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined: not now. Else to be called when the request has been served. */
  admit(): (() => void) | undefined {
    const nowMs = this.#clock.monotonicMs();
    this.#admittedAtMs = this.#admittedAtMs.filter((atMs) => atMs > nowMs - WINDOW_MS);
    if (this.#running >= MOST_AT_ONCE || this.#admittedAtMs.length >= MOST_PER_WINDOW) {
      return undefined;
    }
    this.#admittedAtMs.push(nowMs);
    this.#running += 1;
    return () => {
      this.#running -= 1;
    };
  }
}
