/** Longest line that is not broken, in characters with its indentation. */
const WIDTH = 100;

/** JSON for people: what fits into a line stays in one. */
export function readableJson(value: unknown, indent = ""): string {
  const flat = JSON.stringify(value);
  if (indent.length + flat.length <= WIDTH || typeof value !== "object" || value === null) {
    return flat;
  }
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const lines = Array.isArray(value)
    ? value.map((each: unknown) => readableJson(each, inner))
    : Object.entries(value).map(
        ([key, each]) => `${JSON.stringify(key)}: ${readableJson(each, inner)}`,
      );
  return `${open}\n${inner}${lines.join(`,\n${inner}`)}\n${indent}${close}`;
}
