import { byTime, groupedByTime, newestMs } from "./named-values";
import { pointsOf } from "./influx-points";
import type { Device } from "../protocol/topic";
import type { Leaving, NamedValue } from "./named-values";
import type { PropertyOutput } from "../settings/properties";

/** What chosen values become, oldest first. */
export function leavingValues(
  values: readonly NamedValue[],
  output: PropertyOutput,
  device: Device | undefined,
): Leaving[] {
  switch (output) {
    case "flat":
      return flat(values);
    case "each":
      return byTime(values).map(({ name, value, timeMs }) => ({
        topic: name,
        payload: value,
        timestamp: timeMs,
      }));
    case "influx":
      return pointsOf(values, device);
  }
}

/** One message, unless a name has several values: then one for each time. */
function flat(values: readonly NamedValue[]): Leaving[] {
  const names = new Set(values.map(({ name }) => name));
  const isOne = values.length > 0 && names.size === values.length;
  const groups = isOne ? [values] : groupedByTime(values);
  return groups.map((group) => ({
    payload: Object.fromEntries(group.map(({ name, value }) => [name, value])),
    timestamp: newestMs(group),
    times: Object.fromEntries(group.map(({ name, timeMs }) => [name, timeMs])),
  }));
}
