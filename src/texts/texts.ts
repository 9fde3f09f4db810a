import enUS from "./en-US.json";
import zhCN from "./zh-CN.json";
import type { ErrorCode, ErrorDetails } from "../errors";

/** The languages in which every text of the package exists. */
export type Language = "en-US" | "zh-CN";

/** An error for people: `short` for a status, `text` says what happened, `remedy` what to do. */
export interface ErrorText {
  readonly short: string;
  readonly text: string;
  readonly remedy: string;
}

/** What a setting may be, by name. */
export type Rule = keyof typeof enUS.allowed;

interface Texts {
  readonly errors: Readonly<Record<ErrorCode, ErrorText>>;
  /** Labels of the settings, as the forms show them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly allowed: Readonly<Record<Rule, string>>;
}

/** The one catalogue that status, Catch, the command line and the forms share. */
export const TEXTS: Readonly<Record<Language, Texts>> = { "en-US": enUS, "zh-CN": zhCN };

/** Puts `details` in the place of `__key__`, as Node-RED's own catalogues write placeholders. */
export function fill(template: string, details: ErrorDetails): string {
  return template.replace(/__(\w+?)__/g, (whole, key: string) =>
    Object.hasOwn(details, key) ? String(details[key]) : whole,
  );
}

function isRule(name: string): name is Rule {
  return Object.hasOwn(enUS.allowed, name);
}

/** The texts of an error code with its details put in; a setting is shown with its form label. */
export function errorText(
  code: ErrorCode,
  details: ErrorDetails,
  language: Language = "en-US",
): ErrorText {
  const texts = TEXTS[language];
  const template = texts.errors[code];
  const setting = details["setting"];
  const label = typeof setting === "string" ? (texts.settings[setting] ?? setting) : "";
  const rule = details["rule"];
  const allowed =
    typeof rule === "string" && isRule(rule) ? fill(texts.allowed[rule], details) : "";
  const values = { label, allowed, ...details };
  return {
    short: fill(template.short, values),
    text: fill(template.text, values),
    remedy: fill(template.remedy, values),
  };
}
