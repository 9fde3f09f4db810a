import type {
  DeviceStatus,
  EventBatchPost,
  EventPost,
  PropertyBatchPost,
  PropertyPost,
} from "../../protocol/message-table";
import type { Device, Properties } from "./device";

/** What a payload is made of besides its device. */
export interface PayloadContext {
  /** ms since the epoch. */
  readonly nowMs: number;
  /** A number that the device has not used before. */
  readonly requestId: string;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** From measuring to the platform's receipt. */
const LATENCY_MS = 70;
/** Local times are those of the instance's region, UTC+8. */
const REGION_OFFSET_MS = 8 * 3_600_000;

/** The fields by which most payloads name their device. */
export const identity = ({ iotId, productKey, deviceName }: Device) => ({
  iotId,
  productKey,
  deviceName,
});

function localTime(ms: number): string {
  return new Date(ms + REGION_OFFSET_MS).toISOString().replace("T", " ").slice(0, -1);
}

function items(properties: Partial<Properties>, time: number) {
  return Object.fromEntries(
    Object.entries(properties).map(([identifier, value]) => [identifier, { value, time }]),
  );
}

/** All properties, as measured at `atMs`: earlier than now in history messages. */
export function propertyPost(
  device: Device,
  { nowMs, requestId }: PayloadContext,
  atMs = nowMs,
): PropertyPost {
  const values = device.measure(atMs);
  if (atMs === nowMs) device.reported = { values, time: atMs - LATENCY_MS };
  return {
    deviceType: "Meter",
    ...identity(device),
    requestId,
    gmtCreate: nowMs,
    items: items(values, atMs - LATENCY_MS),
    checkFailedData: {},
  };
}

/** A report of a device that has just overheated; the alert of it follows. */
export function hotPost(device: Device, context: PayloadContext): PropertyPost {
  device.overheat(context.nowMs);
  return propertyPost(device, context);
}

/** A report with a property that the thing model does not have: it is in `checkFailedData`. */
export function refusedPost(device: Device, context: PayloadContext): PropertyPost {
  const rssi = {
    value: -Math.round(50 + context.random() * 40),
    time: context.nowMs - LATENCY_MS,
    code: 6304,
    message: "tsl parse: params not exist -> rssi",
  };
  return { ...propertyPost(device, context), checkFailedData: { rssi } };
}

type Event = Pick<EventPost, "identifier" | "name" | "type" | "time" | "value">;

function eventPost(device: Device, { time, value, ...named }: Event, nowMs: number): EventPost {
  return { ...named, ...identity(device), gmtCreate: nowMs, time, value, checkFailedData: {} };
}

/** The heat of an alert: what the device has reported last, or has to report now. */
function reportedHeat(device: Device, context: PayloadContext) {
  if (!device.alertDue) hotPost(device, context);
  device.alertDue = false;
  const { values, time } = device.reported ?? { values: device.measure(context.nowMs), time: 0 };
  return { value: { celsius: values.temperature }, time };
}

/** The device is far too hot, as its report says. */
export function overheat(device: Device, context: PayloadContext): EventPost {
  const named = { identifier: "overheat", name: "Over heat", type: "alert" } as const;
  return eventPost(device, { ...named, ...reportedHeat(device, context) }, context.nowMs);
}

/** A test that went well; `atMs`: earlier than now in history messages. */
export function selfTest(
  device: Device,
  { nowMs, random }: PayloadContext,
  atMs = nowMs,
): EventPost {
  const event: Event = {
    identifier: "selfTest",
    name: "Self test",
    type: "info",
    time: atMs - LATENCY_MS,
    value: { passed: true, durationMs: Math.round(200 + random() * 100) },
  };
  return eventPost(device, event, nowMs);
}

/** Turns the device on or off, and reports it. */
export function deviceStatus(device: Device, { nowMs }: PayloadContext): DeviceStatus {
  const { lastSeenMs } = device;
  device.online = !device.online;
  device.lastSeenMs = nowMs;
  return {
    status: device.online ? "online" : "offline",
    ...identity(device),
    ...(device.online ? {} : { offlineReasonCode: 0 }),
    time: localTime(nowMs),
    utcTime: new Date(nowMs).toISOString(),
    lastTime: localTime(lastSeenMs),
    utcLastTime: new Date(lastSeenMs).toISOString(),
    clientIp: device.clientIp,
  };
}

/** Two measurements of one property, collected while the device was busy. */
export function propertyBatch(
  device: Device,
  { nowMs, requestId }: PayloadContext,
): PropertyBatchPost {
  const times = [nowMs - 6_000, nowMs - 3_000];
  const temperature = times.map((time) => ({ value: device.measure(time).temperature, time }));
  return { ...identity(device), requestId, gmtCreate: nowMs, payload: { temperature } };
}

/** The same alert, from a device that collects its events. */
export function eventBatch(device: Device, context: PayloadContext): EventBatchPost {
  const { nowMs, requestId } = context;
  const overheat = [reportedHeat(device, context)];
  return { ...identity(device), requestId, gmtCreate: nowMs, payload: { overheat } };
}
