const MINUTE_MS = 60_000;
/** A pace is kept in tenths of a second: finer would be a timer per message, coarser a burst. */
const SLICES_PER_SECOND = 10;

/** At most `limit` requests within any minute. Times are monotonic ms. */
export class MinuteLimit {
  readonly #limit: number;
  #times: number[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts a request; false if it is over the limit. A refused request counts too. */
  request(nowMs: number): boolean {
    this.#times = this.#times.filter((timeMs) => timeMs > nowMs - MINUTE_MS);
    this.#times.push(nowMs);
    const allowed = this.#times.length <= this.#limit;
    // More than that need not be remembered to know that the limit is reached.
    if (this.#times.length > this.#limit + 1) this.#times.shift();
    return allowed;
  }
}

/** Lets `perSecond` things pass in a second, evenly in slices; with 0 none. Times are monotonic ms. */
export class Pace {
  readonly #perSlice: number;
  readonly #sliceMs: number;
  #openAtMs = Number.NEGATIVE_INFINITY;
  #passed = 0;

  constructor(perSecond: number) {
    this.#perSlice = Math.max(1, Math.floor(perSecond / SLICES_PER_SECOND));
    this.#sliceMs = (this.#perSlice * 1_000) / perSecond;
  }

  /** When the next thing may pass; not later than `nowMs`: at once. Infinity: never. */
  nextAtMs(nowMs: number): number {
    if (this.#sliceMs === Infinity) return Infinity;
    return nowMs >= this.#openAtMs || this.#passed < this.#perSlice ? nowMs : this.#openAtMs;
  }

  pass(nowMs: number): void {
    if (nowMs >= this.#openAtMs) {
      this.#openAtMs = nowMs + this.#sliceMs;
      this.#passed = 0;
    }
    this.#passed += 1;
  }
}
