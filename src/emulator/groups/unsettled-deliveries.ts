import type { Cancel, Clock } from "../../clock";
import type { EmulatorMessage } from "./message";
import type { QueuedMessage } from "./waiting-messages";

/**
 * How a delivery ended. `timeout`: nobody settled it in time. `lost`: its consumer left before.
 * `none`: settled without an outcome.
 */
export type Ending = Settlement | "timeout" | "lost";
/** An ending that came from the client. */
export type Settlement = "accepted" | "released" | "rejected" | "modified" | "none";

/** A receiver link, as its group sees it. */
export interface Consumer {
  /** How many more messages it takes now. */
  credit(): number;
  /** Takes one message, and settles it with the group later. */
  deliver(unsettled: UnsettledDelivery): void;
  /** The delivery was not settled in time; the group has taken the message back. */
  timedOut(unsettled: UnsettledDelivery): void;
}

/** A message sent to a consumer and not settled yet. */
export interface UnsettledDelivery {
  readonly message: EmulatorMessage;
  readonly consumer: Consumer;
  readonly deadlineMs: number;
  /** 1 for the first time. */
  readonly attempt: number;
}

/** A group's unsettled deliveries, each with its deadline. */
export class UnsettledDeliveries {
  readonly #clock: Clock;
  readonly #onTimeout: (unsettled: UnsettledDelivery) => void;
  /** The message of each delivery, in the order of their deadlines: all have the same time. */
  readonly #messages = new Map<UnsettledDelivery, QueuedMessage>();
  #cancel: Cancel | undefined;

  /** `onTimeout` has to `take` the delivery. */
  constructor(clock: Clock, onTimeout: (unsettled: UnsettledDelivery) => void) {
    this.#clock = clock;
    this.#onTimeout = onTimeout;
  }

  get size(): number {
    return this.#messages.size;
  }

  has(unsettled: UnsettledDelivery): boolean {
    return this.#messages.has(unsettled);
  }

  add(unsettled: UnsettledDelivery, queued: QueuedMessage): void {
    this.#messages.set(unsettled, queued);
    this.#awaitDeadline();
  }

  /** Removes a delivery and returns its message; undefined if it has ended before. */
  take(unsettled: UnsettledDelivery): QueuedMessage | undefined {
    const queued = this.#messages.get(unsettled);
    this.#messages.delete(unsettled);
    return queued;
  }

  of(consumer: Consumer): readonly UnsettledDelivery[] {
    return [...this.#messages.keys()].filter((unsettled) => unsettled.consumer === consumer);
  }

  stop(): void {
    this.#cancel?.();
  }

  #awaitDeadline(): void {
    if (this.#cancel !== undefined) return;
    const first = this.#messages.keys().next().value;
    if (first === undefined) return;
    this.#cancel = this.#clock.after(first.deadlineMs - this.#clock.monotonicMs(), () => {
      this.#cancel = undefined;
      for (const unsettled of this.#messages.keys()) {
        if (unsettled.deadlineMs > this.#clock.monotonicMs()) break;
        this.#onTimeout(unsettled);
      }
      this.#awaitDeadline();
    });
  }
}
