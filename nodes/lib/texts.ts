import type { IotAmqpError } from "../../src/index";

/** `RED._` of a node: looks a text up in the node's catalogue and fills its placeholders. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** An error in the language of the runtime. */
export interface TranslatedError {
  /** A few words, for a status. */
  readonly short: string;
  /** What happened and what to do. */
  readonly text: string;
}

/** Tells an error in the catalogue's language, a setting by the label that its form shows. */
export function translateError(error: IotAmqpError, translate: Translate): TranslatedError {
  const { setting, rule } = error.details;
  const values = {
    label: setting === undefined ? "" : translate(`settings.${setting}`),
    allowed: rule === undefined ? "" : translate(`allowed.${rule}`, { ...error.details }),
    ...error.details,
  };
  const part = (name: string) => translate(`errors.${error.code}.${name}`, values);
  return {
    short: part("short"),
    text: translate("error", { text: part("text"), remedy: part("remedy") }),
  };
}
