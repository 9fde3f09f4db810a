import { DecodeError } from "../errors/error";
import { Cursor, DESCRIBED } from "./decode-cursor";
import { readFirstOfList, readList, readNamed, readValue } from "./decode-values";
import type { AmqpBody, AmqpMessage, AmqpValue } from "../protocol/amqp-message";
import type { Json } from "../protocol/json";
import { toJson } from "../protocol/amqp-message";
import { Malformed } from "./peer-errors";

/** Descriptors of the sections that are used (AMQP 1.0 part 3.2), as a number or as a symbol. */
const MESSAGE_SECTIONS: ReadonlyMap<number | string, Section> = new Map<number | string, Section>([
  [0x73, "properties"],
  ["amqp:properties:list", "properties"],
  [0x74, "application-properties"],
  ["amqp:application-properties:map", "application-properties"],
  [0x75, "data"],
  ["amqp:data:binary", "data"],
  [0x76, "sequence"],
  ["amqp:amqp-sequence:list", "sequence"],
  [0x77, "value"],
  ["amqp:amqp-value:*", "value"],
]);
type Section = "properties" | "application-properties" | "data" | "sequence" | "value";

/** Most messages have none. */
const NOTHING_TYPED: ReadonlyMap<string, AmqpValue> = new Map();

/**
 * Decodes the sections that this package uses; the others are passed over. Throws DecodeError for
 * anything malformed, never anything else. Binaries are slices of `bytes`.
 */
export function decodeMessage(bytes: Buffer, start = 0, end = bytes.length): AmqpMessage {
  try {
    return readMessage(new Cursor(bytes, start, end));
  } catch (cause) {
    const reason = cause instanceof Malformed ? cause.message : "unexpected bytes";
    // A copy: the socket's next read overwrites the slice.
    throw new DecodeError(reason, Buffer.from(bytes.subarray(start, end)), cause);
  }
}

function readMessage(cursor: Cursor): AmqpMessage {
  const properties: Record<string, Json> = {};
  let typed: Map<string, AmqpValue> | undefined;
  let chunks: Buffer[] | undefined;
  let values: AmqpValue[] | undefined;
  let messageId: AmqpValue = null;
  let body: AmqpBody = { section: "none" };
  // The order of the sections is not checked, and one that is not known is passed over: a platform
  // that adds or moves one must not become unreadable.
  while (cursor.left > 0) {
    if (cursor.code() !== DESCRIBED) throw cursor.malformed("a section was expected");
    switch (MESSAGE_SECTIONS.get(cursor.descriptor())) {
      case "properties":
        messageId = readFirstOfList(cursor);
        break;
      case "application-properties":
        typed = readApplicationProperties(cursor, properties, typed);
        break;
      case "data":
        checkBody(cursor, body, "data");
        body = { section: "data", chunks: (chunks ??= []) };
        chunks.push(readBinary(cursor));
        break;
      case "sequence":
        checkBody(cursor, body, "sequence");
        body = { section: "sequence", values: (values ??= []) };
        for (const value of readList(cursor)) values.push(value);
        break;
      case "value":
        checkBody(cursor, body, "none");
        body = { section: "value", value: readValue(cursor) };
        break;
      case undefined:
        cursor.skip();
    }
  }
  return { properties, typed: typed ?? NOTHING_TYPED, messageId, body };
}

/** Puts plain values into `into`; returns those that are none, with those of earlier sections. */
function readApplicationProperties(
  cursor: Cursor,
  into: Record<string, Json>,
  earlier: Map<string, AmqpValue> | undefined,
): Map<string, AmqpValue> | undefined {
  let typed = earlier;
  readNamed(cursor, (key, value) => {
    const plain = toJson(value);
    // A large integer is as good as its digits.
    const isPlain = plain === value || typeof value === "bigint";
    if (!isPlain) (typed ??= new Map()).set(key, value);
    else typed?.delete(key);
    if (key === "__proto__") Object.defineProperty(into, key, { ...OWN, value: plain });
    else into[key] = plain;
  });
  return typed;
}
/** An assignment to `__proto__` would replace the prototype. */
const OWN = { configurable: true, enumerable: true, writable: true };

/** Data and sequence sections may repeat; bodies of two kinds would leave it open which counts. */
function checkBody(cursor: Cursor, body: AmqpBody, repeatable: AmqpBody["section"]): void {
  if (body.section !== "none" && body.section !== repeatable) throw cursor.malformed("two bodies");
}

function readBinary(cursor: Cursor): Buffer {
  const code = cursor.code();
  if (code !== 0xa0 && code !== 0xb0) throw cursor.malformed("a binary was expected");
  return cursor.binary(code === 0xb0);
}
