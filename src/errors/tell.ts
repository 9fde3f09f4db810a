import type { ErrorText } from "./entry";
import type { ErrorDetails } from "./error";
import type { ErrorCode } from "./table";

/** Characters of a detail in a status; a device name has up to 32. */
const MAX_SHORT_LENGTH = 32;

/** Finds a text by its path and fills it; returns the path where there is none, as `RED._` does. */
export type LookUp = (path: string, values: ErrorDetails) => string;

/** The text of an error, from any catalogue with the paths of this one. */
export function tellError(
  { code, details }: { readonly code: ErrorCode; readonly details: ErrorDetails },
  lookUp: LookUp,
): ErrorText {
  const find = (path: string, values: ErrorDetails) => {
    const found = lookUp(path, values);
    return found === path ? undefined : found;
  };
  const { setting, rule } = details;
  const values: Record<string, string | number> = { label: "", allowed: "", ...details };
  if (setting !== undefined) values["label"] = find(`settings.${setting}`, details) ?? setting;
  if (rule !== undefined) values["allowed"] = find(`allowed.${rule}`, details) ?? "";
  // `reasonCode` names the text for `reason`, and so for every detail of which we are the author.
  for (const [key, name] of Object.entries(details)) {
    const text = key.endsWith("Code") ? find(`reasons.${name}`, values) : undefined;
    if (text !== undefined) values[key.slice(0, -"Code".length)] = text;
  }
  const part = (name: string, filled = values) => lookUp(`errors.${code}.${name}`, filled);
  const short = part("short", shortened(values));
  return { short: spaced(short), text: part("text"), remedy: part("remedy") };
}

/** Details for a status. The text around one says what is wrong with it, and must not be cut off. */
function shortened(details: ErrorDetails): ErrorDetails {
  const entries = Object.entries(details).map(([key, value]): [string, string | number] => {
    if (typeof value === "number" || value.length <= MAX_SHORT_LENGTH) return [key, value];
    return [key, `${value.slice(0, MAX_SHORT_LENGTH - 1)}…`];
  });
  return Object.fromEntries(entries);
}

/** A blank between Chinese and Latin, which a template cannot have: labels are of either kind. */
function spaced(short: string): string {
  return short
    .replace(/(\p{Script=Han})([a-z0-9])/giu, "$1 $2")
    .replace(/([a-z0-9])(\p{Script=Han})/giu, "$1 $2");
}
