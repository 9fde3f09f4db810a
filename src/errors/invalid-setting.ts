import { SettingError } from "./error";
import type { Rule } from "./setting-texts";

/** What a setting may be: the name of a text, which exists in every language, and its values. */
export type Allowed = Readonly<{ rule: Rule } & Record<string, string | number>>;

/** A value as an error shows it; whatever it is, showing it must not throw. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `“${value}”`;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "[…]" : "{…}";
}

export function invalid(setting: string, value: unknown, allowed: Allowed): SettingError {
  return new SettingError("SETTING_INVALID", { ...allowed, setting, value: shown(value) });
}

/** An empty setting; the rule says what to do. */
export function missing(setting: string, rule: Rule = "filled"): SettingError {
  return new SettingError("SETTING_MISSING", { setting, rule });
}

/** A wrong value that must not be quoted, as it is a secret or may hold one. */
export function invalidSecret(setting: string, allowed: Allowed): SettingError {
  const details = { ...allowed, setting, value: "***", valueCode: "hidden" };
  return new SettingError("SETTING_INVALID", details);
}
