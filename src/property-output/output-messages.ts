import { influxMessages } from "./influx-points";
import { groupByTime, newestMs, sortByTime } from "./named-values";
import type { MessageError } from "../errors/error";
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
  /** Why the platform refused the value, or why InfluxDB would. */
  readonly refused?: MessageError | { readonly code: Json; readonly message: Json };
}

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
