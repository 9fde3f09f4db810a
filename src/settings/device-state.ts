import { RequestError } from "../errors/error";
import { invalid, shown } from "../errors/invalid-setting";
import { readDevice } from "../protocol/flow-message";
import { isJsonObject } from "../protocol/json";
import { choice, integer, requested, text } from "./read";
import type { Device } from "../protocol/topic";
import type { Range, Stored } from "./read";

/** Whose context the device states are kept in. */
export const CONTEXT_TYPES = ["flow", "global"] as const;
export type ContextType = (typeof CONTEXT_TYPES)[number];

export const STATE_ACTIONS = ["get", "list", "clear"] as const;
/** What a message may ask the device states for. */
export type StateAction = (typeof STATE_ACTIONS)[number];

/** Defaults of the device state node's properties, as they are stored in a flow. */
export const DEVICE_STATE_DEFAULTS = {
  name: "",
  context: "devices",
  contextType: "flow",
  maxDevices: 10_000,
} as const;

/** Range of the number of devices, both ends included. */
export const MAX_DEVICES: Range = { min: 1, max: 100_000 };
const CONTEXT_KEY_LENGTH = 64;

/** Where device states are kept and how many, checked. */
export interface DeviceStateOptions {
  readonly contextType: ContextType;
  /** A context store of Node-RED's settings; undefined: the default one. */
  readonly store: string | undefined;
  /** What the keys in the store begin with. */
  readonly key: string;
  readonly maxDevices: number;
}

/** Which devices a list is to hold; what is undefined filters nothing. */
export interface DeviceFilter {
  readonly productKey: string | undefined;
  readonly online: boolean | undefined;
  /** Not heard of for at least this long, or never. */
  readonly silentMs: number | undefined;
}

/** The context stores that Node-RED has. */
export interface ContextStores {
  /** The one that is taken where none is named. */
  readonly usual: string;
  readonly names: readonly string[];
}

/** What settings.js says of context stores, read as Node-RED reads it. */
export function contextStores(contextStorage: object = {}): ContextStores {
  const given = Object.entries(contextStorage).filter(([name]) => name !== "_");
  const alias = given.find(([name, config]) => name === "default" && typeof config === "string");
  const names = given.filter((entry) => entry !== alias).map(([name]) => name);
  const [first = "memory"] = names;
  if (alias !== undefined) return { usual: String(alias[1]), names };
  return {
    usual: names.includes("default") ? "default" : first,
    names: names.length === 0 ? [first] : names,
  };
}

/**
 * The store that a device state node means, one name for each store. Throws SettingError where
 * there is none of that name: Node-RED itself would take the usual one.
 */
export function chosenStore(
  { store, key }: Pick<DeviceStateOptions, "store" | "key">,
  { usual, names }: ContextStores,
): string {
  if (store === undefined || store === "default") return usual;
  if (names.includes(store)) return store;
  const choices = names.join(", ");
  throw invalid("context", `#:(${store})::${key}`, { rule: "contextStore", choices });
}

/** Checks a device state node's stored settings. Throws SettingError for the first bad one. */
export function resolveDeviceState(stored: Stored): DeviceStateOptions {
  const context = text(stored, "context", DEVICE_STATE_DEFAULTS.context);
  // Node-RED's own form for a key in a store that is not the default one.
  const [, store, named] = /^#:\((\S+?)\)::(.*)$/.exec(context) ?? [];
  const key = named ?? context;
  if (!/^[A-Za-z]\w*$/.test(key) || key.length > CONTEXT_KEY_LENGTH) {
    throw invalid("context", key, { rule: "contextKey", max: CONTEXT_KEY_LENGTH });
  }
  return {
    contextType: choice(stored, "contextType", CONTEXT_TYPES),
    store,
    key,
    maxDevices: integer(stored, "maxDevices", {
      ...MAX_DEVICES,
      fallback: DEVICE_STATE_DEFAULTS.maxDevices,
    }),
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

const FILTERS = ["productKey", "online", "silentSeconds"];

/** The filter that a message carries; none: every device. Throws RequestError. */
export function requestedFilter(value: unknown): DeviceFilter {
  const given: unknown = value ?? {};
  if (!isJsonObject(given)) throw badFilter("filter", given);
  const { productKey, online, silentSeconds } = given;
  const unknown = Object.keys(given).find((field) => !FILTERS.includes(field));
  if (unknown !== undefined) throw badFilter(unknown, given[unknown]);
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
