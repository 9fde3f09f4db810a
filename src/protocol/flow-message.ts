import { because, MessageError } from "../errors/error";
import { shown } from "../errors/invalid-setting";
import { parseExactJson } from "./exact-json";
import { isJsonObject } from "./json";
import { MAX_TIME_MS } from "./message";
import { MESSAGE_TYPES, parseTopic } from "./topic";
import type { ErrorDetails } from "../errors/error";
import type { JsonObject } from "./json";
import type { Device, MessageType } from "./topic";

/** A message as a flow hands it over: nothing is known of it. */
export type FlowMessage = Readonly<Record<string, unknown>>;

/** Characters of a wrong value that an error quotes. */
const MAX_QUOTED_LENGTH = 40;

/** The type of a message: as the subscriber said, else by its topic. */
export function messageTypeOf(message: FlowMessage): MessageType {
  const { messageType } = message;
  const known = MESSAGE_TYPES.find((candidate) => candidate === messageType);
  return known ?? parseTopic(topicOf(message)).messageType;
}

function topicOf({ topic }: FlowMessage): string {
  return typeof topic === "string" ? topic : "";
}

/** The device that an object names; undefined where one of the two names is missing. */
export function readDevice({ productKey, deviceName }: JsonObject): Device | undefined {
  if (typeof productKey !== "string" || typeof deviceName !== "string") return undefined;
  return productKey === "" || deviceName === "" ? undefined : { productKey, deviceName };
}

/** The device that a message is of, as the subscriber says or else its topic. */
export function deviceOf(message: FlowMessage): Device | undefined {
  const { device } = message;
  return (
    (isJsonObject(device) ? readDevice(device) : undefined) ?? parseTopic(topicOf(message)).device
  );
}

/** The fields of a message's payload, also where that is still text or bytes; undefined: no object. */
export function fieldsOf({ payload }: FlowMessage): JsonObject | undefined {
  const text = Buffer.isBuffer(payload) ? payload.toString("utf8") : payload;
  if (typeof text !== "string") return isJsonObject(text) ? text : undefined;
  try {
    const parsed = parseExactJson(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    // The parser's own message would quote the payload.
    return undefined;
  }
}

/**
 * When the platform had a message, by its own clock; undefined where neither these fields nor the
 * message say so.
 */
export function receivedMsOf(message: FlowMessage, fields: JsonObject): number | undefined {
  return (
    parseTimeMs(fields["gmtCreate"]) ??
    parseTimeMs(fields["messageCreateTime"]) ??
    parseTimeMs(message["generateTime"])
  );
}

/** ms since the epoch, also from digits in a string; undefined for what is no time. */
export function parseTimeMs(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !(number >= 0 && number <= MAX_TIME_MS)) return undefined;
  return Math.trunc(number);
}

/** A message is not what its type promises; `why` names the text that says so. */
export function malformedMessage(message: FlowMessage, why: ErrorDetails): MessageError {
  const about = { messageType: messageTypeOf(message), topic: topicOf(message) };
  return new MessageError("MESSAGE_MALFORMED", { ...why, ...about });
}

/** Reads the payload of a message. What is missing or wrong becomes a MessageError that names it. */
export class PayloadReader {
  readonly #message: FlowMessage;
  readonly fields: JsonObject;

  /** JSON that is still text or bytes is parsed. Throws MessageError if it is no object. */
  constructor(message: FlowMessage) {
    this.#message = message;
    const fields = fieldsOf(message);
    if (fields === undefined) throw malformedMessage(message, because("payloadNoObject"));
    this.fields = fields;
  }

  /** As the payload says, else as the subscriber or the topic does. */
  get device(): Device | undefined {
    return readDevice(this.fields) ?? deviceOf(this.#message);
  }

  /** When the platform had the message, by its own clock; undefined where nothing says so. */
  get receivedMs(): number | undefined {
    return receivedMsOf(this.#message, this.fields);
  }

  requireDevice(): Device {
    const { device } = this;
    if (device === undefined) throw this.malformed(because("noDevice"));
    return device;
  }

  requireReceivedMs(): number {
    return this.receivedMs ?? this.refuse("messageCreateTime", this.fields["messageCreateTime"]);
  }

  requireText(field: string): string {
    return this.requireTextAt(field, this.fields[field]);
  }

  /** The value that stands at `place` in the payload, if it is a text that is not empty. */
  requireTextAt(place: string, value: unknown): string {
    return typeof value === "string" && value !== "" ? value : this.refuse(place, value);
  }

  requireObjects(field: string): readonly JsonObject[] {
    const value = this.fields[field];
    if (!Array.isArray(value)) return this.refuse(field, value);
    return value.map((entry: unknown, index) =>
      isJsonObject(entry) ? entry : this.refuse(`${field}[${index}]`, entry),
    );
  }

  /** Throws for the value that stands at `place`: it is missing, or not what it should be. */
  refuse(place: string, value: unknown): never {
    if (value === undefined) throw this.missing(place);
    const quoted = typeof value === "string" ? value.slice(0, MAX_QUOTED_LENGTH) : value;
    throw this.wrong(place, shown(quoted));
  }

  missing(field: string): MessageError {
    return this.malformed(because("fieldMissing", { place: "", field }));
  }

  wrong(field: string, value: string): MessageError {
    return this.malformed(because("fieldWrong", { place: "", field, value }));
  }

  malformed(why: ErrorDetails): MessageError {
    return malformedMessage(this.#message, why);
  }
}
