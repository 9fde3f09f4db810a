import type { Clock } from "../../src/clock";

/** More at once would only wait for each other's connections. */
const MAX_AT_ONCE = 2;
/** Enough for somebody who tries things out, too few to search a network for open ports. */
const MAX_PER_WINDOW = 20;
const WINDOW_MS = 60_000;

/** Admits few requests at once and few in a minute. */
export class RequestLimit {
  readonly #clock: Clock;
  #admittedAtMs: number[] = [];
  #running = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a request may be served now; if so, `finish` has to follow. */
  admit(): boolean {
    const nowMs = this.#clock.monotonicMs();
    this.#admittedAtMs = this.#admittedAtMs.filter((atMs) => atMs > nowMs - WINDOW_MS);
    if (this.#running >= MAX_AT_ONCE || this.#admittedAtMs.length >= MAX_PER_WINDOW) return false;
    this.#admittedAtMs.push(nowMs);
    this.#running += 1;
    return true;
  }

  /** An admitted request has been served. */
  finish(): void {
    this.#running -= 1;
  }
}
