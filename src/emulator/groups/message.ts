import { message as codec, types } from "rhea";

/** In which AMQP type the application property `messageId` is sent; the platform's is unknown. */
export const MESSAGE_ID_TYPES = ["string", "long"] as const;
export type MessageIdType = (typeof MESSAGE_ID_TYPES)[number];

/** A message of the emulated platform, before it is encoded. */
export interface EmulatorMessage {
  readonly messageId: string;
  readonly topic: string;
  readonly payload: Buffer;
  /** ms since the epoch. */
  readonly generateTime: number;
  readonly qos: 0 | 1 | undefined;
}

/** A message to push. */
export interface Push {
  readonly topic: string;
  /** A Buffer or a string as it is, undefined as an empty body, anything else as JSON. */
  readonly payload?: unknown;
  /** Default: the next number. */
  readonly messageId?: string;
  /** ms since the epoch; default: now. */
  readonly generateTime?: number;
  readonly qos?: 0 | 1;
  /** Only to this consumer group; default: to every one. */
  readonly group?: string;
}

/** How messages are put on the wire, where the platform's way is unknown. */
export interface WireForm {
  readonly messageIdType: MessageIdType;
  /** Into how many data sections a body is split. */
  readonly dataSections: number;
}

const LONG_MAX = 2n ** 63n - 1n;

function long(value: bigint) {
  // As eight bytes: rhea's own number arithmetic is not exact beyond 2^53.
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return types.wrap_long(bytes);
}

function messageIdProperty(messageId: string, type: MessageIdType) {
  if (type === "string" || !/^\d{1,19}$/.test(messageId)) return messageId;
  const value = BigInt(messageId);
  return value > LONG_MAX ? messageId : long(value);
}

function sections(payload: Buffer, count: number): readonly Buffer[] {
  const size = Math.max(1, Math.ceil(payload.length / count));
  return Array.from({ length: count }, (_, index) =>
    payload.subarray(index * size, (index + 1) * size),
  );
}

/** The bytes of a message in AMQP's own format: application properties and a body of data sections. */
export function encodeMessage(message: EmulatorMessage, form: WireForm): Buffer {
  const { messageId, topic, payload, generateTime, qos } = message;
  const body: unknown =
    form.dataSections === 1
      ? codec.data_section(payload)
      : codec.data_sections(sections(payload, form.dataSections));
  return codec.encode({
    application_properties: {
      topic,
      messageId: messageIdProperty(messageId, form.messageIdType),
      generateTime: long(BigInt(Math.trunc(generateTime))),
      ...(qos === undefined ? {} : { qos: types.wrap_int(qos) }),
    },
    body,
  });
}

/** What a payload given as `unknown` is on the wire: text and bytes as they are, the rest as JSON. */
export function payloadBytes(payload: unknown): Buffer {
  if (payload === undefined) return Buffer.alloc(0);
  if (payload instanceof Uint8Array) return Buffer.from(payload);
  return Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload), "utf8");
}
