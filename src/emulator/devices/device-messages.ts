import {
  deviceStatus,
  eventBatch,
  hotPost,
  overheat,
  propertyBatch,
  propertyPost,
  refusedPost,
  selfTest,
} from "./device-payloads";
import { jobPath, otaJobStatus, otaProgress, otaUpgrade, otaVersion } from "./ota-payloads";
import {
  GATEWAY,
  commandReply,
  deviceLifecycle,
  deviceTagUpdate,
  downlinkReply,
  subDeviceFound,
  topologyLifecycle,
} from "./registry-payloads";
import type { PayloadOf } from "../../protocol/message-table";
import type { MessageType } from "../../protocol/topic";
import type { Device } from "./device";
import type { PayloadContext } from "./device-payloads";
import type { NewMessage } from "../groups/message";
import type { Reply } from "./registry-payloads";

interface Kind<T extends MessageType> {
  readonly messageType: T;
  /** How often it is sent, relative to the others. */
  readonly weight: number;
  /** Sent by a device that has overheated, as soon as it can, and by no other. */
  readonly isAlert?: true;
  readonly topic: (device: Device) => string;
  /** JSON for everything but custom topics, where a device sends anything. */
  readonly payload: (device: Device, context: PayloadContext) => PayloadOf<T>;
}

type SentType = Exclude<MessageType, "unknown">;

/** One kind of message of a simulated device. */
export type MessageKind = { [T in SentType]: Kind<T> }[SentType];

/** The first levels of a device's topics. */
export const pathOf = ({ productKey, deviceName }: Device) => `/${productKey}/${deviceName}`;
const GATEWAY_PATH = `/${GATEWAY.gwProductKey}/${GATEWAY.gwDeviceName}`;
/** How old the data of history messages is. */
const HISTORY_MS = 600_000;

/**
 * Every kind of message that the simulated devices send; the shapes are those of MESSAGE_TABLE.
 * Payload functions declare their type: in an arrow function here TypeScript accepts extra fields.
 */
export const MESSAGE_KINDS: readonly MessageKind[] = [
  {
    messageType: "property-post",
    weight: 80,
    topic: (device) => `${pathOf(device)}/thing/event/property/post`,
    payload: (device, context) => propertyPost(device, context),
  },
  {
    messageType: "property-post",
    weight: 0.6,
    topic: (device) => `${pathOf(device)}/thing/event/property/post`,
    payload: hotPost,
  },
  {
    messageType: "property-post",
    weight: 2,
    topic: (device) => `${pathOf(device)}/thing/event/property/post`,
    payload: refusedPost,
  },
  {
    messageType: "event-post",
    weight: 3,
    topic: (device) => `${pathOf(device)}/thing/event/selfTest/post`,
    payload: (device, context) => selfTest(device, context),
  },
  {
    messageType: "event-post",
    weight: 3,
    isAlert: true,
    topic: (device) => `${pathOf(device)}/thing/event/overheat/post`,
    payload: overheat,
  },
  {
    messageType: "device-status",
    weight: 2,
    topic: ({ productKey, deviceName }) => `/as/mqtt/status/${productKey}/${deviceName}`,
    payload: deviceStatus,
  },
  {
    messageType: "custom",
    weight: 2,
    topic: (device) => `${pathOf(device)}/user/update`,
    payload: (device, { nowMs }) => ({ t: device.measure(nowMs).temperature }),
  },
  {
    messageType: "property-history-post",
    weight: 1,
    topic: (device) => `${pathOf(device)}/thing/event/property/history/post`,
    payload: (device, context) => propertyPost(device, context, context.nowMs - HISTORY_MS),
  },
  {
    messageType: "event-history-post",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/thing/event/selfTest/history/post`,
    payload: (device, context) => selfTest(device, context, context.nowMs - HISTORY_MS),
  },
  {
    messageType: "property-batch-post",
    weight: 1,
    topic: (device) => `${pathOf(device)}/thing/property/batch/post`,
    payload: propertyBatch,
  },
  {
    messageType: "event-batch-post",
    weight: 0.5,
    isAlert: true,
    topic: (device) => `${pathOf(device)}/thing/event/batch/post`,
    payload: eventBatch,
  },
  {
    messageType: "downlink-reply",
    weight: 1,
    topic: (device) => `${pathOf(device)}/thing/downlink/reply/message`,
    payload: downlinkReply,
  },
  {
    messageType: "device-lifecycle",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/thing/lifecycle`,
    payload: deviceLifecycle,
  },
  {
    messageType: "topology-lifecycle",
    weight: 0.5,
    topic: () => `${GATEWAY_PATH}/thing/topo/lifecycle`,
    payload: topologyLifecycle,
  },
  {
    messageType: "sub-device-found",
    weight: 0.5,
    topic: () => `${GATEWAY_PATH}/thing/list/found`,
    payload: subDeviceFound,
  },
  {
    messageType: "ota-version",
    weight: 1,
    topic: (device) => `${pathOf(device)}/ota/version/post`,
    payload: otaVersion,
  },
  {
    messageType: "ota-progress",
    weight: 1,
    topic: (device) => `${pathOf(device)}/ota/progress/post`,
    payload: otaProgress,
  },
  {
    messageType: "ota-upgrade",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/ota/upgrade`,
    payload: otaUpgrade,
  },
  {
    messageType: "ota-job-status",
    weight: 0.5,
    topic: (device) => `${jobPath(device)}/ota/job/status`,
    payload: otaJobStatus,
  },
  {
    messageType: "device-tag-update",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/thing/deviceinfo/update`,
    payload: deviceTagUpdate,
  },
];

/** A report of all properties. */
export function reportMessage(device: Device, context: PayloadContext): NewMessage {
  const topic = `${pathOf(device)}/thing/event/property/post`;
  const payload = propertyPost(device, context);
  return { topic, payload, generateTime: context.nowMs, qos: 0 };
}

/** The platform's message of a reply. */
export function replyMessage(device: Device, reply: Reply, nowMs: number): NewMessage {
  const topic = `${pathOf(device)}/thing/downlink/reply/message`;
  return { topic, payload: commandReply(device, reply, nowMs), generateTime: nowMs, qos: 0 };
}

/** A message of a kind, ready to be pushed. */
export function deviceMessage(
  kind: MessageKind,
  device: Device,
  context: PayloadContext,
): NewMessage {
  return {
    topic: kind.topic(device),
    payload: kind.payload(device, context),
    generateTime: context.nowMs,
    // The platform keeps the device's for custom topics, and sends all others with 0.
    qos: kind.messageType === "custom" ? 1 : 0,
  };
}
