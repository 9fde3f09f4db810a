import { DOCTOR_TEXTS } from "../doctor/texts";
import { isIotAmqpError } from "../errors/error";
import { tellError } from "../errors/tell";
import { fill, findText, joined } from "../errors/texts";
import { UsageError } from "./settings";
import { CLI_TEXTS } from "./texts";
import type { Language } from "../errors/entry";
import type { LookUp } from "../errors/tell";
import type { Source, Sources } from "./settings";

/** A user of the command line: the language, and the flags and variables that name the settings. */
export interface CommandUser {
  readonly language: Language;
  readonly sources: Sources;
}

/** A setting's name on the command line; undefined for what is none. */
function nameOf(setting: unknown, sources: Sources): string | undefined {
  const source = sourceOf(setting, sources);
  return source?.flag === undefined ? source?.variable : `--${source.flag}`;
}

function sourceOf(setting: unknown, sources: Sources): Source | undefined {
  return typeof setting === "string" && Object.hasOwn(sources, setting)
    ? sources[setting]
    : undefined;
}

/** Names of settings at the beginning of a bracket, up to its end or a colon. */
const NAMES_IN_BRACKETS = /(?<=[(（])[a-z]+(?:(?:, |、)[a-z]+)*(?=[)）:：])/gi;

/** Puts the command line's names where a text has names of settings in brackets. */
function withFlags(template: string, sources: Sources): string {
  return template.replace(NAMES_IN_BRACKETS, (names) =>
    names.replace(/[a-z]+/gi, (name) => nameOf(name, sources) ?? name),
  );
}

/** How to give a setting: by its flag, its variable, or either. */
function howToGive(setting: unknown, { language, sources }: CommandUser): string {
  const { flag, variable } = sourceOf(setting, sources) ?? {};
  const { give } = CLI_TEXTS;
  if (flag === undefined) return fill(give.variable[language], { variable: variable ?? "" });
  if (variable === undefined) return fill(give.flag[language], { flag: `--${flag}` });
  return fill(give.both[language], { flag: `--${flag}`, variable });
}

/** Looks texts up for the command line: a setting has the name of its flag or variable. */
export function lookUpFor(user: CommandUser): LookUp {
  const { language, sources } = user;
  return (path, values) => {
    const template = findText(path, language, [CLI_TEXTS, DOCTOR_TEXTS]);
    if (template === undefined) return path;
    const { setting = "" } = values;
    return fill(withFlags(template, sources), {
      ...values,
      setting: nameOf(setting, sources) ?? setting,
      give: howToGive(setting, user),
    });
  };
}

/** What happened and what to do, in the user's language and with the command line's names. */
export function explain(error: unknown, user: CommandUser): string {
  const { language } = user;
  if (error instanceof UsageError) {
    return fill(CLI_TEXTS.usage[error.usage][language], error.details);
  }
  if (!isIotAmqpError(error)) return error instanceof Error ? error.message : String(error);
  const { text, remedy } = tellError(error, lookUpFor(user));
  return joined(language, text, remedy, `[${error.code}]`);
}
