import type { DecodeError, Delivery } from "../../src/index";
import type { NodeMessage } from "node-red";

/** The message that goes into the flow; with `subscriber`, a node's ID, it says how to settle it. */
export function toMessage({ message, token }: Delivery, subscriber?: string): NodeMessage {
  if (subscriber === undefined) return { ...message };
  return { ...message, delivery: { subscriber, token } };
}

/** What Catch gets of a message that could not be decoded: its bytes. */
export function toRawMessage(error: DecodeError): NodeMessage {
  return { payload: Buffer.from(error.raw) };
}
