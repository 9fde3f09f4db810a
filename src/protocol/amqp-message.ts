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

export const OUTCOMES = ["accepted", "released", "rejected"] as const;
/** How a delivery ends on the wire (AMQP 1.0 part 3.4). */
export type Outcome = (typeof OUTCOMES)[number];

/** Deeper than any real value; what is nested deeper becomes null, so that nothing overflows. */
const MAX_DEPTH = 64;

/** An AMQP value as plain JSON; a number that JSON cannot hold becomes its decimal string. */
export function toJson(value: AmqpValue, depth = 0): Json {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value === null || typeof value !== "object") return value;
  return depth < MAX_DEPTH ? objectToJson(value, depth) : null;
}

function objectToJson(value: Exclude<AmqpValue & object, null>, depth: number): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.getTime();
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (isList(value)) return value.map((item) => toJson(item, depth + 1));
  if (value instanceof Map) return toJsonObject(value, depth);
  return "uuid" in value ? value.uuid : null;
}

/** A map as a plain object; a key that is not text becomes its JSON text. */
export function toJsonObject(
  map: ReadonlyMap<AmqpValue, AmqpValue>,
  depth = 0,
): Readonly<Record<string, Json>> {
  // fromEntries defines own properties, so that a key `__proto__` is only a key.
  return Object.fromEntries(
    [...map].map(([key, value]) => [toText(key), toJson(value, depth + 1)]),
  );
}

/** A value as text: text as it is, anything else as its JSON text. */
export function toText(value: AmqpValue): string {
  const plain = toJson(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

// Array.isArray alone does not narrow a readonly array.
function isList(value: AmqpValue): value is readonly AmqpValue[] {
  return Array.isArray(value);
}
