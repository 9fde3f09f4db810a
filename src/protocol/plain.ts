import type { AmqpValue } from "./amqp-message";
import type { Json } from "./json";

/** Deeper than any real value; what is nested deeper becomes null, so that nothing overflows. */
const MAX_DEPTH = 64;

/** An AMQP value as plain JSON; a number that JSON cannot hold becomes its decimal string. */
export function plainValue(value: AmqpValue, depth = 0): Json {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value === null || typeof value !== "object") return value;
  return depth < MAX_DEPTH ? plainObject(value, depth) : null;
}

function plainObject(value: Exclude<AmqpValue & object, null>, depth: number): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.getTime();
  if (Buffer.isBuffer(value)) return value.toString("base64");
  if (isList(value)) return value.map((item) => plainValue(item, depth + 1));
  if (value instanceof Map) return plainMap(value, depth);
  return "uuid" in value ? value.uuid : null;
}

/** A map as a plain object; a key that is not text becomes its JSON text. */
export function plainMap(
  map: ReadonlyMap<AmqpValue, AmqpValue>,
  depth = 0,
): Readonly<Record<string, Json>> {
  // fromEntries defines own properties, so that a key `__proto__` is only a key.
  return Object.fromEntries(
    [...map].map(([key, value]) => [plainText(key), plainValue(value, depth + 1)]),
  );
}

/** A value as text: text as it is, anything else as its JSON text. */
export function plainText(value: AmqpValue): string {
  const plain = plainValue(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

// Array.isArray alone does not narrow a readonly array.
function isList(value: AmqpValue): value is readonly AmqpValue[] {
  return Array.isArray(value);
}
