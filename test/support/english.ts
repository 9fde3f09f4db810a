import { match, ok } from "node:assert/strict";
import { isIotAmqpError } from "../../src/errors/error";
import { errorText } from "../../src/errors/texts";
import type { ErrorCode, ErrorDetails } from "../../src/errors/error";

/** What an English status or log says of an error; empty for none. */
export function english(
  error: { readonly code: ErrorCode; readonly details: ErrorDetails } | undefined,
): string {
  if (error === undefined) return "";
  const { text, remedy } = errorText(error.code, error.details);
  return `${text} ${remedy}`;
}

/** For `throws` and `rejects`: what is thrown is ours, and its English text matches. */
export function tells(pattern: RegExp): (thrown: unknown) => true {
  return (thrown) => {
    ok(isIotAmqpError(thrown), String(thrown));
    match(english(thrown), pattern);
    return true;
  };
}
