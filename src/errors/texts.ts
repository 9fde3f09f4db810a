import { REASONS } from "./reasons";
import { ALLOWED, LABELS } from "./setting-texts";
import { ERRORS } from "./table";
import { tellError } from "./tell";
import type { ErrorText, Language } from "./entry";
import type { ErrorCode, ErrorDetails } from "./error";
import type { LookUp } from "./tell";

export type { Language } from "./entry";

/** The texts of all errors, laid out as status, Catch, the command line and the forms look them up. */
export const ERROR_TEXTS = {
  settings: LABELS,
  allowed: ALLOWED,
  reasons: REASONS,
  errors: ERRORS,
} as const;

/** Puts `details` in the place of `__key__`, as Node-RED's own catalogues write placeholders. */
export function fill(template: string, details: ErrorDetails): string {
  return template.replace(/__(\w+?)__/g, (whole, key: string) =>
    Object.hasOwn(details, key) ? String(details[key]) : whole,
  );
}

function own(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return Reflect.get(value, key);
}

/**
 * The text at a path such as `errors.DNS_FAILED.short`; undefined where there is none. The language
 * is no part of the path: it is the last level of most texts, but the one before of an error's.
 */
export function textAt(texts: object, path: string, language: Language): string | undefined {
  let found: unknown = texts;
  for (const key of path.split(".")) {
    const inside = own(found, key);
    found = own(inside, language) ?? inside;
  }
  return typeof found === "string" ? found : undefined;
}

/** The text at a path in the first of the catalogues that has one; errors' own is the last. */
export function findText(
  path: string,
  language: Language,
  catalogues: readonly object[],
): string | undefined {
  for (const texts of [...catalogues, ERROR_TEXTS]) {
    const found = textAt(texts, path, language);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks texts up in a language, in the catalogues and then in errors' own. */
export function lookUpIn(language: Language, ...catalogues: readonly object[]): LookUp {
  return (path, values) => {
    const template = findText(path, language, catalogues);
    return template === undefined ? path : fill(template, values);
  };
}

/** The texts of an error code with its details put in; a setting is shown with its form label. */
export function errorText(
  code: ErrorCode,
  details: ErrorDetails,
  language: Language = "en-US",
): ErrorText {
  return tellError({ code, details }, lookUpIn(language));
}

/** The texts in one language, nested as they are: what Node-RED's catalogues are made from. */
export function textsIn(language: Language, texts: object = ERROR_TEXTS): Record<string, unknown> {
  const parts = Object.entries(texts).map(([key, value]: [string, unknown]) => {
    if (typeof value !== "object" || value === null) return [key, value];
    return [key, own(value, language) ?? textsIn(language, value)];
  });
  return Object.fromEntries(parts) as Record<string, unknown>;
}

/** Sentences one after another; Chinese has no blank between them. */
export function joined(language: Language, ...sentences: readonly string[]): string {
  return sentences.join(language === "zh-CN" ? "" : " ");
}

/** Local wall-clock time, 24 hours: the same in every language. */
export function timeOfDay(ms: number): string {
  const date = new Date(ms);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** UTC with its date, for who has to compare clocks. */
export function utcTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
