import type { Json } from "./json";

/** A string, which is passed over, or a number. */
const STRING_OR_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A text without either has no number that is not exact: most have neither, and are read once. */
const LONG_NUMBER = /[:,[\s.-]\d{16}/;
const EXPONENT = /\d[eE][-+\d]/;

/** More characters than any program writes of a number that it holds as JavaScript does. */
const MAX_DOUBLE_LENGTH = 40;

/** The digits that count of a number's text. */
function digitsOf(text: string): string {
  return text
    .replace(/[eE].*/, "")
    .replace(/\D/g, "")
    .replace(/^0+|0+$/g, "");
}

/** Whether a number's text stands for a JavaScript number, digit by digit beyond 2^53. */
function isExact(text: string): boolean {
  const number = Number(text);
  const size = Math.abs(number);
  if (size === 0) return !/^[-.0]*[1-9]/.test(text);
  if (size <= Number.MAX_SAFE_INTEGER) return true;
  // An ID or a counter: always text, also where JavaScript happens to have just that number.
  if (/^-?\d+$/.test(text) || size === Infinity) return false;
  return text.length <= MAX_DOUBLE_LENGTH && digitsOf(text) === digitsOf(String(number));
}

/**
 * Parses JSON; a number that JavaScript would change stays as it is written, but as text: a whole
 * number beyond 2^53, and what is beyond 1e308 or so small that 0 would be left. A fraction becomes
 * the nearest number, as in any language. Throws SyntaxError.
 */
export function parseExactJson(text: string): Json {
  const parsed = JSON.parse(text) as Json; // what JSON.parse returns is Json by definition
  if (typeof parsed !== "number" && !LONG_NUMBER.test(text) && !EXPONENT.test(text)) return parsed;
  const quoted = text.replace(STRING_OR_NUMBER, (found) =>
    found.startsWith('"') || isExact(found) ? found : `"${found}"`,
  );
  return quoted === text ? parsed : (JSON.parse(quoted) as Json);
}
