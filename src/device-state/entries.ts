import { isAlive } from "./record";
import type { DeviceRecord } from "./record";

/** What is kept in memory of a record. */
interface Entry {
  readonly timeMs: number;
  readonly alive: boolean;
}

/** Which records a store has, so that counting and bounding them reads none. */
export class Entries {
  readonly #byKey = new Map<string, Entry>();
  #alive = 0;

  /** With those of deleted devices. */
  get size(): number {
    return this.#byKey.size;
  }

  /** How many are not of deleted devices. */
  get alive(): number {
    return this.#alive;
  }

  get keys(): readonly string[] {
    return [...this.#byKey.keys()];
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  isAlive(key: string): boolean {
    return this.#byKey.get(key)?.alive === true;
  }

  set(key: string, record: DeviceRecord): void {
    this.delete(key);
    const alive = isAlive(record);
    this.#byKey.set(key, { timeMs: record.timeMs, alive });
    if (alive) this.#alive += 1;
  }

  delete(key: string): void {
    if (this.isAlive(key)) this.#alive -= 1;
    this.#byKey.delete(key);
  }

  /** The key that goes first: among the deleted ones, or else all, the one known for the longest time. */
  get oldest(): string | undefined {
    let [found, least]: [string | undefined, Entry] = [
      undefined,
      { timeMs: Infinity, alive: true },
    ];
    for (const [key, entry] of this.#byKey) {
      const isFirst = entry.alive === least.alive ? entry.timeMs < least.timeMs : least.alive;
      if (isFirst) [found, least] = [key, entry];
    }
    return found;
  }
}
