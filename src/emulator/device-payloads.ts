import type { Device, Properties } from "./device";

/** When a message is made, and what it may draw on. */
export interface Moment {
  /** ms since the epoch. */
  readonly nowMs: number;
  /** A number that the device has not used before. */
  readonly requestId: string;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** The gateway of topology messages. */
export const GATEWAY = { gwIotId: "Xq3gw01", gwProductKey: "k1demoGw01", gwDeviceName: "gw-1" };
/** The one firmware module of a device. */
export const MODULE = { moduleName: "default" };
/** The firmware job that all devices belong to. */
export const JOB = { jobId: "job-demo", taskId: "task-demo" };
/** From measuring to the platform's receipt. */
const LATENCY_MS = 70;
/** Local times are those of the instance's region, UTC+8. */
const REGION_OFFSET_MS = 8 * 3_600_000;

/** The first levels of a device's topics. */
export const pathOf = ({ productKey, deviceName }: Device) => `/${productKey}/${deviceName}`;
/** What most payloads say of their device. */
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
export function propertyPost(device: Device, { nowMs, requestId }: Moment, atMs = nowMs) {
  return {
    deviceType: "Meter",
    ...identity(device),
    requestId,
    gmtCreate: nowMs,
    items: items(device.measure(atMs), atMs - LATENCY_MS),
    checkFailedData: {},
  };
}

interface Event {
  readonly identifier: string;
  readonly name: string;
  readonly type: "info" | "alert";
  readonly value: Readonly<Record<string, unknown>>;
}

function eventPost(device: Device, event: Event, { nowMs, atMs }: { nowMs: number; atMs: number }) {
  const { value, ...named } = event;
  const times = { gmtCreate: nowMs, time: atMs - LATENCY_MS };
  return { ...named, ...identity(device), ...times, value, checkFailedData: {} };
}

/** Something inside the device has become far hotter than the room. */
export function overheat(device: Device, { nowMs, random }: Moment, atMs = nowMs) {
  const value = { celsius: Number((80 + random() * 15).toFixed(1)) };
  const event = { identifier: "overheat", name: "Over heat", type: "alert", value } as const;
  return eventPost(device, event, { nowMs, atMs });
}

export function selfTest(device: Device, { nowMs, random }: Moment) {
  const value = { passed: true, durationMs: Math.round(200 + random() * 100) };
  const event = { identifier: "selfTest", name: "Self test", type: "info", value } as const;
  return eventPost(device, event, { nowMs, atMs: nowMs });
}

/** Switches the device over and tells so. */
export function deviceStatus(device: Device, { nowMs }: Moment) {
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

/** The firmware after the current one: 1.0.0, 1.1.0, … */
export function nextFirmware({ firmware }: Device): string {
  const minor = Number(firmware.split(".")[1] ?? "0");
  return `1.${minor + 1}.0`;
}

/** A firmware upgrade that mostly succeeds; then the device has the new version. */
export function otaResult(device: Device, { nowMs, random }: Moment) {
  const succeeded = random() < 0.9;
  const versions = { srcVersion: device.firmware, destVersion: nextFirmware(device) };
  if (succeeded) device.firmware = versions.destVersion;
  return {
    ...identity(device),
    ...MODULE,
    status: succeeded ? "SUCCEEDED" : "FAILED",
    messageCreateTime: nowMs,
    ...versions,
    desc: succeeded ? "success" : "verification failed",
    ...JOB,
  };
}

/** Two measurements of one property, collected while the device was busy. */
export function batch(device: Device, nowMs: number) {
  const times = [nowMs - 6_000, nowMs - 3_000];
  const temperature = times.map((time) => ({ value: device.measure(time).temperature, time }));
  return { temperature };
}
