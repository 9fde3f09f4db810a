import { isJsonObject } from "./json";
import type { Json, JsonObject } from "./json";

export const DATA_TYPES = [
  "INT",
  "FLOAT",
  "DOUBLE",
  "TEXT",
  "DATE",
  "ENUM",
  "BOOL",
  "ARRAY",
  "STRUCT",
] as const;
export type DataType = (typeof DATA_TYPES)[number];

/** One of the values of an enum or a bool. */
export interface Choice {
  readonly value: number;
  readonly name: string;
}

/** A value of a thing model: a property, or a parameter of a service. */
export interface ThingValue {
  readonly identifier: string;
  readonly name: string;
  /** Undefined for a type that is not known. */
  readonly dataType: DataType | undefined;
  /** Numbers only, both limits included. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly unit: string | undefined;
  /** Enum and bool only. */
  readonly choices: readonly Choice[];
}

export const RW_FLAGS = ["READ_WRITE", "READ_ONLY", "WRITE_ONLY"] as const;
export type RwFlag = (typeof RW_FLAGS)[number];

export interface ThingProperty extends ThingValue {
  readonly rwFlag: RwFlag;
}

export interface ThingService {
  readonly identifier: string;
  readonly name: string;
  /** SYNC: the answer of the call has the result. ASYNC: the device replies in a message. */
  readonly callType: "SYNC" | "ASYNC";
  readonly inputParams: readonly ThingValue[];
}

/** The properties and services of a product, as far as sending needs them. */
export interface ThingModel {
  readonly properties: readonly ThingProperty[];
  readonly services: readonly ThingService[];
}

/** Whether the platform wants a decimal point in values of this type: `10.0`, not `10`. */
export function needsDecimalPoint(dataType: DataType | undefined): boolean {
  return dataType === "FLOAT" || dataType === "DOUBLE";
}

function text(value: Json | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A number, which a thing model writes as text. */
function number(value: Json | undefined): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const read = value === "" ? Number.NaN : Number(value);
  return Number.isFinite(read) ? read : undefined;
}

function objects(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The entries that have an identifier, each as `read` makes it. */
function entries<T>(list: Json | undefined, read: (entry: JsonObject, identifier: string) => T) {
  return objects(list).flatMap((entry) => {
    const identifier = text(entry["identifier"]);
    return identifier === undefined ? [] : [read(entry, identifier)];
  });
}

function choice({ value, name }: JsonObject): readonly Choice[] {
  const read = number(value);
  return read === undefined ? [] : [{ value: read, name: text(name) ?? String(read) }];
}

function thingValue(entry: JsonObject, identifier: string): ThingValue {
  const dataType = DATA_TYPES.find((known) => known === entry["dataType"]);
  const specs = isJsonObject(entry["dataSpecs"]) ? entry["dataSpecs"] : {};
  const hasChoices = dataType === "ENUM" || dataType === "BOOL";
  return {
    identifier,
    name: text(entry["name"]) ?? identifier,
    dataType,
    min: number(specs["min"]),
    max: number(specs["max"]),
    unit: text(specs["unit"]),
    choices: hasChoices ? objects(entry["dataSpecsList"]).flatMap(choice) : [],
  };
}

function thingProperty(entry: JsonObject, identifier: string): ThingProperty {
  const rwFlag = RW_FLAGS.find((known) => known === entry["rwFlag"]) ?? "READ_ONLY";
  return { ...thingValue(entry, identifier), rwFlag };
}

function thingService(entry: JsonObject, identifier: string): ThingService {
  return {
    identifier,
    name: text(entry["serviceName"]) ?? identifier,
    callType: entry["callType"] === "SYNC" ? "SYNC" : "ASYNC",
    inputParams: entries(entry["inputParams"], thingValue),
  };
}

/**
 * Reads the `ThingModelJson` of QueryThingModelPublished. Entries without an identifier are left
 * out; undefined if the text is no JSON object.
 */
export function parseThingModel(json: string): ThingModel | undefined {
  let model: unknown;
  try {
    model = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isJsonObject(model)) return undefined;
  return {
    properties: entries(model["properties"], thingProperty),
    services: entries(model["services"], thingService),
  };
}
