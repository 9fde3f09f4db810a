import { tellError } from "../../src/errors/tell";
import { isIotAmqpError } from "../../src/errors/error";
import type { ErrorCode, IotAmqpError } from "../../src/errors/error";
import type { Language } from "../../src/errors/texts";

/** `RED._` of a node: looks a text up in the node's catalogue and fills its placeholders. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** An error in the language of the runtime. */
export interface TranslatedError {
  /** A few words, for a status. */
  readonly short: string;
  /** What happened and what to do. */
  readonly text: string;
}

/** An error as Catch shows it: the bare text, the code, and no cause, which may hold anything. */
export class FlowError extends Error {
  readonly code: ErrorCode | undefined;

  constructor(text: string, code?: ErrorCode) {
    super(text);
    this.name = "IotAmqpError";
    this.code = code;
  }

  // Node-RED prints an error by toString(), and the name would only be in the way.
  override toString(): string {
    return this.message;
  }
}

/** Translates an error; a setting is named by the label that its form shows. */
export function translateError(error: IotAmqpError, translate: Translate): TranslatedError {
  const { short, text, remedy } = tellError(error, (path, values) =>
    translate(path, { ...values }),
  );
  return { short, text: translate("sentences", { first: text, second: remedy }) };
}

/** Makes an error for Catch of anything that was thrown. */
export function toFlowError(thrown: unknown, translate: Translate): FlowError {
  if (thrown instanceof FlowError) return thrown;
  if (isIotAmqpError(thrown)) {
    return new FlowError(translateError(thrown, translate).text, thrown.code);
  }
  return new FlowError(thrown instanceof Error ? thrown.message : String(thrown));
}

/** The language of this package for an editor's language code. */
export function languageOf(code: unknown): Language {
  return typeof code === "string" && /^zh\b/i.test(code) ? "zh-CN" : "en-US";
}
