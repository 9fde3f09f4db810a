import { SettingError } from "./error";
import type { Rule } from "./setting-texts";

/** What a setting may be: the name of a text, which exists in every language, and its values. */
export type Allowed = Readonly<{ rule: Rule } & Record<string, string | number>>;

/** Characters that may look like others, or like nothing, by their numbers, such as `[U+200B]`. */
function oddCharacters(text: string): string {
  const odd = new Set(text.match(/[^\x20-\x7e\p{Script=Han}]/gu));
  if (odd.size === 0) return "";
  const numbers = [...odd].map((character) =>
    (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0"),
  );
  return ` [${numbers.map((number) => `U+${number}`).join(" ")}]`;
}

/** A value as an error shows it; whatever it is, showing it must not throw. */
export function shown(value: unknown): string {
  if (typeof value === "string") return `“${value}”${oddCharacters(value)}`;
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

/** A value with a variable in it that Node-RED leaves as it is. A secret is not quoted. */
export function variableInside(setting: string, value: string, isSecret = false): SettingError {
  const quoted = isSecret ? { value: "***", valueCode: "hidden" } : { value: shown(value) };
  return new SettingError("ENV_PARTIAL", { setting, ...quoted });
}
