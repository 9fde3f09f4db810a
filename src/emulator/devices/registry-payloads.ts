import { identity } from "./device-payloads";
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
export const GATEWAY = { gwIotId: "Xq3gw01", gwProductKey: "k1demoGw01", gwDeviceName: "gw-1" };

/** The answer of a device that has set its properties. */
export function downlinkReply(device: Device, { nowMs, requestId }: PayloadContext): DownlinkReply {
  const { productKey, deviceName } = device;
  return {
    gmtCreate: nowMs,
    ...identity(device),
    requestId,
    code: 200,
    message: "success",
    topic: `/sys/${productKey}/${deviceName}/thing/service/property/set_reply`,
    data: {},
  };
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
