import type { StateStore } from "../../src/device-state/state-store";

/** A store as slow and as forgetful of sharing as one behind a network: every value is a copy. */
export class MemoryStore implements StateStore {
  readonly name = "test";
  readonly #values = new Map<string, string>();
  /** Called before each operation; may wait or throw. */
  readonly #before: (what: string) => Promise<void> | void;

  constructor(before: (what: string) => Promise<void> | void = () => undefined) {
    this.#before = before;
  }

  get size(): number {
    return this.#values.size;
  }

  readonly keys = async (): Promise<readonly string[]> => {
    await this.#before("keys");
    const keys = [...this.#values.keys()];
    return [...keys, ...keys.slice(0, 1)]; // a scan may tell a key twice
  };

  readonly get = async (keys: readonly string[]): Promise<readonly unknown[]> => {
    await this.#before("get");
    return keys.map((key): unknown => {
      const value = this.#values.get(key);
      return value === undefined ? undefined : JSON.parse(value);
    });
  };

  readonly set: StateStore["set"] = async (key, value) => {
    await this.put(key, value);
  };

  protected async put(key: string, value: unknown): Promise<void> {
    await this.#before("set");
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, JSON.stringify(value));
  }
}
