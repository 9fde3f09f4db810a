import type { Cancel, Clock } from "../../clock";
import type { EmulatorMessage } from "./message";
import type { Entry } from "./waiting-messages";

/**
 * How a delivery ended. `timeout`: nobody settled it in time. `lost`: its consumer left before.
 * `none`: settled without an outcome.
 */
export type Ending = Settlement | "timeout" | "lost";
/** An ending that the client has asked for. */
export type Settlement = "accepted" | "released" | "rejected" | "modified" | "none";

/** A receiver link, as its group sees it. */
export interface Consumer {
  /** How many messages it takes now. */
  credit(): number;
  /** Takes one message; to be settled with the group. */
  deliver(unsettled: Unsettled): void;
  /** Not settled in time; the group has taken the message back. */
  timedOut(unsettled: Unsettled): void;
}

/** A message sent to a consumer and not settled yet. */
export interface Unsettled {
  readonly message: EmulatorMessage;
  readonly consumer: Consumer;
  readonly deadlineMs: number;
  /** 1 for the first time. */
  readonly attempt: number;
}

/** A group's unsettled deliveries, each with its deadline. */
export class UnsettledDeliveries {
  readonly #clock: Clock;
  readonly #onTimeout: (unsettled: Unsettled) => void;
  /** In the order of their deadlines: each has equally long. */
  readonly #entries = new Map<Unsettled, Entry>();
  #cancel: Cancel | undefined;

  /** `onTimeout` has to take the delivery out. */
  constructor(clock: Clock, onTimeout: (unsettled: Unsettled) => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(unsettled: Unsettled): boolean {
    return this.#entries.has(unsettled);
  }

  add(unsettled: Unsettled, entry: Entry): void {
    this.#entries.set(unsettled, entry);
    this.#awaitDeadline();
  }

  /** The message that was delivered; undefined if the delivery has ended before. */
  take(unsettled: Unsettled): Entry | undefined {
    const entry = this.#entries.get(unsettled);
    this.#entries.delete(unsettled);
    return entry;
  }

  of(consumer: Consumer): readonly Unsettled[] {
    return [...this.#entries.keys()].filter((unsettled) => unsettled.consumer === consumer);
  }

  stop(): void {
    this.#cancel?.();
  }

  #awaitDeadline(): void {
    if (this.#cancel !== undefined) return;
    const first = this.#entries.keys().next().value;
    if (first === undefined) return;
    this.#cancel = this.#clock.after(first.deadlineMs - this.#clock.monotonicMs(), () => {
      this.#cancel = undefined;
      for (const unsettled of this.#entries.keys()) {
        if (unsettled.deadlineMs > this.#clock.monotonicMs()) break;
        this.#onTimeout(unsettled);
      }
      this.#awaitDeadline();
    });
  }
}
