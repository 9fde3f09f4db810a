import { invalid } from "../errors/invalid-setting";
import { choice, flag } from "./read";
import type { Stored } from "./read";

/** What the properties node makes of a report. */
export const PROPERTY_OUTPUTS = ["flat", "each", "influx"] as const;
export type PropertyOutput = (typeof PROPERTY_OUTPUTS)[number];

/** Defaults of the properties node's properties, as they are stored in a flow. */
export const PROPERTIES_DEFAULTS = {
  name: "",
  output: "flat",
  identifiers: [],
  passOthers: false,
  /** What the editor draws; the runtime goes by `passOthers`. */
  outputs: 2,
} as const;

/** What to make of property messages, checked. */
export interface PropertiesOptions {
  readonly output: PropertyOutput;
  /** Which properties, or members of structs such as `pos.lat`; empty: all. */
  readonly identifiers: readonly string[];
  /** Whether what gives nothing on the first two outputs goes on from a third, as it came. */
  readonly passOthers: boolean;
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
