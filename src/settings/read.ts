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

/** A text without the spaces around it; empty where there is none. */
export function text(stored: Stored, setting: string, fallback = ""): string {
  const value = stored[setting] ?? fallback;
  if (typeof value !== "string") throw invalid(setting, value, { rule: "text" });
  return value.trim();
}

/** A text that must not be empty. */
export function required(stored: Stored, setting: string, fallback = ""): string {
  const value = text(stored, setting, fallback);
  if (value === "") throw missing(setting);
  return value;
}

/** A value that cannot break the sign-in's `key=value,…|` grammar. */
export function signInValue(value: string, setting: string): string {
  if (!isSignInValue(value)) throw invalid(setting, value, { rule: "signInValue" });
  return value;
}

/** A secret, checked without ever being quoted. */
export function secret(stored: Stored, setting: string): string {
  const value = stored[setting] ?? "";
  const trimmed = typeof value === "string" ? value.trim() : undefined;
  if (trimmed === "") throw missing(setting);
  if (trimmed === undefined || !isSignInValue(trimmed)) {
    throw invalidSecret(setting, { rule: "secret" });
  }
  return trimmed;
}

/** A secret that may be left empty. */
export function optionalSecret(stored: Stored, setting: string): string | undefined {
  const value = stored[setting] ?? "";
  const empty = typeof value === "string" && value.trim() === "";
  return empty ? undefined : secret(stored, setting);
}

/** An integer within a range. */
export function integer(stored: Stored, setting: string, range: Range & { fallback: number }) {
  const raw = stored[setting] ?? range.fallback;
  // Forms and environment variables give numbers as text.
  const value = typeof raw === "string" && raw.trim() !== "" ? Number(raw) : raw;
  const { min, max } = range;
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(setting, raw, { rule: "integer", min, max });
  }
  return value;
}

/** A yes or no, also as the text that an environment variable gives. */
export function flag(stored: Stored, setting: string, fallback: boolean): boolean {
  const value = stored[setting] ?? fallback;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw invalid(setting, value, { rule: "choice", choices: "true, false" });
}

/** One of `allowed`; the first is the default. */
export function choice<T extends string>(
  stored: Stored,
  setting: string,
  allowed: readonly [T, ...T[]],
): T {
  const value = stored[setting] ?? allowed[0];
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw invalid(setting, value, { rule: "choice", choices: allowed.join(", ") });
  return found;
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
