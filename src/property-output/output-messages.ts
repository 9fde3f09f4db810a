import { groupByTime, newestMs, sortByTime } from "./named-values";
import type { Json } from "../protocol/json";
import type { Device } from "../protocol/topic";
import type { PropertyOutput } from "../settings/properties";
import type { NamedValue } from "./named-values";

/** What a sent message has of its own; the rest is as in the message that came. */
export interface OutputMessage {
  readonly payload: Json;
  /** When its newest value was measured, ms since the epoch. */
  readonly timestamp: number;
  /** Of one value: its name. */
  readonly topic?: string;
  /** `flat`: when each value was measured, ms since the epoch. */
  readonly times?: Readonly<Record<string, number>>;
  /** `influx`: the unit of the points' times. */
  readonly precision?: "ms";
  /** `influx`: where the points go, unless the message says so. */
  readonly measurement?: string;
  /** Why the platform refused the value. */
  readonly refused?: { readonly code: Json; readonly message: Json };
}

/** What InfluxDB can hold in a field. */
type FieldValue = number | string | boolean;

/** “influxdb out” takes a field of this name for the point's time. */
const TIME_FIELD = "time";

/** The messages that send values in the chosen form, oldest first. */
export function valueMessages(
  values: readonly NamedValue[],
  output: PropertyOutput,
  device: Device | undefined,
): OutputMessage[] {
  switch (output) {
    case "flat":
      return flatMessages(values);
    case "each":
      return sortByTime(values).map(({ name, value, timeMs }) => ({
        topic: name,
        payload: value,
        timestamp: timeMs,
      }));
    case "influx":
      return influxMessages(values, device);
  }
}

/** One message; one for each time where a name has several values. */
function flatMessages(values: readonly NamedValue[]): OutputMessage[] {
  const names = new Set(values.map(({ name }) => name));
  const isOne = values.length > 0 && names.size === values.length;
  const groups = isOne ? [values] : groupByTime(values);
  return groups.map((group) => ({
    payload: Object.fromEntries(group.map(({ name, value }) => [name, value])),
    timestamp: newestMs(group),
    times: Object.fromEntries(group.map(({ name, timeMs }) => [name, timeMs])),
  }));
}

/**
 * One message for “influxdb out” of node-red-contrib-influxdb: `[[fields, tags], …]`, a point for
 * each time, oldest first. None if there is nothing that InfluxDB could hold.
 */
function influxMessages(
  values: readonly NamedValue[],
  device: Device | undefined,
): OutputMessage[] {
  const fields = values.flatMap((value) => {
    const field = fieldValue(value.value);
    return field === undefined ? [] : [{ ...value, name: fieldName(value.name), value: field }];
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

/** InfluxDB has no null and no infinity, and one bad field would fail the whole point. */
function fieldValue(value: Json): FieldValue | undefined {
  if (value === null) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "object") return value;
  return JSON.stringify(value);
}

function fieldName(name: string): string {
  return name === TIME_FIELD ? `${TIME_FIELD}_` : name;
}

/** “influxdb out” would take the number 0 for no time at all. */
function pointTime(timeMs: number): number | string {
  return timeMs === 0 ? "0" : timeMs;
}
