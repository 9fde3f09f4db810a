import { because, MessageError } from "../errors/error";
import { isJsonObject } from "../protocol/json";
import { assertReportSize } from "../protocol/property-report";
import type { Json } from "../protocol/json";
import type { PropertyValue } from "../protocol/property-report";

/** A value under the name by which it is sent: an identifier, or `struct.member`. */
export interface NamedValue {
  readonly name: string;
  readonly value: Json;
  /** When it was measured, ms since the epoch. */
  readonly timeMs: number;
}

/** Of all names together. A struct one to three levels deep with 10,000 members has a tenth of it. */
const MAX_NAMES_LENGTH = 1_000_000;

/**
 * The values with the given identifiers, in the order of the report, with structs taken apart. An
 * identifier stands for a property with all its members, or for one member (`pos.lat`); none: all.
 * Throws MessageError if there is too much to be taken apart.
 */
export function selectValues(
  values: readonly PropertyValue[],
  identifiers: readonly string[],
): NamedValue[] {
  const named = takeApart(values);
  if (identifiers.length === 0) return named;
  const wanted = new Set(identifiers);
  const structs = identifiers.map((identifier) => `${identifier}.`);
  return named.filter(
    ({ name }) => wanted.has(name) || structs.some((struct) => name.startsWith(struct)),
  );
}

/** The values with the members of structs apart, named `struct.member`; arrays stay as they are. */
function takeApart(values: readonly PropertyValue[]): NamedValue[] {
  const named: NamedValue[] = [];
  let namesLength = 0;
  const add = (name: string, value: Json, timeMs: number): void => {
    const members = isJsonObject(value) ? Object.entries(value) : [];
    for (const [member, inner] of members) add(`${name}.${member}`, inner, timeMs);
    // An empty struct has no members that could stand for it.
    if (members.length > 0) return;
    named.push({ name, value, timeMs });
    namesLength += name.length;
    assertReportSize(named.length);
    // Each name repeats those of all structs around it, so they can be far longer than the message.
    if (namesLength > MAX_NAMES_LENGTH) {
      const why = because("longNames", { characters: MAX_NAMES_LENGTH });
      throw new MessageError("REPORT_TOO_LARGE", why);
    }
  };
  for (const { identifier, value, timeMs } of values) add(identifier, value, timeMs);
  return named;
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
