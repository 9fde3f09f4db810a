import type { Cancel, Clock } from "../../src/clock";

const BUCKET_MS = 1_000;
/** Over so many seconds; fewer would make slow streams look like bursts. */
const BUCKETS = 10;
/** Less says nothing: a single message would look like a stream. */
const FEWEST_BUCKETS = 3;
/** A change smaller than this share of what is shown is not worth a new status. */
const WORTH_TELLING = 0.2;

/** Measures messages per second, and tells when the rate has changed enough to be shown. */
export class Throughput {
  readonly #clock: Clock;
  readonly #changed: (ratePerSecond: number) => void;
  /** Messages in each of the last seconds; the last one is not over. */
  #buckets: number[] = [0];
  #told = 0;
  #cancelTick: Cancel | undefined;

  constructor(clock: Clock, changed: (ratePerSecond: number) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Over the last seconds that are over. */
  get ratePerSecond(): number {
    const over = this.#buckets.slice(0, -1);
    const sum = over.reduce((total, each) => total + each, 0);
    return sum / Math.max(over.length, FEWEST_BUCKETS);
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
    if (Math.abs(rate - this.#told) <= this.#told * WORTH_TELLING && !(silent && this.#told > 0)) {
      return;
    }
    this.#told = rate;
    this.#changed(rate);
  }
}

/** A rate in two digits, or in all of them up to 99: `0.4`, `12`, `1200`. */
export function shownRate(ratePerSecond: number): number {
  return Number(ratePerSecond.toPrecision(ratePerSecond < 1 ? 1 : 2));
}
