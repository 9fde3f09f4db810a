import { COMMAND_FIELDS, fieldsOf, hasQos } from "../settings/command";
import { isJsonObject } from "../protocol/json";
import { memberText } from "../protocol/json-member";
import { utf8Text } from "../protocol/utf8";
import { UsageError } from "./settings";
import type { CommandAction } from "../protocol/command";
import type { CommandField } from "../settings/command";
import type { Io } from "./io";
import type { CALL_SOURCES, Given } from "./settings";

const NAMES = [...COMMAND_FIELDS, "qos", "timeout"] as const;
type Name = (typeof NAMES)[number];

/** A command's fields as they were given; nobody has looked at their values yet. */
export type CallFields = Readonly<Partial<Record<Name, unknown>>>;

/** Throws UsageError for a field that the action would leave unused. */
function checkTaken(action: CommandAction, fields: CallFields, shown: (name: string) => string) {
  const taken: readonly string[] = [
    ...fieldsOf(action),
    "timeout",
    ...(hasQos(action) ? ["qos"] : []),
  ];
  const other = Object.keys(fields).find((name) => !taken.includes(name));
  if (other !== undefined) throw new UsageError("notTaken", { action, field: shown(other) });
}

async function readAll(stdin: Io["stdin"]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A command as a JSON object; nothing at all is a command without fields. */
function fieldsOfJson(action: CommandAction, bytes: Buffer): CallFields {
  const json = utf8Text(bytes)?.trim();
  if (json === undefined) throw new UsageError("inputNotUtf8", {});
  if (json === "") return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    parsed = undefined;
  }
  if (!isJsonObject(parsed)) throw new UsageError("inputNoCommand", { fields: NAMES.join(", ") });
  checkTaken(action, parsed, (name) => `“${name}”`);
  const { data } = parsed;
  const isText = data === undefined || data === null || typeof data === "string";
  return isText ? parsed : { ...parsed, data: memberText(json, "data") };
}

/** Reads a command's fields from its flags, or from standard input where there are none. */
export async function readFields(
  action: CommandAction,
  given: Given<Pick<typeof CALL_SOURCES, CommandField | "qos" | "timeout">>,
  { stdin }: Pick<Io, "stdin">,
): Promise<CallFields> {
  const flags: CallFields = Object.fromEntries(
    NAMES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
  if (Object.keys(flags).length > 0) {
    checkTaken(action, flags, (name) => `--${name}`);
    return flags.data === "-" ? { ...flags, data: await readAll(stdin) } : flags;
  }
  // Nobody types a command there: the error that follows says what is missing.
  if ("isTTY" in stdin && stdin.isTTY === true) return {};
  return fieldsOfJson(action, await readAll(stdin));
}
