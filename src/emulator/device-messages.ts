import {
  GATEWAY,
  JOB,
  MODULE,
  batch,
  deviceStatus,
  identity,
  nextFirmware,
  otaResult,
  overheat,
  pathOf,
  propertyPost,
  selfTest,
} from "./device-payloads";
import type { MessageType } from "../protocol/topic";
import type { Device } from "./device";
import type { Moment } from "./device-payloads";

/** One kind of message of a simulated device. */
export interface DeviceMessage {
  readonly messageType: MessageType;
  /** How often it is sent, relative to the others. */
  readonly weight: number;
  readonly topic: (device: Device) => string;
  /** JSON for everything but custom topics, where a device sends what it likes. */
  readonly payload: (device: Device, moment: Moment) => unknown;
}

/** Every kind of message that the simulated devices send; the shapes are the platform's documented ones. */
export const DEVICE_MESSAGES: readonly DeviceMessage[] = [
  {
    messageType: "property-post",
    weight: 80,
    topic: (device) => `${pathOf(device)}/thing/event/property/post`,
    payload: (device, moment) => propertyPost(device, moment),
  },
  {
    messageType: "event-post",
    weight: 3,
    topic: (device) => `${pathOf(device)}/thing/event/selfTest/post`,
    payload: selfTest,
  },
  {
    messageType: "event-post",
    weight: 3,
    topic: (device) => `${pathOf(device)}/thing/event/overheat/post`,
    payload: (device, moment) => overheat(device, moment),
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
    payload: (device, moment) => propertyPost(device, moment, moment.nowMs - 600_000),
  },
  {
    messageType: "event-history-post",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/thing/event/overheat/history/post`,
    payload: (device, moment) => overheat(device, moment, moment.nowMs - 600_000),
  },
  {
    messageType: "property-batch-post",
    weight: 1,
    topic: (device) => `${pathOf(device)}/thing/property/batch/post`,
    payload: (device, { nowMs, requestId }) => ({
      ...identity(device),
      requestId,
      gmtCreate: nowMs,
      payload: batch(device, nowMs),
    }),
  },
  {
    messageType: "event-batch-post",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/thing/event/batch/post`,
    payload: (device, { nowMs, requestId }) => ({
      ...identity(device),
      requestId,
      gmtCreate: nowMs,
      payload: { overheat: [{ value: { celsius: 90.5 }, time: nowMs - 4_000 }] },
    }),
  },
  {
    messageType: "downlink-reply",
    weight: 1,
    topic: (device) => `${pathOf(device)}/thing/downlink/reply/message`,
    payload: (device, { nowMs, requestId }) => ({
      gmtCreate: nowMs,
      ...identity(device),
      requestId,
      code: 200,
      message: "success",
      topic: `/sys${pathOf(device)}/thing/service/property/set_reply`,
      data: {},
    }),
  },
  {
    messageType: "device-lifecycle",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/thing/lifecycle`,
    payload: (device, { nowMs }) => ({
      action: "enable",
      ...identity(device),
      messageCreateTime: nowMs,
    }),
  },
  {
    messageType: "topology-lifecycle",
    weight: 0.5,
    topic: () => `/${GATEWAY.gwProductKey}/${GATEWAY.gwDeviceName}/thing/topo/lifecycle`,
    payload: (device, { nowMs }) => ({
      action: "create",
      ...GATEWAY,
      devices: [identity(device)],
      messageCreateTime: nowMs,
    }),
  },
  {
    messageType: "sub-device-found",
    weight: 0.5,
    topic: () => `/${GATEWAY.gwProductKey}/${GATEWAY.gwDeviceName}/thing/list/found`,
    payload: (device) => ({ ...GATEWAY, devices: [identity(device)] }),
  },
  {
    messageType: "ota-version",
    weight: 1,
    topic: (device) => `${pathOf(device)}/ota/version/post`,
    payload: (device, { nowMs }) => ({
      ...identity(device),
      ...MODULE,
      moduleVersion: device.firmware,
      messageCreateTime: nowMs,
    }),
  },
  {
    messageType: "ota-progress",
    weight: 1,
    topic: (device) => `${pathOf(device)}/ota/progress/post`,
    payload: (device, { nowMs, random }) => ({
      productKey: device.productKey,
      deviceName: device.deviceName,
      ...MODULE,
      messageCreateTime: nowMs,
      srcVersion: device.firmware,
      destVersion: nextFirmware(device),
      step: Math.floor(random() * 100),
      desc: "downloading",
    }),
  },
  {
    messageType: "ota-upgrade",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/ota/upgrade`,
    payload: otaResult,
  },
  {
    messageType: "ota-job-status",
    weight: 0.5,
    topic: ({ productKey }) => `/${productKey}/pkg-demo/${JOB.jobId}/ota/job/status`,
    payload: ({ productKey }, { nowMs }) => ({
      productKey,
      ...MODULE,
      packageId: "pkg-demo",
      jobId: JOB.jobId,
      status: "IN_PROGRESS",
      messageCreateTime: nowMs,
    }),
  },
  {
    messageType: "device-tag-update",
    weight: 0.5,
    topic: (device) => `${pathOf(device)}/thing/deviceinfo/update`,
    payload: (device, { nowMs }) => ({
      ...identity(device),
      value: [{ attrKey: "room", attrValue: `A-${device.deviceName.slice(-2)}` }],
      messageCreateTime: nowMs,
    }),
  },
];
