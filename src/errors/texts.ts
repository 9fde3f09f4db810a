import enUS from "./en-US.json";
import { tellError } from "./tell";
import zhCN from "./zh-CN.json";
import type { ErrorCode, ErrorDetails } from "./error";
import type { ErrorText, LookUp } from "./tell";

/** The languages in which every text of the package exists. */
export type Language = "en-US" | "zh-CN";

/** What a setting may be, by name. */
export type Rule = keyof typeof enUS.allowed;

/** Why something failed, where this package says so and not a peer or Node.js. */
export type Reason = keyof typeof enUS.reasons;

interface Texts {
  readonly errors: Readonly<Record<ErrorCode, ErrorText>>;
  /** Labels of the settings, as the forms show them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly allowed: Readonly<Record<Rule, string>>;
  readonly reasons: Readonly<Record<Reason, string>>;
  /** The diagnosis: names of the steps, what they found, what was recognised. */
  readonly doctor: typeof enUS.doctor;
  /** The command line's own; its `errors`, `settings` and `allowed` stand before those above. */
  readonly cli: typeof enUS.cli;
}

/** The one catalogue that status, Catch, the command line and the forms share. */
export const TEXTS: Readonly<Record<Language, Texts>> = { "en-US": enUS, "zh-CN": zhCN };

/** Puts `details` in the place of `__key__`, as Node-RED's own catalogues write placeholders. */
export function fill(template: string, details: ErrorDetails): string {
  return template.replace(/__(\w+?)__/g, (whole, key: string) =>
    Object.hasOwn(details, key) ? String(details[key]) : whole,
  );
}

/** The text at a path such as `errors.DNS_FAILED.short`; undefined where there is none. */
export function textAt(texts: unknown, path: string): string | undefined {
  let found = texts;
  for (const key of path.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return typeof found === "string" ? found : undefined;
}

/** Looks texts up in the catalogue of a language. */
export function lookUpIn(language: Language): LookUp {
  return (path, values) => {
    const template = textAt(TEXTS[language], path);
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

/** Details that say why, for any language; `reason` has it in English, for logs. */
export function because(
  reasonCode: Reason,
  details: ErrorDetails = {},
): ErrorDetails & { readonly reason: string } {
  return { ...details, reasonCode, reason: fill(enUS.reasons[reasonCode], details) };
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
