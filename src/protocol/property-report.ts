import { because } from "../errors/texts";
import {
  deviceOf,
  malformed,
  messageTypeOf,
  payloadFields,
  receivedMs,
  timeMsOf,
} from "./flow-message";
import { isJsonObject } from "./json";
import { MAX_JSON_DEPTH } from "./payload";
import type { FlowMessage } from "./flow-message";
import type { Json } from "./json";
import type { Device, MessageType } from "./topic";

/** The message types that report properties. */
export const PROPERTY_TYPES = [
  "property-post",
  "property-batch-post",
  "property-history-post",
] as const satisfies readonly MessageType[];

/** One value of one property. */
export interface PropertyValue {
  /** As in the thing model; of a module `{functionBlockId}:{identifier}`. */
  readonly identifier: string;
  readonly value: Json;
  /** When it was measured, ms since the epoch, by the device's clock. */
  readonly timeMs: number;
}

/** A value that the platform's check against the thing model refused. */
export interface RefusedValue extends PropertyValue {
  /** The platform's reason as it came: a number and a text, such as 6304. */
  readonly code: Json;
  readonly message: Json;
}

/** What a property message says, whatever its type. */
export interface PropertyReport {
  readonly device: Device | undefined;
  /** When the platform had it, by its own clock; undefined where nothing says so. */
  readonly receivedMs: number | undefined;
  /** The same, only if the payload says it: `generateTime` is not fit for ordering. */
  readonly madeMs: number | undefined;
  /** In the order of the payload; a batch has several values of one property. */
  readonly values: readonly PropertyValue[];
  readonly refused: readonly RefusedValue[];
}

export function isPropertyMessage(message: FlowMessage): boolean {
  const type = messageTypeOf(message);
  return PROPERTY_TYPES.some((candidate) => candidate === type);
}

/** Reads a property message. Throws MessageError if one of its fields is not what it should be. */
export function readPropertyReport(message: FlowMessage): PropertyReport {
  const fields = payloadFields(message);
  const received = receivedMs(message, fields);
  const read = reader(message, received);
  // The name of a batch's values is known from programs only, not from the documentation.
  const name = ["items", "payload", "params"].find((candidate) => isJsonObject(fields[candidate]));
  const refused = entries(fields["checkFailedData"] ?? {}, "checkFailedData", message);
  // A report of which nothing passed the check may come without values.
  if (name === undefined && refused.length === 0) {
    throw malformed(message, because("fieldMissing", { place: "", field: "items" }));
  }
  return {
    device: deviceOf(message, fields),
    receivedMs: received,
    madeMs: timeMsOf(fields["gmtCreate"]),
    values: name === undefined ? [] : entries(fields[name] ?? {}, name, message).map(read),
    refused: refused.map((entry) => {
      const { code = null, message: reason = null } = isJsonObject(entry.entry) ? entry.entry : {};
      return { ...read(entry), code, message: reason };
    }),
  };
}

interface Entry {
  readonly identifier: string;
  readonly entry: Json | undefined;
  /** Where it stands, for an error. */
  readonly field: string;
}

/** The entries of a map from identifiers to one entry or a list of them. */
function entries(map: Json, name: string, message: FlowMessage): Entry[] {
  if (!isJsonObject(map)) {
    throw malformed(message, because("fieldWrong", { place: "", field: name, value: kind(map) }));
  }
  return Object.entries(map).flatMap(([identifier, given]) => {
    const field = `${name}.${identifier}`;
    const list: readonly Json[] = Array.isArray(given) ? given : [given];
    return list.map((entry) => ({ identifier, entry, field }));
  });
}

/** Reads entries whose time is, where they have none, that of the receipt. */
function reader(message: FlowMessage, received: number | undefined) {
  return ({ identifier, entry, field }: Entry): PropertyValue => {
    if (!isJsonObject(entry) || entry["value"] === undefined) {
      throw malformed(message, because("fieldMissing", { place: "", field: `${field}.value` }));
    }
    if (isDeeper(entry["value"], MAX_JSON_DEPTH)) {
      throw malformed(message, because("deep", { levels: MAX_JSON_DEPTH }));
    }
    const given = entry["time"];
    const timeMs = given == null ? received : timeMsOf(given);
    if (timeMs === undefined) {
      const details = { place: "", field: `${field}.time`, value: kind(given ?? null) };
      throw malformed(message, because("fieldWrong", details));
    }
    return { identifier, value: entry["value"], timeMs };
  };
}

/** Whether a value nests deeper than so many levels; one that holds itself does. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** What a value is, without quoting it: payloads may be long or private. */
function kind(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "[…]" : typeof value === "object" ? "{…}" : typeof value;
}

/** A value with the members of a struct apart, named `struct.member`; arrays stay as they are. */
export function flattened(identifier: string, value: Json): readonly (readonly [string, Json])[] {
  // An empty struct has no members that could stand for it.
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [[identifier, value]];
  return Object.entries(value).flatMap(([member, inner]) =>
    flattened(`${identifier}.${member}`, inner),
  );
}
