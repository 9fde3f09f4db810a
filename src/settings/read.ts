import { RequestError } from "../errors/error";
import { invalid, invalidSecret, missing, shown } from "../errors/invalid-setting";
import { isSignInValue } from "../protocol/sign-in-values";

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

/** A text without the spaces around it; empty where there is none. */
export function text(settings: Stored, setting: string): string {
  const value = settings[setting] ?? "";
  if (typeof value !== "string") throw invalid(setting, value, { rule: "text" });
  return value.trim();
}

/** A text that must not be empty. */
export function required(settings: Stored, setting: string): string {
  const value = text(settings, setting);
  if (value === "") throw missing(setting);
  return value;
}

/** A value, perhaps empty, that cannot break the sign-in's `key=value,…|` grammar. */
export function signInValue(settings: Stored, setting: string): string {
  const value = text(settings, setting);
  if (!isSignInValue(value)) throw invalid(setting, value, { rule: "signInValue" });
  return value;
}

/** A value for the sign-in that must not be empty. */
export function requiredSignInValue(settings: Stored, setting: string): string {
  const value = signInValue(settings, setting);
  if (value === "") throw missing(setting);
  return value;
}

/** A secret, checked without ever being quoted. */
export function secret(settings: Stored, setting: string): string {
  const value = settings[setting] ?? "";
  const trimmed = typeof value === "string" ? value.trim() : undefined;
  if (trimmed === "") throw missing(setting);
  if (trimmed === undefined || !isSignInValue(trimmed)) {
    throw invalidSecret(setting, { rule: "secret" });
  }
  return trimmed;
}

/** A secret that may be left empty. */
export function optionalSecret(settings: Stored, setting: string): string | undefined {
  const value = settings[setting] ?? "";
  const empty = typeof value === "string" && value.trim() === "";
  return empty ? undefined : secret(settings, setting);
}

/** An integer within a range. */
export function integer(settings: Stored, setting: string, { min, max }: Range): number {
  const raw = settings[setting];
  // Forms and environment variables give numbers as text.
  const value = typeof raw === "string" && raw.trim() !== "" ? Number(raw) : raw;
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
