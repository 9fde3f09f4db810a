/**
 * The text of one member of a JSON object as it stands there; undefined if it has none. Parsed,
 * `25.0` would become `25`, and a number beyond 2^53 another.
 */
export function memberText(object: string, wanted: string): string | undefined {
  let depth = 0;
  let text = "";
  let name = "";
  let start = 0;
  let found: string | undefined;
  for (const { 0: token, index } of object.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (depth === 1 && ",}".includes(token) && name === wanted) found = object.slice(start, index);
    if ("{[".includes(token)) depth += 1;
    else if ("}]".includes(token)) depth -= 1;
    else if (token === ":" && depth === 1) {
      name = String(JSON.parse(text));
      start = index + 1;
    } else if (token.startsWith('"')) text = token;
  }
  return found?.trim();
}
