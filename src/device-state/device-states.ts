import { isIotAmqpError, StoreError } from "../errors/error";
import { fits, stateOf } from "./device-state";
import { Entries } from "./entries";
import { isAlive, merged, storedRecord } from "./record";
import { isRecordKey, recordKey } from "./state-store";
import type { Device } from "../protocol/topic";
import type { DeviceState } from "./device-state";
import type { Observation } from "./observation";
import type { Change, DeviceRecord } from "./record";
import type { StateStore } from "./state-store";
import type { DeviceFilter } from "../settings/device-state";

/** Beyond this, messages come faster than the store takes them, and the heap would fill. */
const MOST_WAITING = 10_000;
/** How many records are asked for at once. */
const CHUNK = 100;

/** A device's state after a change, and what is another than before. */
export interface StateChange {
  readonly state: DeviceState;
  readonly changes: readonly Change[];
}

export interface Update {
  readonly observations: readonly Observation[];
  /** Beyond this the device of which nothing new was known for the longest time goes. */
  readonly maxDevices: number;
  /** Called for each device as soon as it is stored. */
  readonly changed: (change: StateChange) => void;
}

/**
 * The states of devices in a store. Each call reads, changes and writes before the next one begins,
 * however slow the store is; all who share a store and a prefix must share the object.
 * Every method rejects with StoreError if the store fails.
 */
export class DeviceStates {
  readonly #store: StateStore;
  readonly #prefix: string;
  #entries: Entries | undefined;
  /** Of keys whose change was not told, as the store failed: what was there before. */
  readonly #untold = new Map<string, DeviceRecord | undefined>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(store: StateStore, prefix: string) {
    this.#store = guarded(store);
    this.#prefix = prefix;
  }

  /** How many devices are known; undefined before the first call has read the store. */
  get size(): number | undefined {
    return this.#entries?.alive;
  }

  /** Reads which devices the store has, so that their number is known. */
  open(): Promise<void> {
    return this.#turn(() => Promise.resolve());
  }

  /** Resolves, whether or not the store fails, when all that was asked for so far has been done. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /** Takes in what a message says. */
  update({ observations, maxDevices, changed }: Update): Promise<void> {
    const byKey = new Map<string, Observation[]>();
    for (const observation of observations) {
      const key = recordKey(this.#prefix, observation.device);
      byKey.set(key, [...(byKey.get(key) ?? []), observation]);
    }
    return this.#turn(async (entries) => {
      for (const [key, ofOne] of byKey) {
        const change = await this.#merge(key, ofOne);
        await this.#bound(entries, maxDevices);
        this.#untold.delete(key);
        if (change !== undefined && entries.has(key)) changed(change);
      }
    });
  }

  /** A device's state; undefined if it is not known. */
  get(device: Device): Promise<DeviceState | undefined> {
    return this.#turn(async () => {
      const [record] = await this.#records([recordKey(this.#prefix, device)]);
      return record === undefined || !isAlive(record) ? undefined : stateOf(record);
    });
  }

  /** The devices that a filter asks for, by product key and device name. */
  list(filter: DeviceFilter, nowMs: number): Promise<readonly DeviceState[]> {
    return this.#turn(async (entries) => {
      const records = await this.#records([...entries.keys].sort());
      return records
        .flatMap((record) => (record !== undefined && isAlive(record) ? [stateOf(record)] : []))
        .filter((state) => fits(state, filter, nowMs));
    });
  }

  /** Forgets one device, or all; resolves with how many. */
  clear(device?: Device): Promise<number> {
    return this.#turn(async (entries) => {
      const one = device && recordKey(this.#prefix, device);
      const keys = one === undefined ? entries.keys : entries.has(one) ? [one] : [];
      const count = keys.filter((key) => entries.isAlive(key)).length;
      for (const key of keys) await this.#remove(entries, key);
      if (one === undefined) this.#untold.clear();
      return count;
    });
  }

  /** Runs work after all that was asked for before. */
  #turn<T>(work: (entries: Entries) => Promise<T>): Promise<T> {
    if (this.#waiting >= MOST_WAITING) {
      const details = { store: this.#store.name, waiting: this.#waiting };
      return Promise.reject(new StoreError("STORE_BUSY", details));
    }
    this.#waiting += 1;
    const turn = this.#last.then(async () => {
      try {
        return await work((this.#entries ??= await this.#read()));
      } catch (error) {
        // It may have come back with less than it had, or with a write that it reported as failed.
        if (isIotAmqpError(error) && error.code === "STORE_FAILED") this.#entries = undefined;
        throw error;
      } finally {
        this.#waiting -= 1;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #read(): Promise<Entries> {
    const keys = (await this.#store.keys()).filter((key) => isRecordKey(this.#prefix, key));
    const entries = new Entries();
    for (const [index, record] of (await this.#records(keys)).entries()) {
      const key = keys[index];
      if (record !== undefined && key !== undefined) entries.set(key, record);
    }
    return entries;
  }

  /** The records of keys in their order; undefined for what is not there. */
  async #records(keys: readonly string[]): Promise<readonly (DeviceRecord | undefined)[]> {
    const records: (DeviceRecord | undefined)[] = [];
    for (let index = 0; index < keys.length; index += CHUNK) {
      const values = await this.#store.get(keys.slice(index, index + CHUNK));
      records.push(...values.map(storedRecord));
    }
    return records;
  }

  async #merge(
    key: string,
    observations: readonly Observation[],
  ): Promise<StateChange | undefined> {
    const device = observations[0]?.device;
    if (device === undefined) return undefined;
    const before = await this.#before(key);
    const { record, changes } = merged(device, before, observations);
    if (record !== before || this.#untold.has(key)) {
      this.#untold.set(key, before);
      await this.#store.set(key, record);
      this.#entries?.set(key, record);
    }
    return changes.length === 0 ? undefined : { state: stateOf(record), changes };
  }

  /**
   * The record that a merge goes on from. After a failure, when nobody knows what is in the store,
   * it is the one before: the message comes again, and what it changes is then told.
   */
  async #before(key: string): Promise<DeviceRecord | undefined> {
    if (this.#untold.has(key)) return this.#untold.get(key);
    const [record] = await this.#records([key]);
    return record;
  }

  /** Lets the oldest go, those first of which only the end is known. */
  async #bound(entries: Entries, maxDevices: number): Promise<void> {
    while (entries.size > maxDevices) {
      const { oldest } = entries;
      if (oldest !== undefined) await this.#remove(entries, oldest);
    }
  }

  async #remove(entries: Entries, key: string): Promise<void> {
    await this.#store.set(key, undefined);
    this.#untold.delete(key);
    entries.delete(key);
  }
}

/** A store whose every failure is a StoreError. */
function guarded(store: StateStore): StateStore {
  const failed = (error: unknown): never => {
    if (isIotAmqpError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError("STORE_FAILED", { store: store.name, reason }, error);
  };
  return {
    name: store.name,
    keys: () => store.keys().catch(failed),
    get: (keys) => store.get(keys).catch(failed),
    set: (key, value) => store.set(key, value).catch(failed),
  };
}
