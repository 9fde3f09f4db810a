import type { Json } from "./json";

/** A string, which is passed over, or a number. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Whether a number's text stands for a JavaScript number, digit by digit where it is whole. */
function isExact(text: string): boolean {
  const isLong = /^-?\d{16,}$/.test(text);
  return isLong ? Number.isSafeInteger(Number(text)) : Number.isFinite(Number(text));
}

/**
 * Parses JSON; whole numbers beyond 2^53 stay as they are, but as text: a JavaScript number would
 * silently change their last digits. So do numbers beyond 1e308. Throws SyntaxError.
 */
export function parseExactJson(text: string): Json {
  const quoted = text.replace(STRING_OR_NUMBER, (found) =>
    found.startsWith('"') || isExact(found) ? found : `"${found}"`,
  );
  return JSON.parse(quoted) as Json; // what JSON.parse returns is Json by definition
}
