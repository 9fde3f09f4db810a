import { isAlive } from "./record";
import type { DeviceRecord } from "./record";

/** What is kept in memory of a record. */
interface IndexEntry {
  readonly timeMs: number;
  readonly alive: boolean;
}

/** Which records a store has, so that counting and bounding them reads none. */
export class RecordIndex {
  readonly #byKey = new Map<string, IndexEntry>();
  #alive = 0;

  /** How many records there are, with those of deleted devices. */
  get size(): number {
    return this.#byKey.size;
  }

  /** How many records are not of deleted devices. */
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

  /** The key to drop first: of a deleted device, or else of any, the one with the oldest news. */
  get oldest(): string | undefined {
    let [found, least]: [string | undefined, IndexEntry] = [
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
