import type { DecodeError, IotAmqpError } from "../errors/error";
import type { SignIn } from "../protocol/sign-in";
import type { TlsOptions } from "../settings/instance";
import type { AmqpMessage, Outcome } from "../protocol/amqp-message";

/** One attempt: one new connection with one receiver link. */
export interface LinkRequest {
  readonly host: string;
  readonly port: number;
  /** `undefined`: plain TCP. */
  readonly tls: TlsOptions | undefined;
  readonly clientId: string;
  readonly consumerGroupId: string;
  /** Idle time-out that our open frame announces. */
  readonly idleTimeoutMs: number;
  /** Called when the server asks for it, so that the signature is fresh after a slow handshake. */
  readonly signIn: () => SignIn;
}

/** One delivery on one link. */
export interface IncomingDelivery {
  /**
   * To be read before the `delivery` call returns, and empty afterwards: its binaries are slices
   * of what the socket has read, which the next read overwrites.
   */
  readonly content: AmqpMessage | DecodeError;
  /** Queues the outcome; the first call counts. On a link that has ended it does nothing. */
  settle(outcome: Outcome): void;
}

/**
 * The events of a link, in this order; nothing comes after `ended`, and no delivery after
 * `close`. A listener that throws ends the link.
 */
export interface LinkEvents {
  /** The server has accepted the sign-in; only the connection test listens to it. */
  signedIn?(): void;
  /** TCP, TLS, sign-in and AMQP open are done. */
  opened(): void;
  /** The receiver link is attached: credit may be granted. */
  attached(): void;
  delivery(delivery: IncomingDelivery): void;
  /** `count` outcomes have been written; credit granted now follows them on the wire. */
  settled(count: number): void;
  /** The platform has returned what credit it had; only that makes sure that no message comes. */
  creditReturned(): void;
  /** Exactly once, when the socket is closed: the first cause, or undefined after our own close. */
  ended(cause: IotAmqpError | undefined): void;
}

/** An attempt under way, and the link that came of it. */
export interface Link {
  /** Lets the platform send `count` more messages. */
  grantCredit(count: number): void;
  /** Asks the platform to return its credit; what it has sent meanwhile still comes. */
  returnCredit(): void;
  /** Writes the queued outcomes at the end of this turn instead of waiting for more of them. */
  flush(): void;
  /**
   * Writes what is queued to be settled, closes in order; `ended` follows within 2 s.
   * Before `opened` there is nothing to close in order: it ends at once.
   */
  close(): void;
}

/** Starts an attempt. Never throws: whatever goes wrong comes as `ended`, later. */
export type OpenLink = (request: LinkRequest, events: LinkEvents) => Link;
