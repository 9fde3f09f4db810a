import { randomInt } from "node:crypto";
import type { TestContext } from "node:test";

const UINT_RANGE = 2 ** 32;
/** 2^32 divided by the golden ratio: seeds and streams next to each other become unlike states. */
const SPREAD = 0x9e37_79b9;

/** A generator that gives the same numbers for the same seed and stream (mulberry32). */
export class Random {
  #state: number;

  /** `stream` tells apart what one seed is used for, such as the sessions of a run. */
  constructor(seed: number, stream = 0) {
    this.#state = seed | 0;
    this.#state = (this.#bits() + Math.imul(stream, SPREAD)) | 0;
  }

  /** In [0, 1). */
  next(): number {
    return this.#bits() / UINT_RANGE;
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** One of the items. Throws if there are none. */
  pick<Item>(list: readonly Item[]): Item {
    if (list.length === 0) throw new RangeError("There is nothing to pick from.");
    return list[this.integer(0, list.length - 1)] as Item;
  }

  /** True in a share `p` of all cases. */
  chance(p: number): boolean {
    return this.next() < p;
  }

  /** Bytes of any value. */
  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.integer(0, 255)));
  }

  #bits(): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return (bits ^ (bits >>> 14)) >>> 0;
  }
}

/** A whole number of an environment variable; undefined where it is not set. */
export function numberFrom(variable: string): number | undefined {
  const text = process.env[variable];
  if (text === undefined || text === "") return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`${variable} is no whole number: ${text}`);
  return value;
}

/** The seed that the environment variable gives, or a new one; either is printed, to be repeated. */
export function seedOf(t: Pick<TestContext, "diagnostic">, variable: string): number {
  const seed = numberFrom(variable) ?? randomInt(UINT_RANGE);
  t.diagnostic(`${variable}=${seed}`);
  return seed;
}
