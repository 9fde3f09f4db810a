import { tellError } from "../../src/errors/tell";
import type { IotAmqpError } from "../../src/errors/error";

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
  const { short, text, remedy } = tellError(error, (path, values) =>
    translate(path, { ...values }),
  );
  return { short, text: translate("error", { text, remedy }) };
}
