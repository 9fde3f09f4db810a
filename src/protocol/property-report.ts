import { because, MessageError } from "../errors/error";
import { messageTypeOf, parseTimeMs, PayloadReader } from "./flow-message";
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

/** Far more than a report has: 256 KB, the platform's limit, hold some 7,500 values with their times. */
export const MAX_REPORT_VALUES = 10_000;

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
  /** In the order of the payload; a batch has several values of one property. */
  readonly values: readonly PropertyValue[];
  readonly refused: readonly RefusedValue[];
}

export function isPropertyMessage(message: FlowMessage): boolean {
  const type = messageTypeOf(message);
  return PROPERTY_TYPES.some((candidate) => candidate === type);
}

/** Throws MessageError if a report has more values than can be handled in one go. */
export function assertReportSize(values: number): void {
  if (values <= MAX_REPORT_VALUES) return;
  throw new MessageError("REPORT_TOO_LARGE", because("manyValues", { values: MAX_REPORT_VALUES }));
}

/**
 * Reads a property message. Throws MessageError if one of its fields is not what it should be, or
 * if it has too many values.
 */
export function readPropertyReport(message: FlowMessage): PropertyReport {
  const reader = new PayloadReader(message);
  const { device, fields, receivedMs } = reader;
  // The name of a batch's values is known from programs only, not from the documentation.
  const name = ["items", "payload", "params"].find((candidate) => isJsonObject(fields[candidate]));
  const refused = readEntries(reader, "checkFailedData");
  // A report of which nothing passed the check may come without values.
  if (name === undefined && refused.length === 0) throw reader.missing("items");
  const entries = name === undefined ? [] : readEntries(reader, name);
  assertReportSize(entries.length + refused.length);
  return {
    device,
    receivedMs,
    values: entries.map((entry) => readValue(reader, entry)),
    refused: refused.map((entry) => {
      const { code = null, message: reason = null } = isJsonObject(entry.entry) ? entry.entry : {};
      return { ...readValue(reader, entry), code, message: reason };
    }),
  };
}

/** One entry of a report, not read yet. */
interface ReportEntry {
  readonly identifier: string;
  readonly entry: Json | undefined;
  /** Where it stands, for an error. */
  readonly field: string;
}

/** The entries of a map from identifiers to one entry or a list of them. */
function readEntries(reader: PayloadReader, name: string): ReportEntry[] {
  const map = reader.fields[name] ?? {};
  if (!isJsonObject(map)) throw reader.wrong(name, kindOf(map));
  return Object.entries(map).flatMap(([identifier, oneOrMore]) => {
    const field = `${name}.${identifier}`;
    const list: readonly Json[] = Array.isArray(oneOrMore) ? oneOrMore : [oneOrMore];
    return list.map((entry) => ({ identifier, entry, field }));
  });
}

/** Reads an entry; one without a time has that of the receipt. */
function readValue(
  reader: PayloadReader,
  { identifier, entry, field }: ReportEntry,
): PropertyValue {
  if (!isJsonObject(entry) || entry["value"] === undefined) throw reader.missing(`${field}.value`);
  if (isDeeper(entry["value"], MAX_JSON_DEPTH)) {
    throw reader.malformed(because("deep", { levels: MAX_JSON_DEPTH }));
  }
  const { time, value } = entry;
  const timeMs = time == null ? reader.receivedMs : parseTimeMs(time);
  if (timeMs === undefined) throw reader.wrong(`${field}.time`, kindOf(time ?? null));
  return { identifier, value, timeMs };
}

/** Whether a value nests deeper than so many levels; one that holds itself does. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** What a value is, without quoting it: payloads may be long or private. */
function kindOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "[…]" : typeof value === "object" ? "{…}" : typeof value;
}
