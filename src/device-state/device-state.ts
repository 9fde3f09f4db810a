import { copyJson } from "../protocol/json";
import { isAlive } from "./record";
import type { Json } from "../protocol/json";
import type { Device } from "../protocol/topic";
import type { DeviceFilter } from "../settings/device-state";
import type { DeviceRecord } from "./record";

/** The last known value of a property. */
export interface PropertyState {
  readonly value: Json;
  /** ms since the epoch, by the device's clock; when the platform had it where that cannot be right. */
  readonly time: number;
  /** What the device itself said, where its clock cannot be right. */
  readonly deviceTime?: number;
}

/**
 * The last known state of a device, as flows get it; what is not known is absent. Times in ms since
 * the epoch.
 */
export interface DeviceState extends Device {
  readonly online?: boolean;
  /** Since when it has been online or offline. */
  readonly onlineTime?: number;
  readonly enabled?: boolean;
  /** The gateway of a sub-device; null once it belongs to none any more. */
  readonly gateway?: Json;
  readonly properties: Readonly<Record<string, PropertyState>>;
  readonly tags: Readonly<Record<string, Json>>;
  /** Version of each firmware module. */
  readonly modules: Readonly<Record<string, Json>>;
  /** When the platform last heard from it: any message of its own, or coming online. */
  readonly lastHeard?: number;
  /** Of the newest news. */
  readonly time: number;
  /** Only of a device that was deleted. */
  readonly deleted?: true;
}

/** What is known of a device, as flows get it: a copy that they may change. */
export function stateOf(record: DeviceRecord): DeviceState {
  const { productKey, deviceName, timeMs, heardMs, values } = record;
  const { online, enabled, gateway, properties = {}, tags = {}, modules = {} } = values;
  const status = online?.[""];
  const valuesOnly = (registers: typeof tags) =>
    Object.fromEntries(
      Object.entries(registers).map(([name, { value }]) => [name, copyJson(value)]),
    );
  return {
    productKey,
    deviceName,
    ...(status === undefined ? {} : { online: status.value === true, onlineTime: status.timeMs }),
    ...(enabled?.[""] === undefined ? {} : { enabled: enabled[""].value === true }),
    ...(gateway?.[""] === undefined ? {} : { gateway: copyJson(gateway[""].value) }),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, { value, timeMs: time, minorMs }]) => [
        name,
        { value: copyJson(value), time, ...(minorMs !== time ? { deviceTime: minorMs } : {}) },
      ]),
    ),
    tags: valuesOnly(tags),
    modules: valuesOnly(modules),
    ...(heardMs === undefined ? {} : { lastHeard: heardMs }),
    time: timeMs,
    ...(isAlive(record) ? {} : { deleted: true }),
  };
}

/** Whether a state is one of those that a filter asks for. */
export function matchesFilter(state: DeviceState, filter: DeviceFilter, nowMs: number): boolean {
  const { productKey, online, silentMs } = filter;
  if (productKey !== undefined && state.productKey !== productKey) return false;
  if (online !== undefined && state.online !== online) return false;
  return silentMs === undefined || nowMs - (state.lastHeard ?? -Infinity) >= silentMs;
}
