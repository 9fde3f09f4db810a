import { OBEY } from "../devices/downlink";
import { productError } from "./api-error";
import type { JsonObject } from "../../protocol/json";
import type { Device } from "../devices/device";
import type { ReplyPlan } from "../devices/downlink";
import type { ApiError } from "./api-error";
import type { DeviceFault } from "./hooks";

/** How long the platform waits for the result of a synchronous service. */
export const SYNC_TIMEOUT_MS = 8_000;
/** The device has lost its connection, or has none; the platform answers for it. */
const OFFLINE_CODE = 9201;

const UNREACHED = {
  OFFLINE: "The device is offline.",
  HALFCONN: "The connection of the device is half open.",
  TIMEOUT: "The device has not answered in time.",
} as const;

/** Why a device did not answer, as codes of the product and of RRpc say it. */
export type Unreached = keyof typeof UNREACHED;

export function unreachedError(why: Unreached, fields?: JsonObject): ApiError {
  return productError(`iot.messagebroker.${why}`, UNREACHED[why], fields);
}

/** Why nothing gets to a device at all; undefined: it does. */
export function unreached(device: Device, fault: DeviceFault | undefined): Unreached | undefined {
  if (!device.online || fault?.how === "offline") return "OFFLINE";
  return fault?.how === "half-connected" ? "HALFCONN" : undefined;
}

/** How a device replies in a message. Throws ApiError if nothing gets to it. */
export function replyPlan(device: Device, fault: DeviceFault | undefined): ReplyPlan {
  const why = unreached(device, fault);
  if (why !== undefined) throw unreachedError(why);
  switch (fault?.how) {
    case "offline-reply":
      return { ...OBEY, executed: false, code: OFFLINE_CODE };
    case "no-answer":
      return { ...OBEY, copies: 0 };
    case "early":
      return { ...OBEY, delayMs: 0 };
    case "twice":
      return { ...OBEY, copies: 2 };
    case "code":
      return { ...OBEY, executed: false, code: fault.code };
    case "offline":
    case "half-connected":
    case undefined:
      return OBEY;
  }
}
