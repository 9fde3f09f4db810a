import { randomBytes } from "node:crypto";
import type { NodeMessage } from "node-red";
import type { DecodeError } from "../../src/errors/error";
import type { Delivery } from "../../src/subscription/state";

const idPrefix = randomBytes(4).toString("hex");
let ids = 0;

/** An ID as Node-RED gives messages, 16 digits; making its own costs it as much as the decoding us. */
function nextId(): string {
  ids = (ids + 1) >>> 0;
  return idPrefix + ids.toString(16).padStart(8, "0");
}

/** The message that goes into the flow; with `subscriber`, a node's ID, it says how to settle it. */
export function toMessage({ message, token }: Delivery, subscriber?: string): NodeMessage {
  const sent = { ...message, _msgid: nextId() };
  return subscriber === undefined ? sent : { ...sent, delivery: { subscriber, token } };
}

/** What Catch gets of a message that could not be decoded: its bytes. */
export function toRawMessage(error: DecodeError): NodeMessage {
  return { payload: Buffer.from(error.raw) };
}
