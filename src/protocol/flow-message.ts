import { MessageError } from "../errors/error";
import { because } from "../errors/texts";
import { isJsonObject } from "./json";
import { MAX_TIME_MS } from "./message";
import { MESSAGE_TYPES, parseTopic } from "./topic";
import type { ErrorDetails } from "../errors/error";
import type { JsonObject } from "./json";
import type { Device, MessageType } from "./topic";

/** A message as a flow hands it over: nothing is known of it. */
export type FlowMessage = Readonly<Record<string, unknown>>;

/** What is wrong with a message, by the name of a text that says so. */
export function malformed(message: FlowMessage, why: ErrorDetails): MessageError {
  const { topic } = message;
  return new MessageError("MESSAGE_MALFORMED", {
    ...why,
    messageType: messageTypeOf(message),
    topic: typeof topic === "string" ? topic : "",
  });
}

/** What a message is: as the subscriber said, else by its topic. */
export function messageTypeOf({ messageType, topic }: FlowMessage): MessageType {
  const known = MESSAGE_TYPES.find((candidate) => candidate === messageType);
  return known ?? parseTopic(typeof topic === "string" ? topic : "").messageType;
}

/** The payload's fields; JSON that is still text or bytes is parsed. Throws MessageError. */
export function payloadFields(message: FlowMessage): JsonObject {
  const { payload } = message;
  const text = Buffer.isBuffer(payload) ? payload.toString("utf8") : payload;
  if (typeof text !== "string") {
    if (isJsonObject(text)) return text;
    throw malformed(message, because("payloadNoObject"));
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (isJsonObject(parsed)) return parsed;
  } catch {
    // The parser's own message would quote the payload.
  }
  throw malformed(message, because("payloadNoObject"));
}

/** The device of a message: as its payload says, else as the subscriber or the topic does. */
export function deviceOf(message: FlowMessage, fields: JsonObject): Device | undefined {
  const { device, topic } = message;
  return (
    namedDevice(fields) ??
    (isJsonObject(device) ? namedDevice(device) : undefined) ??
    parseTopic(typeof topic === "string" ? topic : "").device
  );
}

/** The device that two fields name. */
export function namedDevice({ productKey, deviceName }: JsonObject): Device | undefined {
  if (typeof productKey !== "string" || typeof deviceName !== "string") return undefined;
  return productKey === "" || deviceName === "" ? undefined : { productKey, deviceName };
}

/** ms since the epoch, also from digits in a string; undefined for what is no time. */
export function timeMsOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !(number >= 0 && number <= MAX_TIME_MS)) return undefined;
  return Math.trunc(number);
}

/** When the platform had the message, by its own clock, in ms; undefined where nothing says so. */
export function receivedMs(message: FlowMessage, fields: JsonObject): number | undefined {
  return (
    timeMsOf(fields["gmtCreate"]) ??
    timeMsOf(fields["messageCreateTime"]) ??
    timeMsOf(message["generateTime"])
  );
}
