import { because } from "./error";
import type { ErrorDetails } from "./error";

/** A peer's text may be long, and may even repeat our user name with the STS token in it. */
const MAX_TEXT_LENGTH = 300;
const SECRET = /(securityToken=)[^,|\s]*/gi;

/** Text of a foreign source, fit to be shown. */
export function presentable(text: unknown): string {
  if (typeof text !== "string") return "";
  const plain = text.replace(SECRET, "$1…").replace(/[\p{Cc}\p{Cf}\s]+/gu, " ");
  // Our texts go on after it, with a full stop of their own.
  return plain
    .trim()
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/[.。 ]+$/, "");
}

/** A field of whatever was thrown or has come. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** One line about an error: OpenSSL's short reason where there is one, with the code. */
export function reasonOf(error: unknown): ErrorDetails {
  const code = presentable(field(error, "code"));
  // Of several addresses that failed, Node gives an AggregateError with an empty message.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const text =
    presentable(field(error, "reason")) ||
    presentable(field(error, "message")) ||
    presentable(field(first, "message"));
  if (text === "") return code === "" ? because("noReason") : { reason: code };
  return { reason: code === "" || text.includes(code) ? text : `${text} (${code})` };
}
