import { isIotAmqpError, StoreError } from "../errors/error";
import { parseRecord } from "./record";
import type { Device } from "../protocol/topic";
import type { DeviceRecord } from "./record";

/** How many records are asked for at once. */
const CHUNK_SIZE = 100;

/** The part of a context store that device states need. Keys are letters, digits, `_` and `$`. */
export interface StateStore {
  /** How users call it. */
  readonly name: string;
  /** All keys, ours and others; some stores list one more than once. */
  readonly keys: () => Promise<readonly string[]>;
  readonly get: (keys: readonly string[]) => Promise<readonly unknown[]>;
  /** `undefined` removes the key. */
  readonly set: (key: string, value: unknown) => Promise<void>;
}

/** A name as part of a key: letters and digits stay, each other byte becomes `$` and two digits. */
function encodeName(name: string): string {
  return name.replace(/[^A-Za-z0-9]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `$${byte.toString(16).padStart(2, "0")}`).join(""),
  );
}

/** The key of a device's record: one key per device, so that an update writes that one only. */
export function recordKey(prefix: string, { productKey, deviceName }: Device): string {
  return `${prefix}_${encodeName(productKey)}_${encodeName(deviceName)}`;
}

/** Whether a key is one of those that begin with this prefix and no longer one. */
export function isRecordKey(prefix: string, key: string): boolean {
  return key.startsWith(`${prefix}_`) && /^[^_]+_[^_]+$/.test(key.slice(prefix.length + 1));
}

/** The records in a store whose keys have one prefix. Its methods reject with StoreError. */
export class RecordStore {
  readonly #store: StateStore;
  readonly #prefix: string;

  constructor(store: StateStore, prefix: string) {
    this.#store = store;
    this.#prefix = prefix;
  }

  /** How users call the store. */
  get name(): string {
    return this.#store.name;
  }

  keyOf(device: Device): string {
    return recordKey(this.#prefix, device);
  }

  async keys(): Promise<readonly string[]> {
    const keys = await this.#guarded(() => this.#store.keys());
    return keys.filter((key) => isRecordKey(this.#prefix, key));
  }

  async get(key: string): Promise<DeviceRecord | undefined> {
    const [record] = await this.getAll([key]);
    return record;
  }

  /** The records of keys in their order; undefined for what is not there. */
  async getAll(keys: readonly string[]): Promise<readonly (DeviceRecord | undefined)[]> {
    const records: (DeviceRecord | undefined)[] = [];
    for (let index = 0; index < keys.length; index += CHUNK_SIZE) {
      const chunk = keys.slice(index, index + CHUNK_SIZE);
      records.push(...(await this.#guarded(() => this.#store.get(chunk))).map(parseRecord));
    }
    return records;
  }

  async set(key: string, record: DeviceRecord): Promise<void> {
    await this.#guarded(() => this.#store.set(key, record));
  }

  async remove(key: string): Promise<void> {
    await this.#guarded(() => this.#store.set(key, undefined));
  }

  async #guarded<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      if (isIotAmqpError(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreError("STORE_FAILED", { store: this.name, reason }, error);
    }
  }
}
