import type { PayloadError } from "../errors";
import type { PayloadFormat } from "../options";
import type { AmqpMessage } from "./amqp-message";
import type { Device, MessageType } from "./topic";

export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A platform message, normalised; plain data, safe to clone. */
export interface DeviceMessage {
  /** Empty where the platform sent none. */
  readonly topic: string;
  /** By the payload format. A Buffer is a copy, never a slice of the socket's memory. */
  readonly payload: Json | Buffer;
  /** Decimal string, whatever AMQP type it came in. */
  readonly messageId: string | undefined;
  /** ms since the epoch; not fit for ordering. */
  readonly generateTime: number | undefined;
  readonly qos: 0 | 1 | undefined;
  readonly messageType: MessageType;
  readonly device?: Device;
  readonly event?: { readonly identifier: string };
  /** Every application property as a plain JSON value. */
  readonly properties: Readonly<Record<string, Json>>;
}

/** A normalised message, and what was wrong with its payload: then `payload` is the raw Buffer. */
export interface Normalised {
  readonly message: DeviceMessage;
  readonly error?: PayloadError;
}

export declare function normalise(message: AmqpMessage, format: PayloadFormat): Normalised;
