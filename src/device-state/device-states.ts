import { setImmediate as nextTurn } from "node:timers/promises";
import { isIotAmqpError, StoreError } from "../errors/error";
import { matchesFilter, stateOf } from "./device-state";
import { isAlive, mergeObservations } from "./record";
import { RecordIndex } from "./record-index";
import { RecordStore } from "./state-store";
import type { Device } from "../protocol/topic";
import type { DeviceFilter } from "../settings/device-state";
import type { DeviceState } from "./device-state";
import type { Observation } from "./observation";
import type { Change, DeviceRecord } from "./record";
import type { StateStore } from "./state-store";

/** Beyond this, messages come faster than the store takes them, and the heap would fill. */
const MAX_WAITING = 10_000;

/** How many devices are updated in one turn of the event loop: all else goes on in between. */
const DEVICES_A_TURN = 20;

/** As people count, and the same in every language of the computer. */
const { compare } = new Intl.Collator("en", { numeric: true });

function byName(one: Device, other: Device): number {
  return compare(one.productKey, other.productKey) || compare(one.deviceName, other.deviceName);
}

/** A device's state after a change, and what has changed. */
export interface StateChange {
  readonly state: DeviceState;
  readonly changes: readonly Change[];
}

/**
 * The states of devices in a store. Each call reads, changes and writes before the next one begins,
 * however slow the store is; all who share a store and a prefix must share the object.
 * Every method rejects with StoreError if the store fails.
 */
export class DeviceStates {
  readonly #store: RecordStore;
  /** Read from the store by the first call, and again after a failure. */
  #index: RecordIndex | undefined;
  /** Changes not reported because the store failed: by key, the record before them. */
  readonly #unreported = new Map<string, DeviceRecord | undefined>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(store: StateStore, prefix: string) {
    this.#store = new RecordStore(store, prefix);
  }

  /** How many devices are known; undefined before the first call has read the store. */
  get size(): number | undefined {
    return this.#index?.alive;
  }

  /** Reads which devices the store has, so that their number is known. */
  open(): Promise<void> {
    return this.#runInTurn(() => Promise.resolve());
  }

  /** Resolves, whether or not the store fails, when all that was asked for so far has been done. */
  async idle(): Promise<void> {
    await this.#last;
  }

  /**
   * Takes in what a message says, and calls `changed` for each device as soon as it is stored. Beyond
   * `maxDevices` the device with the oldest news is dropped. Rejects with MessageError if a state
   * would become too large.
   */
  update(
    observations: readonly Observation[],
    maxDevices: number,
    changed: (change: StateChange) => void,
  ): Promise<void> {
    const byKey = new Map<string, Observation[]>();
    for (const observation of observations) {
      const key = this.#store.keyOf(observation.device);
      const ofOne = byKey.get(key);
      if (ofOne === undefined) byKey.set(key, [observation]);
      else ofOne.push(observation);
    }
    return this.#runInTurn(async (index) => {
      for (const [nth, [key, ofOne]] of [...byKey].entries()) {
        if (nth > 0 && nth % DEVICES_A_TURN === 0) await nextTurn();
        const change = await this.#merge(key, ofOne);
        await this.#dropOldest(index, maxDevices);
        this.#unreported.delete(key);
        if (change !== undefined && index.has(key)) changed(change);
      }
    });
  }

  /** A device's state; undefined if it is not known. */
  get(device: Device): Promise<DeviceState | undefined> {
    return this.#runInTurn(async () => {
      const record = await this.#store.get(this.#store.keyOf(device));
      return record === undefined || !isAlive(record) ? undefined : stateOf(record);
    });
  }

  /** The devices that a filter asks for, by product key, then by device name: `d2` before `d10`. */
  list(filter: DeviceFilter, nowMs: number): Promise<readonly DeviceState[]> {
    return this.#runInTurn(async (index) => {
      // Names such as d1 and d01 count the same: their keys say which comes first.
      const records = await this.#store.getAll([...index.keys].sort());
      return records
        .flatMap((record) => (record !== undefined && isAlive(record) ? [stateOf(record)] : []))
        .filter((state) => matchesFilter(state, filter, nowMs))
        .sort(byName);
    });
  }

  /** Forgets one device, or all; resolves with how many. */
  clear(device?: Device): Promise<number> {
    return this.#runInTurn(async (index) => {
      const one = device && this.#store.keyOf(device);
      const keys = one === undefined ? index.keys : index.has(one) ? [one] : [];
      const count = keys.filter((key) => index.isAlive(key)).length;
      for (const key of keys) await this.#remove(index, key);
      if (one === undefined) this.#unreported.clear();
      return count;
    });
  }

  /** Runs work after all that was asked for before. */
  #runInTurn<T>(work: (index: RecordIndex) => Promise<T>): Promise<T> {
    if (this.#waiting >= MAX_WAITING) {
      const details = { store: this.#store.name, waiting: this.#waiting };
      return Promise.reject(new StoreError("STORE_BUSY", details));
    }
    this.#waiting += 1;
    const turn = this.#last.then(async () => {
      try {
        return await work((this.#index ??= await this.#readIndex()));
      } catch (error) {
        // The store may come back with less than it had, or with a write that it reported as failed.
        if (isIotAmqpError(error) && error.code === "STORE_FAILED") this.#index = undefined;
        throw error;
      } finally {
        this.#waiting -= 1;
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #readIndex(): Promise<RecordIndex> {
    const keys = await this.#store.keys();
    const index = new RecordIndex();
    for (const [position, record] of (await this.#store.getAll(keys)).entries()) {
      const key = keys[position];
      if (record !== undefined && key !== undefined) index.set(key, record);
    }
    return index;
  }

  async #merge(
    key: string,
    observations: readonly Observation[],
  ): Promise<StateChange | undefined> {
    const device = observations[0]?.device;
    if (device === undefined) return undefined;
    const before = await this.#recordBefore(key);
    const { record, changes } = mergeObservations(device, before, observations);
    if (record !== before || this.#unreported.has(key)) {
      this.#unreported.set(key, before);
      await this.#store.set(key, record);
      this.#index?.set(key, record);
    }
    return changes.length === 0 ? undefined : { state: stateOf(record), changes };
  }

  /**
   * The record that a merge starts from. After a failure, when nobody knows what is in the store, it
   * is the one before: the message comes again, and its changes are then reported.
   */
  async #recordBefore(key: string): Promise<DeviceRecord | undefined> {
    return this.#unreported.has(key) ? this.#unreported.get(key) : this.#store.get(key);
  }

  /** Drops the oldest, deleted devices first, until no more than `maxDevices` are left. */
  async #dropOldest(index: RecordIndex, maxDevices: number): Promise<void> {
    while (index.size > maxDevices) {
      const { oldest } = index;
      if (oldest === undefined) return;
      await this.#remove(index, oldest);
    }
  }

  async #remove(index: RecordIndex, key: string): Promise<void> {
    await this.#store.remove(key);
    this.#unreported.delete(key);
    index.delete(key);
  }
}
