import { payloadOf } from "./payload";
import { parseTopic } from "./topic";
import type { PayloadError } from "../errors/error";
import type { AmqpMessage, AmqpValue } from "./amqp-message";
import type { Json } from "./json";
import type { PayloadFormat } from "./payload";
import type { Device, MessageType, Topic } from "./topic";

/** A platform message, normalised; plain data, safe to clone. */
export interface DeviceMessage {
  /** Empty where the platform sent none. */
  readonly topic: string;
  /** By the payload format. A Buffer is a copy, never a slice of the socket's memory. */
  readonly payload: Json | Buffer;
  /** Decimal string, whatever AMQP type it came in. */
  readonly messageId: string | undefined;
  /** ms since the epoch; not fit for ordering. */
  readonly generateTime: number | undefined;
  readonly qos: 0 | 1 | undefined;
  readonly messageType: MessageType;
  readonly device?: Device;
  readonly event?: { readonly identifier: string };
  /** Every application property as a plain JSON value. */
  readonly properties: Readonly<Record<string, Json>>;
}

/** A normalised message, and what was wrong with its payload: then `payload` is the raw Buffer. */
export interface Normalised {
  readonly message: DeviceMessage;
  readonly error?: PayloadError;
}

/** The last ms since the epoch that a Date can hold (ECMA-262 §21.4.1.1). */
export const MAX_TIME_MS = 8.64e15;

/** The topic of a message, empty where the platform sent none; known before its payload is read. */
export function topicOf(message: AmqpMessage): string {
  return topicText(property(message, "topic"));
}

/** The ID of a message as a decimal string, whatever AMQP type it came in. */
export function messageIdOf(message: AmqpMessage): string | undefined {
  return idText(property(message, "messageId")) ?? idText(message.messageId);
}

/** Puts a message into the form that flows get. Never throws, whatever the message holds. */
export function normalise(message: AmqpMessage, format: PayloadFormat): Normalised {
  const topic = topicOf(message);
  const { payload, error } = payloadOf(message.body, { format, topic });
  const normalised = {
    topic,
    payload,
    messageId: messageIdOf(message),
    generateTime: timeMs(property(message, "generateTime")),
    qos: qosOf(property(message, "qos")),
    ...topicFields(topic),
    properties: message.properties,
  };
  return error === undefined ? { message: normalised } : { message: normalised, error };
}

/** Parsed topics: devices repeat theirs, so those of some thousand devices are kept. */
const knownTopics = new Map<string, Topic>();
const MAX_KNOWN_TOPICS = 5_000;
/** Longer topics are not kept, so that the map stays small; the platform's own are shorter. */
const MAX_KNOWN_TOPIC_LENGTH = 256;

/** What a topic says, in objects of this message's own: a flow may change them. */
function topicFields(topic: string): Topic {
  let known = knownTopics.get(topic);
  if (known === undefined) {
    known = parseTopic(topic);
    if (knownTopics.size >= MAX_KNOWN_TOPICS) knownTopics.clear();
    if (topic.length <= MAX_KNOWN_TOPIC_LENGTH) knownTopics.set(topic, known);
  }
  const { messageType, device, event } = known;
  if (device === undefined) return { messageType };
  if (event === undefined) return { messageType, device: { ...device } };
  return { messageType, device: { ...device }, event: { ...event } };
}

/** A value by its AMQP type, where that says more than plain JSON. */
function property({ properties, typed }: AmqpMessage, name: string): AmqpValue {
  const value = typed.size > 0 ? typed.get(name) : undefined;
  if (value !== undefined) return value;
  // A name such as "constructor" is not asked for, so an inherited value cannot be found.
  return (properties[name] as AmqpValue | undefined) ?? null;
}

function topicText(value: AmqpValue): string {
  if (Buffer.isBuffer(value)) return value.toString("utf8");
  return typeof value === "string" ? value : "";
}

/** A message ID as text: the platform's are 64-bit, and which AMQP type carries them is not known. */
function idText(value: AmqpValue): string | undefined {
  if (typeof value === "string") return value.trim() || undefined;
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") {
    return Number.isInteger(value) ? BigInt(value).toString() : undefined;
  }
  if (Buffer.isBuffer(value)) return binaryId(value);
  if (typeof value === "object" && value !== null && "uuid" in value) return value.uuid;
  return undefined;
}

/** Some senders put the digits, some the eight bytes of a big-endian integer into a binary. */
function binaryId(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1");
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  if (bytes.length === 8) return bytes.readBigInt64BE().toString();
  return bytes.length === 0 ? undefined : bytes.toString("hex");
}

function timeMs(value: AmqpValue): number | undefined {
  const number = toNumber(value);
  return number >= 0 && number <= MAX_TIME_MS ? Math.trunc(number) : undefined;
}

/** NaN for what is no number. */
function toNumber(value: AmqpValue): number {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.getTime();
  if (typeof value === "string") return /^\s*\d+\s*$/.test(value) ? Number(value) : NaN;
  if (!Buffer.isBuffer(value)) return NaN;
  const text = value.toString("latin1");
  if (/^\d+$/.test(text)) return Number(text);
  return value.length === 8 ? Number(value.readBigInt64BE()) : NaN;
}

function qosOf(value: AmqpValue): 0 | 1 | undefined {
  const number = toNumber(value);
  return number === 0 || number === 1 ? number : undefined;
}
