import { tellError } from "../../src/errors/tell";
import { isIotAmqpError } from "../../src/errors/error";
import type { NodeMessage } from "node-red";
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

/** What Catch gets of a failure beside its text. */
interface FailureParts {
  readonly code?: ErrorCode;
  readonly stack?: string;
}

/**
 * A failure as Node-RED logs it and Catch shows it: one text, the code, and no cause, which may hold
 * anything. It is no `Error`: the debug sidebar of Node-RED 4 and newer folds an Error up.
 */
export class Failure {
  static {
    // The sidebar goes by the name of a class: it cuts a text after 80 characters, but shows a
    // regular expression whole, and of that, as of whatever it does not know, what toString returns.
    Object.defineProperty(this, "name", { value: "regexp" });
  }

  // Both are missing rather than undefined: Catch shows each property that there is.
  declare readonly code?: ErrorCode;
  declare readonly stack?: string;
  /** What `done` asks of an error; nothing shows it. */
  readonly name = "Failure";
  readonly message: string;

  constructor(message: string, parts: FailureParts = {}) {
    this.message = message;
    Object.assign(this, parts);
  }

  toString(): string {
    // Only where nobody expected it. The log has no other place for a stack.
    return this.stack ?? this.message;
  }
}

/** A node, as far as its failures go. */
export interface FailureNode {
  error(failure: Failure, message: NodeMessage): void;
}

/** Translates an error; a setting is named by the label that its form shows. */
export function translateError(error: IotAmqpError, translate: Translate): TranslatedError {
  const { short, text, remedy } = tellError(error, (path, values) =>
    translate(path, { ...values }),
  );
  return { short, text: translate("sentences", { first: text, second: remedy }) };
}

/** Makes what Catch gets of anything that was thrown; `more` is a sentence to add. */
export function toFailure(thrown: unknown, translate: Translate, more?: string): Failure {
  if (isIotAmqpError(thrown)) {
    const { code } = thrown;
    const { text: first } = translateError(thrown, translate);
    const text = more === undefined ? first : translate("sentences", { first, second: more });
    // Node-RED 3.1 has no place for the code but the text.
    return new Failure(`${text} [${code}]`, { code });
  }
  if (!(thrown instanceof Error)) return new Failure(String(thrown));
  const { message, stack } = thrown;
  return new Failure(message, stack === undefined ? {} : { stack });
}

/** The language of this package for an editor's language code. */
export function languageOf(code: unknown): Language {
  return typeof code === "string" && /^zh\b/i.test(code) ? "zh-CN" : "en-US";
}
