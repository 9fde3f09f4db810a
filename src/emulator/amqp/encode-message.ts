import { message as codec, types } from "rhea";
import type { MessageIdType, WireFormat } from "../../settings/emulator";
import type { EmulatorMessage } from "../groups/message";

const LONG_MAX = 2n ** 63n - 1n;

function long(value: bigint) {
  // As eight bytes: rhea's own number arithmetic is not exact beyond 2^53.
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return types.wrap_long(bytes);
}

/** A message ID that is no number, or too large for a long, is sent as a string. */
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

/** A message in AMQP's own format: application properties, and a body of data sections. */
export function encodeMessage(message: EmulatorMessage, format: WireFormat): Buffer {
  const { messageId, topic, payload, generateTime, qos } = message;
  const body: unknown =
    format.dataSections === 1
      ? codec.data_section(payload)
      : codec.data_sections(sections(payload, format.dataSections));
  return codec.encode({
    application_properties: {
      topic,
      messageId: messageIdProperty(messageId, format.messageIdType),
      generateTime: long(BigInt(Math.trunc(generateTime))),
      ...(qos === undefined ? {} : { qos: types.wrap_int(qos) }),
    },
    body,
  });
}
