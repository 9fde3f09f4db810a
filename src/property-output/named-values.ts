import { flattenStruct } from "../protocol/property-report";
import type { Json } from "../protocol/json";
import type { PropertyValue } from "../protocol/property-report";

/** A value under the name by which it leaves: an identifier, or `struct.member`. */
export interface NamedValue {
  readonly name: string;
  readonly value: Json;
  /** When it was measured, ms since the epoch. */
  readonly timeMs: number;
}

/** What a message that leaves has of its own; the rest is as in the message that came. */
export type Leaving = Readonly<{ payload: unknown; timestamp: number } & Record<string, unknown>>;

/**
 * The values that were chosen, in the order of the report, with structs taken apart. An identifier
 * chooses a property with all its members, or one member (`pos.lat`); none: all.
 */
export function chosenValues(
  values: readonly PropertyValue[],
  identifiers: readonly string[],
): NamedValue[] {
  const wanted = new Set(identifiers);
  const named = values.flatMap(({ identifier, value, timeMs }) =>
    flattenStruct(identifier, value).map(([name, inner]) => ({ name, value: inner, timeMs })),
  );
  return wanted.size === 0 ? named : named.filter(({ name }) => isWanted(name, wanted));
}

function isWanted(name: string, wanted: ReadonlySet<string>): boolean {
  if (wanted.has(name)) return true;
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    if (wanted.has(name.slice(0, dot))) return true;
  }
  return false;
}

/** Oldest first; what is of one time stays in its order. */
export function byTime(values: readonly NamedValue[]): NamedValue[] {
  return [...values].sort((one, other) => one.timeMs - other.timeMs);
}

/** Values in groups of one time each, oldest first; in a group each name occurs once. */
export function groupedByTime(values: readonly NamedValue[]): NamedValue[][] {
  const groups = new Map<string, NamedValue[]>();
  const seen = new Map<string, number>();
  for (const value of byTime(values)) {
    const key = `${value.timeMs} ${value.name}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    // Two values of one name and one time: one object cannot hold both.
    const place = `${value.timeMs} ${nth}`;
    const group = groups.get(place);
    if (group === undefined) groups.set(place, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/** The newest time among values. */
export function newestMs(values: readonly NamedValue[]): number {
  return values.reduce((newest, { timeMs }) => Math.max(newest, timeMs), 0);
}
