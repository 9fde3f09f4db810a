import { isJsonObject } from "./json";
import { needsDecimalPoint } from "./thing-model";
import type { ThingValue } from "./thing-model";

/** 0, or the allowed number that is nearest to it. */
function numberText({ dataType, min = -Infinity, max = Infinity }: ThingValue): string {
  const text = String(Math.min(Math.max(0, min), max));
  return needsDecimalPoint(dataType) && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** JSON of a value that the platform takes for this type, to be overwritten by who knows a better. */
function valueText(value: ThingValue): string {
  switch (value.dataType) {
    case "INT":
    case "FLOAT":
    case "DOUBLE":
      return numberText(value);
    case "BOOL":
    case "ENUM":
      return String(value.choices[0]?.value ?? 0);
    case "TEXT":
      return '""';
    case "DATE":
      return '"0"'; // ms since 1970, as text
    case "ARRAY":
      return "[]";
    case "STRUCT":
      return "{}";
    case undefined:
      return "null";
  }
}

function memberText(value: ThingValue): string {
  return `${JSON.stringify(value.identifier)}: ${valueText(value)}`;
}

/** JSON text of an object with these values, each as its type is written: `{"target": 5.0}`. */
export function skeletonOf(values: readonly ThingValue[]): string {
  return `{${values.map(memberText).join(", ")}}`;
}

function objectIn(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The text of a JSON object with one value more; what is there stays as it is written. A text that
 * is no JSON object is replaced.
 */
export function withValue(text: string, value: ThingValue): string {
  const known = objectIn(text);
  if (known === undefined || Object.keys(known).length === 0) return skeletonOf([value]);
  if (Object.hasOwn(known, value.identifier)) return text;
  return text.trim().replace(/\s*\}$/, () => `, ${memberText(value)}}`);
}
