import { RequestError } from "../errors/error";
import { invalid, invalidSecret, missing, shown, variableInside } from "../errors/invalid-setting";
import { cleaned, hasVariable } from "../protocol/pasted-text";
import { isPlainId, isSignInValue } from "../protocol/sign-in-values";

/** Settings as a flow, a form or the environment stores them: nothing is known of their values. */
export type Stored = Readonly<Record<string, unknown>>;

/** The limits of a number, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Settings as stored; those that are missing or null have their default. */
export function withDefaults(stored: Stored, defaults: Stored): Stored {
  const given = Object.entries(stored).filter(([, value]) => value !== undefined && value !== null);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** A text of any content, without the spaces around it; empty where there is none. */
export function content(settings: Stored, setting: string): string {
  const value = settings[setting] ?? "";
  if (typeof value !== "string") throw invalid(setting, value, { rule: "text" });
  return value.trim();
}

/** A text without what came along unseen with copying. Throws SettingError for a variable in it. */
export function plainText(setting: string, value: string): string {
  const plain = cleaned(value);
  if (hasVariable(plain)) throw variableInside(setting, plain);
  return plain;
}

/** The same of a setting; empty where there is none. */
export function text(settings: Stored, setting: string): string {
  return plainText(setting, content(settings, setting));
}

/** A text that must not be empty. */
export function required(settings: Stored, setting: string): string {
  const value = text(settings, setting);
  if (value === "") throw missing(setting);
  return value;
}

/** An ID that the platform gave, perhaps empty; it cannot break the sign-in's `key=value,…|` grammar. */
export function plainId(settings: Stored, setting: string): string {
  const value = text(settings, setting);
  if (!isPlainId(value)) throw invalid(setting, value, { rule: "plainId" });
  return value;
}

/** An ID that must not be empty. */
export function requiredPlainId(settings: Stored, setting: string): string {
  const value = plainId(settings, setting);
  if (value === "") throw missing(setting);
  return value;
}

/** A secret, checked without ever being quoted. */
export function secret(settings: Stored, setting: string): string {
  const value = settings[setting] ?? "";
  const plain = typeof value === "string" ? cleaned(value) : undefined;
  if (plain === "") throw missing(setting);
  if (plain !== undefined && hasVariable(plain)) throw variableInside(setting, "", true);
  if (plain === undefined || !isSignInValue(plain)) {
    throw invalidSecret(setting, { rule: "secret" });
  }
  return plain;
}

/** A secret that may be left empty. */
export function optionalSecret(settings: Stored, setting: string): string | undefined {
  const value = settings[setting] ?? "";
  const empty = typeof value === "string" && cleaned(value) === "";
  return empty ? undefined : secret(settings, setting);
}

/** An integer within a range. */
export function integer(settings: Stored, setting: string, { min, max }: Range): number {
  const raw = settings[setting];
  // Forms and environment variables give numbers as text.
  const plain = typeof raw === "string" ? cleaned(raw) : raw;
  const value = typeof plain === "string" && plain !== "" ? Number(plain) : plain;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(setting, raw, { rule: "integer", min, max });
  }
  return value;
}

/** A yes or no, also as the text that an environment variable gives. */
export function flag(settings: Stored, setting: string): boolean {
  const value = settings[setting];
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw invalid(setting, value, { rule: "choice", choices: "true, false" });
}

/** One of `allowed`. */
export function choice<T extends string>(
  settings: Stored,
  setting: string,
  allowed: readonly T[],
): T {
  const value = settings[setting];
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw invalid(setting, value, { rule: "choice", choices: allowed.join(", ") });
}

/** One of the values that a message may ask for. Throws RequestError for any other. */
export function requested<T extends string>(
  code: "OUTCOME_INVALID" | "ACTION_INVALID",
  value: unknown,
  known: readonly T[],
): T {
  const found = known.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new RequestError(code, { value: shown(value), choices: known.join(", ") });
}
