import { groupedByTime, newestMs } from "./named-values";
import type { Json } from "../protocol/json";
import type { Device } from "../protocol/topic";
import type { Leaving, NamedValue } from "./named-values";

/** What InfluxDB can hold in a field. */
type FieldValue = number | string | boolean;

/** “influxdb out” takes a field of this name for the point's time. */
const TIME_FIELD = "time";

/**
 * One message for “influxdb out” of node-red-contrib-influxdb: `[[fields, tags], …]`, a point for
 * each time, oldest first. None, if there is nothing that InfluxDB could hold.
 */
export function pointsOf(values: readonly NamedValue[], device: Device | undefined): Leaving[] {
  const fields = values.flatMap((value) => {
    const held = fieldValue(value.value);
    return held === undefined ? [] : [{ ...value, name: fieldName(value.name), value: held }];
  });
  if (fields.length === 0) return [];
  const payload = groupedByTime(fields).map((group) => [
    Object.fromEntries([
      ...group.map(({ name, value }) => [name, value] as const),
      [TIME_FIELD, pointTime(newestMs(group))] as const,
    ]),
    { ...device },
  ]);
  // It takes times for nanoseconds, with InfluxDB 1.x, unless the message says what they are.
  return [{ payload, timestamp: newestMs(fields), precision: "ms" }];
}

/** Null is no value, and infinity none that InfluxDB has; one bad field would fail the whole point. */
function fieldValue(value: Json): FieldValue | undefined {
  if (value === null) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "object") return value;
  return JSON.stringify(value);
}

function fieldName(name: string): string {
  return name === TIME_FIELD ? `${TIME_FIELD}_` : name;
}

/** A number 0 would be taken for no time at all. */
function pointTime(timeMs: number): number | string {
  return timeMs === 0 ? "0" : timeMs;
}
