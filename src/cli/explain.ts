import { isIotAmqpError } from "../errors/error";
import { tellError } from "../errors/tell";
import { fill, joined, textAt, TEXTS } from "../errors/texts";
import { UsageError } from "./usage-error";
import type { IotAmqpError } from "../errors/error";
import type { LookUp } from "../errors/tell";
import type { Language } from "../errors/texts";
import type { Source, Sources } from "./settings";

/** Whom a command talks to, and by which names its user knows the settings. */
export interface Addressee {
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

/** Puts the command line's names where a text has a property's name in brackets. */
function named(template: string, sources: Sources): string {
  return template.replace(/[(（][^)）]*[)）]/g, (bracket) =>
    bracket.replace(/(?<!_)\b[a-z]+\b(?!_)/gi, (word) => nameOf(word, sources) ?? word),
  );
}

/** How to give a setting: by its flag, its variable, or either. */
function howToGive(setting: unknown, { language, sources }: Addressee): string {
  const { flag, variable = "" } = sourceOf(setting, sources) ?? {};
  const { give } = TEXTS[language].cli;
  if (flag === undefined) return fill(give.variable, { variable });
  return fill(variable === "" ? give.flag : give.both, { flag: `--${flag}`, variable });
}

/** Looks texts up for somebody at a terminal: a setting by its flag or variable. */
export function lookUpFor(addressee: Addressee): LookUp {
  const { language, sources } = addressee;
  const texts = TEXTS[language];
  return (path, values) => {
    const template = textAt(texts.cli, path) ?? textAt(texts, path);
    if (template === undefined) return path;
    const { setting = "" } = values;
    return fill(named(template, sources), {
      ...values,
      setting: nameOf(setting, sources) ?? setting,
      give: howToGive(setting, addressee),
    });
  };
}

function told(error: IotAmqpError, addressee: Addressee): string {
  const { text, remedy } = tellError(error, lookUpFor(addressee));
  return joined(addressee.language, text, remedy, `[${error.code}]`);
}

/** What happened and what to do, in the user's language and with the command line's names. */
export function explain(error: unknown, addressee: Addressee): string {
  if (error instanceof UsageError) return error.told(addressee.language);
  if (isIotAmqpError(error)) return told(error, addressee);
  return error instanceof Error ? error.message : String(error);
}
