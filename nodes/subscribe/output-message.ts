import { randomBytes } from "node:crypto";
import type { NodeMessage } from "node-red";
import type { DecodeError } from "../../src/errors/error";
import type { Delivery } from "../../src/subscription/state";

const idPrefix = randomBytes(4).toString("hex");
let lastNumber = 0;

/** A message ID of 16 digits, as Node-RED's. To let Node-RED make it takes as long as our decoding. */
function nextId(): string {
  lastNumber = (lastNumber + 1) >>> 0;
  return idPrefix + lastNumber.toString(16).padStart(8, "0");
}

/** The message that goes into the flow. With `subscriber`, a node's ID, an ack node can settle it. */
export function toMessage({ message, token }: Delivery, subscriber?: string): NodeMessage {
  const output = { ...message, _msgid: nextId() };
  return subscriber === undefined ? output : { ...output, delivery: { subscriber, token } };
}

/** What Catch gets of a message that could not be decoded: its bytes. */
export function toRawMessage(error: DecodeError): NodeMessage {
  return { payload: Buffer.from(error.raw) };
}
