import { identity } from "./device-payloads";
import type { JsonObject } from "../../protocol/json";
import type {
  DeviceLifecycle,
  DeviceTagUpdate,
  DownlinkReply,
  SubDeviceFound,
  TopologyLifecycle,
} from "../../protocol/message-table";
import type { Device } from "./device";
import type { PayloadContext } from "./device-payloads";

/** The gateway of topology messages. */
export const GATEWAY = {
  gwIotId: "Xq3gw01",
  gwProductKey: "k1demoGw01",
  gwDeviceName: "site-gw-1",
};

/** What a device, or for it the platform, answers to a command. */
export interface Reply {
  /** The message ID of the command. */
  readonly requestId: string;
  readonly code: number;
  readonly message: string;
  /** What was commanded: `property/set`, or the identifier of a service. */
  readonly service: string;
  readonly data: JsonObject;
}

export function commandReply(device: Device, reply: Reply, nowMs: number): DownlinkReply {
  const { requestId, code, message, service, data } = reply;
  const { productKey, deviceName } = device;
  return {
    gmtCreate: nowMs,
    ...identity(device),
    requestId,
    code,
    message,
    topic: `/sys/${productKey}/${deviceName}/thing/service/${service}_reply`,
    data,
  };
}

/** The answer of a device that has set its properties. */
export function downlinkReply(device: Device, { nowMs, requestId }: PayloadContext): DownlinkReply {
  const reply = { requestId, code: 200, message: "success", service: "property/set", data: {} };
  return commandReply(device, reply, nowMs);
}

export function deviceLifecycle(device: Device, { nowMs }: PayloadContext): DeviceLifecycle {
  return { action: "enable", ...identity(device), messageCreateTime: nowMs };
}

export function topologyLifecycle(device: Device, { nowMs }: PayloadContext): TopologyLifecycle {
  return {
    action: "create",
    ...GATEWAY,
    devices: [identity(device)],
    messageCreateTime: nowMs,
  };
}

export function subDeviceFound(device: Device): SubDeviceFound {
  return { ...GATEWAY, devices: [identity(device)] };
}

export function deviceTagUpdate(device: Device, { nowMs }: PayloadContext): DeviceTagUpdate {
  return {
    ...identity(device),
    value: [{ attrKey: "room", attrValue: `A-${device.deviceName.slice(-2)}` }],
    messageCreateTime: nowMs,
  };
}
