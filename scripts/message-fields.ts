import { MESSAGE_TABLE } from "../src/protocol/message-table";
import enUS from "./message-texts/en-US.json";
import zhCN from "./message-texts/zh-CN.json";
import type { ObjectSchema, FieldType } from "../src/protocol/payload-schema";
import type { MessageType } from "../src/protocol/topic";
import type { Language } from "../src/errors/texts";

/** One field of a payload, with what leads to it: `items.*.value`, `devices[].iotId`. */
export interface FieldRow {
  readonly path: string;
  readonly type: FieldType;
  readonly optional: boolean;
}

/** What the pages say; beside the table, because nothing at run time needs it. */
export interface MessageTexts {
  readonly page: typeof enUS.page;
  readonly rules: Readonly<Record<string, string>>;
  readonly types: Readonly<Record<string, { readonly label: string; readonly text: string }>>;
  readonly messages: Readonly<Record<MessageType, TypeTexts>>;
  /** By path, for every type that has no text of its own for it. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface TypeTexts {
  readonly tells: string;
  readonly when: string;
  readonly note?: string;
  /** Of types whose payload has no fields. */
  readonly payload?: string;
  readonly fields?: Readonly<Record<string, string>>;
}

export const MESSAGE_TEXTS: Readonly<Record<Language, MessageTexts>> = {
  "en-US": enUS,
  "zh-CN": zhCN,
};

/** Every field of a message type's payload, what is inside of it directly below it. */
export function fieldRows(messageType: MessageType): readonly FieldRow[] {
  const fields = MESSAGE_TABLE[messageType];
  return fields === "anything" ? [] : rowsOf(fields, "");
}

function rowsOf(fields: ObjectSchema, prefix: string): FieldRow[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const optional = typeof field === "object" && "optional" in field;
    const type = optional ? field.optional : field;
    const path = `${prefix}${name}`;
    return [{ path, type, optional }, ...rowsInside(type, path)];
  });
}

function rowsInside(type: FieldType, path: string): FieldRow[] {
  if (typeof type === "string") return [];
  if ("object" in type) return rowsOf(type.object, `${path}.`);
  if ("list" in type) return rowsInside(type.list, `${path}[]`);
  if ("map" in type) return rowsInside(type.map, `${path}.*`);
  return [];
}

/** The name under which a field type is explained; undefined for one that lists its values. */
export function typeName(type: FieldType): string | undefined {
  if (typeof type === "string") return type;
  if ("list" in type) return "list";
  return "object" in type || "map" in type ? "object" : undefined;
}

/** What a field means in a message type. */
export function fieldText(texts: MessageTexts, messageType: MessageType, path: string) {
  return texts.messages[messageType].fields?.[path] ?? texts.fields[path];
}
