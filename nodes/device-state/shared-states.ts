import { ContextStore } from "./context-store";
import { DeviceStates } from "../../src/device-state/device-states";
import type { ContextPlace } from "./context-store";
import type { Clock } from "../../src/clock";

/** Node-RED waits 15 s for a node to close. */
const LEAVE_LIMIT_MS = 5_000;

/** Where device states are kept. */
export interface StatePlace extends ContextPlace {
  /** What the keys in the store begin with. */
  readonly key: string;
}

/**
 * Called after each call of any node of the place: with its error or undefined, and the number of
 * known devices.
 */
export type CallListener = (failure: unknown, devices: number | undefined) => void;

/** The states of one place, for all nodes that keep theirs there. */
export class SharedStates {
  readonly #states: DeviceStates;
  readonly #store: ContextStore;
  readonly #clock: Clock;
  readonly #unused: () => void;
  readonly #listeners = new Map<object, CallListener>();

  /** `unused` is called when the last node has left. */
  constructor(place: StatePlace, clock: Clock, unused: () => void) {
    this.#store = new ContextStore(place, clock);
    this.#states = new DeviceStates(this.#store, place.key);
    this.#clock = clock;
    this.#unused = unused;
  }

  join(node: object, listener: CallListener): void {
    this.#listeners.set(node, listener);
  }

  /** Resolves when what was asked for so far has been done, or after 5 s. */
  async leave(node: object): Promise<void> {
    await this.#idle();
    this.#listeners.delete(node);
    if (this.#listeners.size > 0) return;
    this.#store.close();
    this.#unused();
  }

  /** Does something with the states, and lets all nodes of the place hear how it ended. */
  async use<T>(work: (states: DeviceStates) => Promise<T>): Promise<T> {
    try {
      const result = await work(this.#states);
      this.#notify(undefined);
      return result;
    } catch (error) {
      this.#notify(error);
      throw error;
    }
  }

  #notify(failure: unknown): void {
    for (const listener of this.#listeners.values()) listener(failure, this.#states.size);
  }

  /** Waits for the store, but not for ever: it may have lost a callback. */
  async #idle(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(LEAVE_LIMIT_MS, resolve);
      void this.#states.idle().then(() => {
        cancel();
        resolve();
      });
    });
  }
}

/** Finds the states of a place: nodes that keep theirs there must share them, as only one may write. */
export class StatesRegistry {
  readonly #clock: Clock;
  /** By context, then by store and key. */
  readonly #places = new Map<object, Map<string, SharedStates>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many places have nodes. */
  get size(): number {
    return [...this.#places.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The states of a place, to be joined at once. */
  at(place: StatePlace): SharedStates {
    const name = `${place.store}:${place.key}`;
    const ofContext = this.#places.get(place.context) ?? new Map<string, SharedStates>();
    this.#places.set(place.context, ofContext);
    const known = ofContext.get(name);
    if (known !== undefined) return known;
    const states = new SharedStates(place, this.#clock, () => {
      ofContext.delete(name);
      if (ofContext.size === 0) this.#places.delete(place.context);
    });
    ofContext.set(name, states);
    return states;
  }
}
