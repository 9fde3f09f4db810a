import { ContextStore } from "./context-store";
import type { ContextPlace } from "./context-store";
import { DeviceStates } from "../../src/device-state/device-states";
import type { Clock } from "../../src/clock";

/** Node-RED waits 15 s for a node to close. */
const LEAVE_LIMIT_MS = 5_000;

/** Where device states are kept. */
export interface StatePlace extends ContextPlace {
  /** What the keys in the store begin with. */
  readonly key: string;
}

/** Hears how each call of any node on the same states ended: with an error, or with undefined. */
export type Watch = (failure: unknown) => void;

/** The states of one place, for all nodes that keep theirs there. */
interface Shared {
  readonly store: ContextStore;
  readonly states: DeviceStates;
  readonly watches: Set<Watch>;
}

/** A node's part in the states of a place. */
export interface Membership {
  readonly states: DeviceStates;
  /** Does something with the states, and lets all nodes of the place hear how it ended. */
  use<T>(work: (states: DeviceStates) => Promise<T>): Promise<T>;
  /** Resolves when what was asked for so far has been done, or after 5 s. */
  leave(): Promise<void>;
}

/** Where nodes that keep states at the same place find each other: only one of all may write. */
export class StateDesk {
  readonly #clock: Clock;
  /** By context, then by store and key. */
  readonly #places = new Map<object, Map<string, Shared>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many places have nodes. */
  get size(): number {
    return [...this.#places.values()].reduce((sum, { size }) => sum + size, 0);
  }

  join(place: StatePlace, watch: Watch): Membership {
    const shared = this.#shared(place);
    shared.watches.add(watch);
    const { states } = shared;
    const tell = (failure: unknown) => {
      for (const each of shared.watches) each(failure);
    };
    return {
      states,
      use: async (work) => {
        try {
          const result = await work(states);
          tell(undefined);
          return result;
        } catch (error) {
          tell(error);
          throw error;
        }
      },
      leave: async () => {
        await this.#settled(states);
        shared.watches.delete(watch);
        if (shared.watches.size === 0) this.#end(place, shared);
      },
    };
  }

  #shared(place: StatePlace): Shared {
    const ofContext = this.#places.get(place.context) ?? new Map<string, Shared>();
    this.#places.set(place.context, ofContext);
    const known = ofContext.get(nameOf(place));
    if (known !== undefined) return known;
    const store = new ContextStore(place, this.#clock);
    const states = new DeviceStates(store, place.key);
    const shared = { store, states, watches: new Set<Watch>() };
    ofContext.set(nameOf(place), shared);
    return shared;
  }

  /** Waits for the store, but not for ever: it may have lost a callback. */
  async #settled(states: DeviceStates): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#clock.after(LEAVE_LIMIT_MS, resolve);
      void states.idle().then(() => {
        cancel();
        resolve();
      });
    });
  }

  #end(place: StatePlace, { store }: Shared): void {
    store.close();
    const ofContext = this.#places.get(place.context);
    ofContext?.delete(nameOf(place));
    if (ofContext?.size === 0) this.#places.delete(place.context);
  }
}

function nameOf({ store, key }: StatePlace): string {
  return `${store}:${key}`;
}
