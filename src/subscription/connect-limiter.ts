/**
 * The platform allows 100 connection requests a minute for a consumer group, over all its clients.
 * Ten are left for a network that delivers them closer together than they were sent.
 */
const MOST_PER_WINDOW = 90;
const WINDOW_MS = 60_000;

/** Admits connection requests so that no window of a minute sees too many. */
export class ConnectLimiter {
  /** Times of the admitted requests, oldest first; never more than `MOST_PER_WINDOW`. */
  readonly #admitted: number[] = [];

  /** Admits one request and returns 0, or returns how many ms to wait before asking again. */
  request(monotonicMs: number): number {
    while ((this.#admitted[0] ?? Infinity) <= monotonicMs - WINDOW_MS) this.#admitted.shift();
    const oldest = this.#admitted[0];
    if (oldest !== undefined && this.#admitted.length >= MOST_PER_WINDOW) {
      return oldest + WINDOW_MS - monotonicMs;
    }
    this.#admitted.push(monotonicMs);
    return 0;
  }
}
