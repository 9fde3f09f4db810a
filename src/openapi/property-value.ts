import { payloadOf } from "../protocol/payload";
import type { Json } from "../protocol/json";

const NUMBERS: readonly unknown[] = ["int", "float", "double", "bool", "enum"];
const STRUCTURES: readonly unknown[] = ["array", "struct"];

/** A number where a JavaScript number is exactly that; else the text. */
function numberOf(text: string): Json {
  const number = Number(text);
  const isWhole = /^-?\d+$/.test(text);
  const isExact = isWhole ? Number.isSafeInteger(number) : Number.isFinite(number);
  return isExact && text.trim() !== "" ? number : text;
}

/** A property's value, which the platform gives as text, by the data type of its thing model. */
export function propertyValue(text: string, dataType: unknown): Json {
  const type = typeof dataType === "string" ? dataType.toLowerCase() : dataType;
  if (NUMBERS.includes(type)) return numberOf(text);
  if (!STRUCTURES.includes(type)) return text;
  const { payload } = payloadOf({ section: "value", value: text }, { format: "auto", topic: "" });
  return Buffer.isBuffer(payload) ? text : payload;
}
