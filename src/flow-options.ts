import { OUTCOMES } from "./options";
import { choice, flag, integer, invalid, text } from "./stored";
import type { Range, Stored } from "./stored";

/** What an ack node may be set to; `msg`: the message says it. */
export const ACK_OUTCOMES = [...OUTCOMES, "msg"] as const;
export type AckOutcome = (typeof ACK_OUTCOMES)[number];
/** What the properties node makes of a report. */
export const PROPERTY_OUTPUTS = ["flat", "each", "influx"] as const;
export type PropertyOutput = (typeof PROPERTY_OUTPUTS)[number];
/** Whose context the device states are kept in. */
export const CONTEXT_TYPES = ["flow", "global"] as const;
export type ContextType = (typeof CONTEXT_TYPES)[number];

/** Defaults of the ack node's properties, as they are stored in a flow. */
export const ACK_DEFAULTS = { name: "", outcome: "accepted" } as const;

/** Defaults of the properties node's properties, as they are stored in a flow. */
export const PROPERTIES_DEFAULTS = {
  name: "",
  output: "flat",
  identifiers: [],
  passOthers: false,
  /** What the editor draws; the runtime goes by `passOthers`. */
  outputs: 2,
} as const;

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

/** What to make of property messages, checked. */
export interface PropertiesOptions {
  readonly output: PropertyOutput;
  /** Which properties, or members of structs such as `pos.lat`; empty: all. */
  readonly identifiers: readonly string[];
  /** Whether what gives nothing on the first two outputs goes on from a third, as it came. */
  readonly passOthers: boolean;
}

/** Where device states are kept and how many, checked. */
export interface DeviceStateOptions {
  readonly contextType: ContextType;
  /** A context store of Node-RED's settings; undefined: the default one. */
  readonly store: string | undefined;
  /** What the keys in the store begin with. */
  readonly key: string;
  readonly maxDevices: number;
}

/** Checks an ack node's stored settings. Throws SettingError for a bad one. */
export function resolveAck(stored: Stored): { readonly outcome: AckOutcome } {
  return { outcome: choice(stored, "outcome", ACK_OUTCOMES) };
}

/** The identifiers in a text, as a form or an environment variable has them. */
export function identifiersIn(text: string): readonly string[] {
  return text.split(/[,，、\s]+/).filter((identifier) => identifier !== "");
}

function identifiers(stored: Stored): readonly string[] {
  const value: unknown = stored["identifiers"] ?? PROPERTIES_DEFAULTS.identifiers;
  const allowed = { rule: "identifiers" } as const;
  const list: unknown = typeof value === "string" ? identifiersIn(value) : value;
  if (!Array.isArray(list)) throw invalid("identifiers", value, allowed);
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== "string") throw invalid("identifiers", entry, allowed);
    return entry.trim() === "" ? [] : [entry.trim()];
  });
}

/** Checks a properties node's stored settings. Throws SettingError for the first bad one. */
export function resolveProperties(stored: Stored): PropertiesOptions {
  return {
    output: choice(stored, "output", PROPERTY_OUTPUTS),
    identifiers: identifiers(stored),
    passOthers: flag(stored, "passOthers", PROPERTIES_DEFAULTS.passOthers),
  };
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
