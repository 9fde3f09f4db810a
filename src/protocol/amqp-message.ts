import type { Json } from "./json";

/** A value as AMQP 1.0 types it (part 1.6), decoded without losing anything. */
export type AmqpValue =
  | null
  | boolean
  | number
  | bigint // long and ulong that a number would not hold: a 64-bit message ID keeps every digit
  | string // string and symbol
  | Date // timestamp
  | Buffer // binary
  | AmqpUuid
  | readonly AmqpValue[] // list and array
  | AmqpMap;

export interface AmqpUuid {
  readonly uuid: string;
}

/** Keys keep their type; a Map, so that a key named `__proto__` is only a key. */
export type AmqpMap = ReadonlyMap<AmqpValue, AmqpValue>;

/** The sections of a message (AMQP 1.0 part 3.2) that this package uses. */
export interface AmqpMessage {
  /** The application properties as plain JSON values. */
  readonly properties: Readonly<Record<string, Json>>;
  /** Those of them that are no plain JSON values, as AMQP types them: binaries, times, UUIDs … */
  readonly typed: ReadonlyMap<string, AmqpValue>;
  /** `message-id` of the properties section. */
  readonly messageId: AmqpValue;
  readonly body: AmqpBody;
}

export type AmqpBody =
  | { readonly section: "data"; readonly chunks: readonly Buffer[] }
  | { readonly section: "value"; readonly value: AmqpValue }
  | { readonly section: "sequence"; readonly values: readonly AmqpValue[] }
  | { readonly section: "none" };
