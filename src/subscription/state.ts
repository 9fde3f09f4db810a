import type { IotAmqpError, PayloadError } from "../errors/error";
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

/** Totals since the subscription was made; outcomes count when they are decided. */
export interface Counters {
  /** Now, not in total: received, and the platform does not know the outcome yet. */
  readonly unsettled: number;
  readonly received: number;
  readonly delivered: number;
  readonly accepted: number;
  readonly released: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly filtered: number;
  readonly undecodable: number;
  /** Manual mode: not settled within the ack timeout, and therefore released. */
  readonly expired: number;
  /** How often a connection that had been lost came up again. */
  readonly reconnects: number;
  /** Wall-clock time of the last message in ms since the epoch. */
  readonly lastMessageAtMs: number | undefined;
}

/** A message handed over, with the token that settles it in manual mode. */
export interface Delivery {
  /** `undefined` in auto mode: there is nothing to settle. */
  readonly token: string | undefined;
  readonly message: DeviceMessage;
  /** The payload is not in the format asked for; `message.payload` is then the raw Buffer. */
  readonly error?: PayloadError;
}
