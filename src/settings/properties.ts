import { invalid } from "../errors/invalid-setting";
import { choice, flag, plainText, withDefaults } from "./read";
import type { Stored } from "./read";

/** Forms in which the properties node sends the values of a report. */
export const PROPERTY_OUTPUTS = ["flat", "each", "influx"] as const;
export type PropertyOutput = (typeof PROPERTY_OUTPUTS)[number];

/** Defaults of the properties node's properties as a flow stores them. */
export const PROPERTIES_DEFAULTS = {
  /** Label in the editor. */
  name: "",
  output: "flat",
  identifiers: [],
  passOthers: false,
  /** How many outputs the editor draws: 3 with `passOthers`, which is what the runtime reads. */
  outputs: 2,
} as const;

/** What to send for property messages, checked. */
export interface PropertiesOptions {
  /** `flat`: one message; `each`: one for each property; `influx`: points for “influxdb out”. */
  readonly output: PropertyOutput;
  /** Properties to send, or members of structs such as `pos.lat`; empty: all. */
  readonly identifiers: readonly string[];
  /** Whether a message that sends nothing on the first two outputs goes unchanged to a third. */
  readonly passOthers: boolean;
}

/** The identifiers in a text, as a form or an environment variable has them. */
export function identifiersIn(text: string): readonly string[] {
  return text.split(/[,，、\s]+/).filter((identifier) => identifier !== "");
}

function identifiers(settings: Stored): readonly string[] {
  const value = settings["identifiers"];
  const allowed = { rule: "identifiers" } as const;
  const list: unknown = typeof value === "string" ? identifiersIn(value) : value;
  if (!Array.isArray(list)) throw invalid("identifiers", value, allowed);
  return list.flatMap((entry: unknown) => {
    if (typeof entry !== "string") throw invalid("identifiers", entry, allowed);
    const identifier = plainText("identifiers", entry);
    return identifier === "" ? [] : [identifier];
  });
}

/** Checks a properties node's stored settings. Throws SettingError for the first bad one. */
export function resolveProperties(stored: Stored): PropertiesOptions {
  const settings = withDefaults(stored, PROPERTIES_DEFAULTS);
  return {
    output: choice(settings, "output", PROPERTY_OUTPUTS),
    identifiers: identifiers(settings),
    passOthers: flag(settings, "passOthers"),
  };
}
