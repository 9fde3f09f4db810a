import { isJsonObject } from "../../protocol/json";
import { needsDecimalPoint } from "../../protocol/thing-model";
import type { Json, JsonObject } from "../../protocol/json";
import type { ThingValue } from "../../protocol/thing-model";

/** Values by identifier, as they were written. */
export interface Items {
  readonly values: JsonObject;
  /** The JSON text of each value: of a number it tells `10` from `10.0`. */
  readonly texts: ReadonlyMap<string, string>;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

/** The text of each member of an object whose JSON is known to be right, without blanks. */
function memberTexts(json: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  let depth = 0;
  let name: string | undefined;
  let value = "";
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === "}" || token === "]") depth -= 1;
    const ends = (depth === 1 && token === ",") || depth === 0;
    if (ends && name !== undefined) texts.set(name, value);
    if (token === "{" || token === "[") depth += 1;
    if (ends) [name, value] = [undefined, ""];
    else if (name === undefined)
      name = JSON.parse(token) as string; // the first is a text, always
    else if (value !== "" || token !== ":") value += token;
  }
  return texts;
}

/** Reads a JSON object of values; undefined if the text is none. */
export function readItems(json: string): Items | undefined {
  let values: unknown;
  try {
    values = JSON.parse(json);
  } catch {
    return undefined;
  }
  return isJsonObject(values) ? { values, texts: memberTexts(json) } : undefined;
}

function isInteger(value: Json): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

/** Whether a value is of the type that the thing model says, and within its limits. */
function fits(value: Json, { dataType, min, max, choices }: ThingValue): boolean {
  switch (dataType) {
    case "BOOL":
    case "ENUM":
      return choices.some((choice) => choice.value === value);
    case "INT":
      return isInteger(value) && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
    case "FLOAT":
    case "DOUBLE":
      return typeof value === "number" && value >= (min ?? -Infinity) && value <= (max ?? Infinity);
    case "TEXT":
    case "DATE":
      return typeof value === "string";
    case "ARRAY":
      return Array.isArray(value);
    case "STRUCT":
      return isJsonObject(value);
    case undefined:
      return true;
  }
}

/** The first identifier that is not in the list, or whose value does not fit; undefined: none. */
export function findMisfit({ values }: Items, model: readonly ThingValue[]): string | undefined {
  return Object.entries(values).find(([identifier, value]) => {
    const found = model.find((candidate) => candidate.identifier === identifier);
    return found === undefined || !fits(value, found);
  })?.[0];
}

/** The numbers that the platform wants with a decimal point, and that have none. */
export function withoutDecimalPoint({ texts }: Items, model: readonly ThingValue[]) {
  return model
    .filter(({ dataType }) => needsDecimalPoint(dataType))
    .map(({ identifier }) => identifier)
    .filter((identifier) => /^-?\d+$/.test(texts.get(identifier) ?? ""));
}
