import type { DecodeError, IotAmqpError, PayloadError } from "../errors/error";
import type { DeviceMessage } from "../protocol/message";

/** What a subscription is doing, over all its connections. */
export type SubscriptionState =
  | { readonly value: "idle" }
  /** No connection is up yet or again; `cause` is the last failure. */
  | { readonly value: "connecting"; readonly cause?: IotAmqpError }
  | {
      readonly value: "subscribed";
      /** How many of `connections` are up. */
      readonly connected: number;
      readonly connections: number;
      /** Connected, but no messages are taken until `resume`. */
      readonly paused?: true;
      /** The last failure of a connection that is down, or has not proved itself since. */
      readonly cause?: IotAmqpError;
    }
  /** Every connection is down. */
  | {
      readonly value: "backoff";
      readonly cause: IotAmqpError;
      /** Wall-clock time in ms since the epoch. */
      readonly nextAttemptAtMs: number;
    }
  | { readonly value: "draining" }
  | { readonly value: "stopped" }
  /** A local setting is wrong: no attempt would help. */
  | { readonly value: "failed"; readonly cause: IotAmqpError };

/** Why a subscription is down or has been, where its state says so. */
export function causeOf(state: SubscriptionState): IotAmqpError | undefined {
  return "cause" in state ? state.cause : undefined;
}

/** What a subscription counts since it was made; outcomes count when they are decided. */
export interface Totals {
  received: number;
  delivered: number;
  accepted: number;
  released: number;
  rejected: number;
  duplicates: number;
  filtered: number;
  undecodable: number;
  /** Manual mode: not settled within the ack timeout, and therefore released. */
  expired: number;
  /** Wall-clock time of the last message in ms since the epoch. */
  lastMessageAtMs: number | undefined;
  /** How often a connection that had been lost came up again. */
  reconnects: number;
}

export interface Counters extends Readonly<Totals> {
  /** Now, not in total: received, and the platform does not know the outcome yet. */
  readonly unsettled: number;
}

export function newTotals(): Totals {
  return {
    received: 0,
    delivered: 0,
    accepted: 0,
    released: 0,
    rejected: 0,
    duplicates: 0,
    filtered: 0,
    undecodable: 0,
    expired: 0,
    lastMessageAtMs: undefined,
    reconnects: 0,
  };
}

/** A message handed over, with the token that settles it in manual mode. */
export interface Delivery {
  /** `undefined` in auto mode: there is nothing to settle. */
  readonly token: string | undefined;
  readonly message: DeviceMessage;
  /** The payload is not in the format asked for; `message.payload` is then the raw Buffer. */
  readonly error?: PayloadError;
}

/** What a subscription emits. */
export interface SubscriptionEvents {
  changed: [SubscriptionState];
  /** In auto mode the message is accepted some 10 ms after the listeners have returned. */
  delivered: [Delivery];
  /**
   * A device's reply to a command came, its payload read as JSON: each as it arrives, also one that
   * is not delivered (again), or not yet.
   */
  reply: [DeviceMessage];
  /** Once for each such message, however often it comes again. */
  undecodable: [DecodeError];
  /** A `delivered` listener threw, and the message was released and comes again; or a `reply` one. */
  undelivered: [unknown];
  /** Manual mode: a message was not settled within the ack timeout; it was released and comes again. */
  expired: [];
}
