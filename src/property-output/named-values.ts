import { isJsonObject } from "../protocol/json";
import type { Json } from "../protocol/json";
import type { PropertyValue } from "../protocol/property-report";

/** A value under the name by which it is sent: an identifier, or `struct.member`. */
export interface NamedValue {
  readonly name: string;
  readonly value: Json;
  /** When it was measured, ms since the epoch. */
  readonly timeMs: number;
}

/**
 * The values with the given identifiers, in the order of the report, with structs taken apart. An
 * identifier stands for a property with all its members, or for one member (`pos.lat`); none: all.
 */
export function selectValues(
  values: readonly PropertyValue[],
  identifiers: readonly string[],
): NamedValue[] {
  const wanted = new Set(identifiers);
  const named = values.flatMap(({ identifier, value, timeMs }) =>
    flattenStruct(identifier, value).map(([name, inner]) => ({ name, value: inner, timeMs })),
  );
  return wanted.size === 0 ? named : named.filter(({ name }) => isWanted(name, wanted));
}

/** A value with the members of a struct apart, named `struct.member`; arrays stay as they are. */
function flattenStruct(identifier: string, value: Json): readonly (readonly [string, Json])[] {
  // An empty struct has no members that could stand for it.
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [[identifier, value]];
  return Object.entries(value).flatMap(([member, inner]) =>
    flattenStruct(`${identifier}.${member}`, inner),
  );
}

function isWanted(name: string, wanted: ReadonlySet<string>): boolean {
  if (wanted.has(name)) return true;
  for (let dot = name.indexOf("."); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    if (wanted.has(name.slice(0, dot))) return true;
  }
  return false;
}

/** Oldest first; values of one time stay in their order. */
export function sortByTime(values: readonly NamedValue[]): NamedValue[] {
  return [...values].sort((one, other) => one.timeMs - other.timeMs);
}

/** Values in groups of one time each, oldest first; in a group each name occurs once. */
export function groupByTime(values: readonly NamedValue[]): NamedValue[][] {
  const groups = new Map<string, NamedValue[]>();
  const seen = new Map<string, number>();
  for (const value of sortByTime(values)) {
    const key = `${value.timeMs} ${value.name}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    // One object cannot hold two values of one name and one time.
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
