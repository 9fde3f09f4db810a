import { because, MessageError } from "../errors/error";
import { groupByTime, newestMs } from "./named-values";
import type { Json } from "../protocol/json";
import type { Device } from "../protocol/topic";
import type { NamedValue } from "./named-values";
import type { OutputMessage } from "./output-messages";

/** What InfluxDB can hold in a field. */
type FieldValue = number | string | boolean;

/** “influxdb out” takes a field of this name for the point's time. */
const TIME_FIELD = "time";

/** Names that are no field: none at all, the time's, and one that its objects cannot hold. */
const NOT_FIELDS: ReadonlySet<string> = new Set(["", TIME_FIELD, "__proto__"]);

/** InfluxDB keeps times in ns in 64 bits with a sign: until 2262-04-11. */
const MAX_POINT_MS = 9_223_372_036_854;

/**
 * One message for “influxdb out” of node-red-contrib-influxdb: `[[fields, tags], …]`, a point for
 * each time, oldest first. None if there is nothing that InfluxDB could hold.
 */
export function influxMessages(
  values: readonly NamedValue[],
  device: Device | undefined,
): OutputMessage[] {
  const fields = values.flatMap((each) => {
    const value = fieldValue(each.value);
    if (value === undefined || whyUnstorable(each) !== undefined) return [];
    return [{ ...each, name: fieldName(each.name), value }];
  });
  if (fields.length === 0) return [];
  const payload = groupByTime(fields).map((group) => [
    Object.fromEntries([
      ...group.map(({ name, value }) => [name, value] as const),
      [TIME_FIELD, pointTime(newestMs(group))] as const,
    ]),
    { ...device },
  ]);
  // Each product has its own measurement, as field types differ by thing model.
  const measurement = device === undefined ? {} : { measurement: device.productKey };
  // For InfluxDB 1.x it takes times for nanoseconds unless the message says what they are.
  return [{ payload, timestamp: newestMs(fields), precision: "ms", ...measurement }];
}

/** One message for each value that InfluxDB can never hold; null is none. */
export function influxRefusals(values: readonly NamedValue[]): OutputMessage[] {
  return values.flatMap((each) => {
    const refused = whyUnstorable(each);
    const { name, value, timeMs } = each;
    return refused === undefined
      ? []
      : [{ topic: name, payload: value, timestamp: timeMs, refused }];
  });
}

/** One bad value would fail the whole point, and a line that cannot be read the whole report. */
function whyUnstorable({ name, value, timeMs }: NamedValue): MessageError | undefined {
  const isEndless = typeof value === "number" && !Number.isFinite(value);
  if (!isEndless && (value === null || timeMs <= MAX_POINT_MS)) return undefined;
  const why = isEndless ? because("influxNumber") : because("influxTime");
  return new MessageError("VALUE_UNSTORABLE", { identifier: name, ...why });
}

function fieldValue(value: Json): FieldValue | undefined {
  if (value === null) return undefined;
  // “influxdb out” would make an integer of 12i, and a field has one type.
  if (typeof value === "string") return /^-?\d+i$/.test(value) ? JSON.stringify(value) : value;
  return typeof value === "object" ? JSON.stringify(value) : value;
}

/** A line break ends a line of InfluxDB's protocol, and a backslash hides what follows it. */
function fieldName(name: string): string {
  const fit = name.replace(/[\n\r\\]/g, "_");
  return NOT_FIELDS.has(fit) ? `${fit}_` : fit;
}

/** “influxdb out” would take the number 0 for no time at all. */
function pointTime(timeMs: number): number | string {
  return timeMs === 0 ? "0" : timeMs;
}
