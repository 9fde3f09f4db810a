import { deviceOf, fieldsOf, messageTypeOf, receivedMsOf } from "../protocol/flow-message";
import { REPLY_INACTIVE, REPLY_OFFLINE } from "../protocol/reply-code";
import type { FlowMessage } from "../protocol/flow-message";
import type { JsonObject } from "../protocol/json";
import type { Device } from "../protocol/topic";

/** That a device sent something. */
export interface SignOfLife {
  readonly device: Device;
  /** When the platform had it, ms since the epoch. */
  readonly timeMs: number;
}

/** Of replies that the platform gives in the place of a device that it cannot reach. */
const PLATFORM_CODES: readonly number[] = [REPLY_INACTIVE, REPLY_OFFLINE];

/** The device whose own message this is, heard of now where nothing says when; undefined: of none. */
export function signOfLife(message: FlowMessage, nowMs: number): SignOfLife | undefined {
  const device = deviceOf(message);
  const fields = platformFields(message);
  if (device === undefined || !isOfDevice(message, fields)) return undefined;
  return { device, timeMs: receivedMsOf(message, fields) ?? nowMs };
}

/** What the platform wrote into a payload: what a device writes is no time of the platform. */
function platformFields(message: FlowMessage): JsonObject {
  const type = messageTypeOf(message);
  return type === "custom" || type === "unknown" ? {} : (fieldsOf(message) ?? {});
}

/** Whether a device sent it: some messages about a device are the platform's own. */
function isOfDevice(message: FlowMessage, { code, status }: JsonObject): boolean {
  const type = messageTypeOf(message);
  if (type === "downlink-reply") return !PLATFORM_CODES.includes(Number(code));
  // The device told its new version; that an upgrade failed may be a time-out of the platform's.
  if (type === "ota-upgrade") return status === "SUCCEEDED";
  return type !== "ota-job-status";
}
