import { RequestError } from "../errors/error";
import { invalid, shown } from "../errors/invalid-setting";
import { readDevice } from "../protocol/flow-message";
import { isJsonObject } from "../protocol/json";
import { choice, integer, requested, text, withDefaults } from "./read";
import type { Device } from "../protocol/topic";
import type { Range, Stored } from "./read";

/** The context that keeps the device states. */
export const CONTEXT_TYPES = ["flow", "global"] as const;
export type ContextType = (typeof CONTEXT_TYPES)[number];

export const STATE_ACTIONS = ["get", "list", "clear"] as const;
/** What a message may ask a device state node for. */
export type StateAction = (typeof STATE_ACTIONS)[number];

/** Defaults of the device state node's properties as a flow stores them. */
export const DEVICE_STATE_DEFAULTS = {
  /** Label in the editor. */
  name: "",
  /** Key in the context, with its store as Node-RED writes it: `#:(file)::devices`. */
  context: "devices",
  contextType: "flow",
  maxDevices: 10_000,
} as const;

/** Limits of the numbers, both included. */
export const DEVICE_STATE_LIMITS = {
  maxDevices: { min: 1, max: 100_000 },
} as const satisfies Record<string, Range>;
const CONTEXT_KEY_MAX_LENGTH = 64;

/** Where the device states are kept and how many, checked. */
export interface DeviceStateOptions {
  readonly contextType: ContextType;
  /** A context store of Node-RED's settings; undefined: the default one. */
  readonly store: string | undefined;
  /** Prefix of the keys in the store: a letter, then letters, digits and `_`; at most 64 characters. */
  readonly key: string;
  /** 1 to 100,000; beyond it the device with the oldest news is dropped. */
  readonly maxDevices: number;
}

/** Which devices to list; what is undefined filters nothing. */
export interface DeviceFilter {
  readonly productKey: string | undefined;
  readonly online: boolean | undefined;
  /** Devices not heard from for at least so long, or never. */
  readonly silentMs: number | undefined;
}

/** The context stores that Node-RED has. */
export interface ContextStores {
  /** The store that is used where none is named. */
  readonly defaultName: string;
  readonly names: readonly string[];
}

/** What settings.js says of context stores, read as Node-RED reads it. */
export function contextStores(contextStorage: object = {}): ContextStores {
  const entries = Object.entries(contextStorage).filter(([name]) => name !== "_");
  const alias = entries.find(([name, config]) => name === "default" && typeof config === "string");
  const names = entries.filter((entry) => entry !== alias).map(([name]) => name);
  const [first = "memory"] = names;
  if (alias !== undefined) return { defaultName: String(alias[1]), names };
  return {
    defaultName: names.includes("default") ? "default" : first,
    names: names.length === 0 ? [first] : names,
  };
}

/**
 * The name of the store that a device state node uses; one name for each store. Throws SettingError
 * where there is none of that name: Node-RED itself would silently use the default one.
 */
export function resolveStore(
  { store, key }: Pick<DeviceStateOptions, "store" | "key">,
  { defaultName, names }: ContextStores,
): string {
  if (store === undefined || store === "default") return defaultName;
  if (names.includes(store)) return store;
  const choices = names.join(", ");
  throw invalid("context", `#:(${store})::${key}`, { rule: "contextStore", choices });
}

/** Checks a device state node's stored settings. Throws SettingError for the first bad one. */
export function resolveDeviceState(stored: Stored): DeviceStateOptions {
  const settings = withDefaults(stored, DEVICE_STATE_DEFAULTS);
  const context = text(settings, "context");
  // Node-RED's own form for a key in a store that is not the default one.
  const [, store, named] = /^#:\((\S+?)\)::(.*)$/.exec(context) ?? [];
  const key = named ?? context;
  if (!/^[A-Za-z]\w*$/.test(key) || key.length > CONTEXT_KEY_MAX_LENGTH) {
    throw invalid("context", key, { rule: "contextKey", max: CONTEXT_KEY_MAX_LENGTH });
  }
  return {
    contextType: choice(settings, "contextType", CONTEXT_TYPES),
    store,
    key,
    maxDevices: integer(settings, "maxDevices", DEVICE_STATE_LIMITS.maxDevices),
  };
}

/** The action on device states that a message asks for. Throws RequestError. */
export function requestedStateAction(value: unknown): StateAction {
  return requested("ACTION_INVALID", value, STATE_ACTIONS);
}

/** The device that a message names. Throws RequestError. */
export function requestedDevice(value: unknown): Device {
  const device = isJsonObject(value) ? readDevice(value) : undefined;
  if (device === undefined) throw new RequestError("DEVICE_MISSING");
  return device;
}

function badFilter(field: string, value: unknown): RequestError {
  return new RequestError("FILTER_INVALID", { field, value: shown(value) });
}

const FILTER_FIELDS = ["productKey", "online", "silentSeconds"];

/** The filter that a message carries; without one every device is listed. Throws RequestError. */
export function requestedFilter(value: unknown): DeviceFilter {
  const filter: unknown = value ?? {};
  if (!isJsonObject(filter)) throw badFilter("filter", filter);
  const { productKey, online, silentSeconds } = filter;
  const unknown = Object.keys(filter).find((field) => !FILTER_FIELDS.includes(field));
  if (unknown !== undefined) throw badFilter(unknown, filter[unknown]);
  if (productKey !== undefined && typeof productKey !== "string") {
    throw badFilter("productKey", productKey);
  }
  if (online !== undefined && typeof online !== "boolean") throw badFilter("online", online);
  if (silentSeconds !== undefined && !(typeof silentSeconds === "number" && silentSeconds >= 0)) {
    throw badFilter("silentSeconds", silentSeconds);
  }
  const silentMs = silentSeconds === undefined ? undefined : silentSeconds * 1_000;
  return { productKey, online, silentMs };
}
