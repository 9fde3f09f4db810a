import { decodeMessage } from "../src/amqp/decode";
import { seeded } from "../src/emulator/random";
import { MESSAGE_KINDS, deviceMessage } from "../src/emulator/devices/device-messages";
import { Device } from "../src/emulator/devices/device";
import { encodeMessage } from "../src/emulator/amqp/encode-message";
import { MessageIds, payloadBytes } from "../src/emulator/groups/message";
import { normalise } from "../src/protocol/message";
import type { NewMessage } from "../src/emulator/groups/message";
import type { DeviceMessage } from "../src/protocol/message";
import type { MessageType } from "../src/protocol/topic";

/** The moment of all examples: 2024-05-06 12:55:30.190 UTC. */
const NOW_MS = Date.UTC(2024, 4, 6, 12, 55, 30, 190);
const MINUTE_MS = 60_000;

/** No device sends what is not known; this topic is made up. */
const UNKNOWN: NewMessage = {
  topic: "/k1demoPk01/meter-07/thing/something/new",
  payload: { t: 21 },
  generateTime: NOW_MS,
  qos: 0,
};

function pushed(messageType: MessageType): NewMessage {
  // The last one: of the events that is the alert.
  const kind = MESSAGE_KINDS.findLast((candidate) => candidate.messageType === messageType);
  if (kind === undefined) return UNKNOWN;
  const random = seeded(7);
  const device = new Device(7, NOW_MS - MINUTE_MS, random);
  // Its status message then tells that it went offline, and why.
  device.online = true;
  return deviceMessage(kind, device, { nowMs: NOW_MS, requestId: "901", random });
}

/** A message of a type as a subscriber sends it, by way of the bytes that the emulator sends. */
export function exampleOf(messageType: MessageType): DeviceMessage {
  const { topic, payload, generateTime = NOW_MS, qos } = pushed(messageType);
  const messageId = new MessageIds(NOW_MS).next();
  const bytes = encodeMessage(
    { messageId, topic, payload: payloadBytes(payload), generateTime, qos },
    { messageIdType: "string", dataSections: 1 },
  );
  return normalise(decodeMessage(bytes), "auto").message;
}
