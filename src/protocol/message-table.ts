import type { DeviceMessage } from "./message";
import type { ObjectOf, ObjectSchema } from "./payload-schema";
import type { Device, MessageType, TOPIC_TABLE } from "./topic";

const DEVICE = { iotId: "string", productKey: "string", deviceName: "string" } as const;
const MODULE = { moduleName: "string" } as const;
const VERSIONS = { srcVersion: "string", destVersion: "string" } as const;
const ACTIONS = { oneOf: ["create", "delete", "enable", "disable"] } as const;

const PROPERTY_POST = {
  ...DEVICE,
  deviceType: "string",
  requestId: { optional: "string" },
  gmtCreate: "ms",
  items: { map: { object: { value: "any", time: "ms" } } },
  checkFailedData: {
    optional: {
      map: { object: { value: "any", time: "ms", code: "integer", message: "string" } },
    },
  },
} as const;

const EVENT_POST = {
  ...DEVICE,
  identifier: "string",
  name: "string",
  type: { oneOf: ["info", "alert", "error"] },
  gmtCreate: "ms",
  time: "ms",
  value: { map: "any" },
  checkFailedData: {
    optional: {
      // Where nothing was refused, an empty object.
      object: {
        value: { optional: "any" },
        code: { optional: "integer" },
        message: { optional: "string" },
      },
    },
  },
} as const;

const BATCH_VALUES = { list: { object: { value: "any", time: "ms" } } } as const;

/** Known from client programs only, and they disagree about where the values are. */
const BATCH_POST = {
  productKey: "string",
  deviceName: "string",
  iotId: { optional: "string" },
  requestId: { optional: "string" },
  gmtCreate: { optional: "ms" },
  payload: { optional: { map: BATCH_VALUES } },
  items: { optional: { map: BATCH_VALUES } },
} as const;

const GATEWAY = {
  gwIotId: "string",
  gwProductKey: "string",
  gwDeviceName: "string",
  devices: { list: { object: DEVICE } },
} as const;

/**
 * What the payload of each message type holds; its topic is in TOPIC_TABLE. `anything`: whatever
 * the device sends, JSON or not. More fields than these may come; a reader ignores them.
 */
export const MESSAGE_TABLE = {
  "device-status": {
    status: { oneOf: ["online", "offline"] },
    productKey: "string",
    deviceName: "string",
    iotId: { optional: "string" },
    time: "localTime",
    utcTime: "utcTime",
    lastTime: "localTime",
    utcLastTime: "utcTime",
    clientIp: "string",
    offlineReasonCode: { optional: "any" },
  },
  "property-post": PROPERTY_POST,
  "event-post": EVENT_POST,
  "property-batch-post": BATCH_POST,
  "event-batch-post": BATCH_POST,
  "property-history-post": PROPERTY_POST,
  "event-history-post": EVENT_POST,
  "downlink-reply": {
    ...DEVICE,
    gmtCreate: "ms",
    requestId: "stringOrInteger",
    code: "integer",
    message: "string",
    topic: "string",
    data: { map: "any" },
    checkFailedData: { optional: "any" },
  },
  "device-lifecycle": {
    ...DEVICE,
    action: ACTIONS,
    deviceSecret: { optional: "string" },
    messageCreateTime: "ms",
  },
  "topology-lifecycle": { ...GATEWAY, action: ACTIONS, messageCreateTime: "ms" },
  "sub-device-found": GATEWAY,
  "ota-upgrade": {
    ...DEVICE,
    moduleName: { optional: "string" },
    status: { known: ["SUCCEEDED", "FAILED"] },
    ...VERSIONS,
    desc: "string",
    jobId: "string",
    taskId: "string",
    messageCreateTime: "ms",
  },
  "ota-progress": {
    productKey: "string",
    deviceName: "string",
    ...MODULE,
    ...VERSIONS,
    step: "integer",
    desc: "string",
    messageCreateTime: "ms",
  },
  "ota-version": { ...DEVICE, ...MODULE, moduleVersion: "string", messageCreateTime: "ms" },
  "ota-job-status": {
    productKey: "string",
    ...MODULE,
    packageId: "string",
    jobId: "string",
    status: { oneOf: ["PLANNED", "IN_PROGRESS", "COMPLETED", "CANCELED"] },
    messageCreateTime: "ms",
  },
  "device-tag-update": {
    ...DEVICE,
    value: { list: { object: { attrKey: "string", attrValue: "string" } } },
    messageCreateTime: "ms",
  },
  custom: "anything",
  unknown: "anything",
} as const satisfies Readonly<Record<MessageType, ObjectSchema | "anything">>;

/** The payload of a message type, where the payload format is `auto` or `json`. */
export type PayloadOf<T extends MessageType> = (typeof MESSAGE_TABLE)[T] extends "anything"
  ? DeviceMessage["payload"]
  : ObjectOf<(typeof MESSAGE_TABLE)[T]>;

export type DeviceStatus = PayloadOf<"device-status">;
export type PropertyPost = PayloadOf<"property-post">;
export type EventPost = PayloadOf<"event-post">;
export type PropertyBatchPost = PayloadOf<"property-batch-post">;
export type EventBatchPost = PayloadOf<"event-batch-post">;
export type PropertyHistoryPost = PayloadOf<"property-history-post">;
export type EventHistoryPost = PayloadOf<"event-history-post">;
export type DownlinkReply = PayloadOf<"downlink-reply">;
export type DeviceLifecycle = PayloadOf<"device-lifecycle">;
export type TopologyLifecycle = PayloadOf<"topology-lifecycle">;
export type SubDeviceFound = PayloadOf<"sub-device-found">;
export type OtaUpgrade = PayloadOf<"ota-upgrade">;
export type OtaProgress = PayloadOf<"ota-progress">;
export type OtaVersion = PayloadOf<"ota-version">;
export type OtaJobStatus = PayloadOf<"ota-job-status">;
export type DeviceTagUpdate = PayloadOf<"device-tag-update">;

/** The rows of a message type whose topic has a placeholder; `never` where it has none. */
type RowWith<T extends MessageType, Placeholder extends string> = Extract<
  (typeof TOPIC_TABLE)[number],
  { readonly messageType: T; readonly pattern: `${string}${Placeholder}${string}` }
>;

type DeviceIn<T extends MessageType> = [RowWith<T, "{dn}">] extends [never]
  ? { readonly device?: never }
  : { readonly device: Device };

type EventIn<T extends MessageType> = [RowWith<T, "{event}">] extends [never]
  ? { readonly event?: never }
  : { readonly event: { readonly identifier: string } };

/** A message of one type, as a subscriber sends it. */
export type MessageOf<T extends MessageType> = Omit<
  DeviceMessage,
  "messageType" | "payload" | "device" | "event"
> &
  DeviceIn<T> &
  EventIn<T> & {
    readonly messageType: T;
    readonly payload: PayloadOf<T>;
    /** Manual mode only. */
    readonly delivery?: { readonly subscriber: string; readonly token: string };
  };

/**
 * What a subscriber sends, told apart by `messageType`. The types are those of the documentation:
 * nothing checks that the platform, or a payload format other than `auto` and `json`, keeps to them.
 */
export type PlatformMessage = { [T in MessageType]: MessageOf<T> }[MessageType];
