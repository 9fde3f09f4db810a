import type { Cancel, Clock } from "../../src/clock";

const BUCKET_MS = 1_000;
/** The rate is a mean over so many seconds; with fewer, slow streams would look like bursts. */
const BUCKETS = 10;
/** With fewer, a single message would look like a stream. */
const MIN_BUCKETS = 3;
/** A change below this share of the rate that is shown is not worth a new status. */
const MIN_CHANGE = 0.2;

/** Measures messages per second; calls `changed` when the rate has changed enough to be shown. */
export class Throughput {
  readonly #clock: Clock;
  readonly #changed: (ratePerSecond: number) => void;
  /** Messages in each of the last seconds; the last of them is not over yet. */
  #buckets: number[] = [0];
  /** The rate that was last handed to `changed`. */
  #shown = 0;
  #cancelTick: Cancel | undefined;

  constructor(clock: Clock, changed: (ratePerSecond: number) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** The mean over the last seconds, without the current one. */
  get ratePerSecond(): number {
    const complete = this.#buckets.slice(0, -1);
    const sum = complete.reduce((total, count) => total + count, 0);
    return sum / Math.max(complete.length, MIN_BUCKETS);
  }

  count(): void {
    this.#buckets.push((this.#buckets.pop() ?? 0) + 1);
    if (this.#cancelTick === undefined) this.#wait();
  }

  /** Leaves no timer behind. */
  close(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
  }

  #wait(): void {
    this.#cancelTick = this.#clock.after(BUCKET_MS, () => {
      this.#tick();
    });
  }

  #tick(): void {
    this.#buckets = [...this.#buckets, 0].slice(-BUCKETS - 1);
    const rate = this.ratePerSecond;
    const silent = rate === 0;
    // Nothing to measure until the next message.
    if (silent) {
      this.#buckets = [0];
      this.#cancelTick = undefined;
    } else this.#wait();
    const isSimilar = Math.abs(rate - this.#shown) <= this.#shown * MIN_CHANGE;
    if (isSimilar && !(silent && this.#shown > 0)) return;
    this.#shown = rate;
    this.#changed(rate);
  }
}

/** A rate in two digits, or in all of them up to 99: `0.4`, `12`, `1200`. */
export function shownRate(ratePerSecond: number): number {
  return Number(ratePerSecond.toPrecision(ratePerSecond < 1 ? 1 : 2));
}
