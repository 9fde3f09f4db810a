import { DecodeError } from "../errors";
import type { AmqpBody, AmqpMessage, AmqpValue } from "../protocol/amqp-message";
import { Cursor, DESCRIBED, Malformed } from "./decode-cursor";
import { readFirstOfList, readList, readMap, readValue } from "./decode-values";

/** Descriptors of a message's sections (AMQP 1.0 part 3.2). */
const HEADER = 0x70;
const DELIVERY_ANNOTATIONS = 0x71;
const MESSAGE_ANNOTATIONS = 0x72;
const PROPERTIES = 0x73;
const APPLICATION_PROPERTIES = 0x74;
const DATA = 0x75;
const SEQUENCE = 0x76;
const VALUE = 0x77;
const FOOTER = 0x78;
const UNKNOWN = -1;

const SECTION_BY_SYMBOL: ReadonlyMap<string, number> = new Map([
  ["amqp:header:list", HEADER],
  ["amqp:delivery-annotations:map", DELIVERY_ANNOTATIONS],
  ["amqp:message-annotations:map", MESSAGE_ANNOTATIONS],
  ["amqp:properties:list", PROPERTIES],
  ["amqp:application-properties:map", APPLICATION_PROPERTIES],
  ["amqp:data:binary", DATA],
  ["amqp:amqp-sequence:list", SEQUENCE],
  ["amqp:amqp-value:*", VALUE],
  ["amqp:footer:map", FOOTER],
]);

/**
 * Decodes the sections that this package uses; the others are passed over. Throws DecodeError for
 * anything malformed, never anything else. Binaries are slices of `raw`.
 */
export function decodeMessage(raw: Buffer): AmqpMessage {
  try {
    return readMessage(new Cursor(raw));
  } catch (cause) {
    const reason = cause instanceof Malformed ? cause.message : "unexpected bytes";
    // A copy: the slice would keep the whole chunk from the socket alive, or be overwritten.
    throw new DecodeError(reason, Buffer.from(raw), cause);
  }
}

function readMessage(cursor: Cursor): AmqpMessage {
  const applicationProperties = new Map<string, AmqpValue>();
  const chunks: Buffer[] = [];
  const values: AmqpValue[] = [];
  let messageId: AmqpValue = null;
  let body: AmqpBody = { section: "none" };
  // The order of the sections is not checked, and one that is not known is passed over: a platform
  // that adds or moves one must not become unreadable.
  while (cursor.left > 0) {
    switch (readDescriptor(cursor)) {
      case PROPERTIES:
        messageId = readFirstOfList(cursor);
        break;
      case APPLICATION_PROPERTIES:
        readApplicationProperties(cursor, applicationProperties);
        break;
      case DATA:
        checkBody(cursor, body, "data");
        chunks.push(readBinary(cursor));
        body = { section: "data", chunks };
        break;
      case SEQUENCE:
        checkBody(cursor, body, "sequence");
        for (const value of readList(cursor)) values.push(value);
        body = { section: "sequence", values };
        break;
      case VALUE:
        checkBody(cursor, body, "none");
        body = { section: "value", value: readValue(cursor) };
        break;
      default:
        cursor.skip();
    }
  }
  return { applicationProperties, messageId, body };
}

/** The descriptor of the next section. */
function readDescriptor(cursor: Cursor): number {
  if (cursor.code() !== DESCRIBED) throw cursor.malformed("a section was expected");
  const descriptor = readValue(cursor);
  if (typeof descriptor === "bigint") return Number(descriptor);
  if (typeof descriptor === "string") return SECTION_BY_SYMBOL.get(descriptor) ?? UNKNOWN;
  throw cursor.malformed("a section's descriptor must be a ulong or a symbol");
}

function readApplicationProperties(cursor: Cursor, into: Map<string, AmqpValue>): void {
  for (const [key, value] of readMap(cursor)) {
    if (typeof key !== "string") throw cursor.malformed("an application property without a name");
    into.set(key, value);
  }
}

/** Data and sequence sections may repeat; bodies of two kinds would leave it open which counts. */
function checkBody(cursor: Cursor, body: AmqpBody, repeatable: AmqpBody["section"]): void {
  if (body.section !== "none" && body.section !== repeatable) throw cursor.malformed("two bodies");
}

function readBinary(cursor: Cursor): Buffer {
  const code = cursor.code();
  if (code !== 0xa0 && code !== 0xb0) throw cursor.malformed("a binary was expected");
  return cursor.binary(code === 0xb0);
}
