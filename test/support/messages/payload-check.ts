import { MESSAGE_TABLE } from "../../../src/protocol/message-table";
import type { ObjectSchema, FieldType } from "../../../src/protocol/payload-schema";
import type { MessageType } from "../../../src/protocol/topic";

type Entries = Readonly<Record<string, unknown>>;

const isEntries = (value: unknown): value is Entries =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const LOCAL_TIME = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/;
/** 2001 to 2286: a number of seconds or µs is not taken for one of ms. */
const isMs = (value: unknown) =>
  Number.isInteger(value) && Number(value) > 1e12 && Number(value) < 1e13;

/** What of a payload is not as MESSAGE_TABLE says, by the path of the field. */
export function misfits(messageType: MessageType, payload: unknown): readonly string[] {
  const fields = MESSAGE_TABLE[messageType];
  return fields === "anything" ? [] : inObject(fields, payload, "payload");
}

function inObject(fields: ObjectSchema, value: unknown, path: string): string[] {
  if (!isEntries(value)) return [`${path} is no object`];
  const extra = Object.keys(value).filter((name) => !Object.hasOwn(fields, name));
  const inFields = Object.entries(fields).flatMap(([name, field]) => {
    const optional = typeof field === "object" && "optional" in field;
    const inner = value[name];
    if (inner === undefined) return optional ? [] : [`${path}.${name} is missing`];
    return inType(optional ? field.optional : field, inner, `${path}.${name}`);
  });
  return [...extra.map((name) => `${path}.${name} is not in the table`), ...inFields];
}

function inType(type: FieldType, value: unknown, path: string): string[] {
  if (typeof type === "string") return fits(type, value) ? [] : [`${path} is no ${type}`];
  if ("oneOf" in type || "known" in type) {
    // Also of values that are only known: what the emulator sends is to be found in the page.
    const values = "oneOf" in type ? type.oneOf : type.known;
    return values.some((known) => known === value) ? [] : [`${path} is none of ${values.join()}`];
  }
  if ("object" in type) return inObject(type.object, value, path);
  if ("list" in type) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((entry, index) => inType(type.list, entry, `${path}[${index}]`));
  }
  if (!isEntries(value)) return [`${path} is no object`];
  return Object.entries(value).flatMap(([key, entry]) => inType(type.map, entry, `${path}.${key}`));
}

function fits(type: Extract<FieldType, string>, value: unknown): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value);
    case "ms":
      return isMs(value);
    case "localTime":
      return typeof value === "string" && LOCAL_TIME.test(value);
    case "utcTime":
      return typeof value === "string" && new Date(value).toISOString() === value;
    case "stringOrInteger":
      return typeof value === "string" || Number.isInteger(value);
    case "any":
      return true;
  }
}
