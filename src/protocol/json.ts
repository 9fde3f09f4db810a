/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object: of a payload, of an HTTP request, of settings as a flow or a form stores them. */
export interface JsonObject {
  readonly [name: string]: Json;
}

/** Whether a parsed JSON value is an object, which an array is not. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A deep copy of a value, so that neither changes with the other. */
export function copyJson(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (isJsonList(value)) return value.map(copyJson);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, copyJson(inner)]));
}

// Array.isArray alone does not narrow a readonly array.
function isJsonList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
