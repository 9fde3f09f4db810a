import { COMMAND_ACTIONS } from "../protocol/command";
import { choice, integer, plainText, withDefaults } from "./read";
import type { CommandAction, CommandQos } from "../protocol/command";
import type { Range, Stored } from "./read";

/** Defaults of the command node's properties as a flow stores them. */
export const COMMAND_DEFAULTS = {
  /** Label in the editor. */
  name: "",
  /** ID of the `aliyun-iot-instance` node. */
  instance: "",
  action: "set-properties",
  device: "device",
  deviceType: "msg",
  identifier: "",
  identifierType: "str",
  topic: "",
  topicType: "str",
  data: "payload",
  dataType: "msg",
  qos: 0,
  /** s. */
  timeout: 10,
  /** s; 0: done when the platform has taken the command. */
  waitForReply: 0,
} as const;

/** Limits of the numbers, both included. */
export const COMMAND_LIMITS = {
  timeout: { min: 1, max: 60 },
  waitForReply: { min: 0, max: 600 },
} as const satisfies Record<string, Range>;

/** How long the platform waits for the answer to a request (RRpc), in s. */
const REQUEST_TIMEOUT: Range = { min: 1, max: 8 };

/** Limits of an action's timeout, in s. */
export function timeoutRange(action: CommandAction): Range {
  return action === "request" ? REQUEST_TIMEOUT : COMMAND_LIMITS.timeout;
}

/** The timeout of an action where none is set, in s. */
export function defaultTimeout(action: CommandAction): number {
  return action === "request" ? REQUEST_TIMEOUT.max : COMMAND_DEFAULTS.timeout;
}

/** Where an address field takes its value from, as Node-RED's typed inputs name it. */
export const ADDRESS_TYPES = ["str", "msg", "flow", "global", "env"] as const;
/** The same for the data; the text of `json` is sent as it is, so `25.0` stays `25.0`. */
export const DATA_TYPES = ["msg", "flow", "global", "str", "json", "env"] as const;
export type SourceType = (typeof ADDRESS_TYPES)[number] | (typeof DATA_TYPES)[number];

/** A typed input. */
export interface ValueSource {
  readonly type: SourceType;
  readonly value: string;
}

/** The fields that are typed inputs. */
export const COMMAND_FIELDS = ["device", "identifier", "topic", "data"] as const;
export type CommandField = (typeof COMMAND_FIELDS)[number];

/** What a command node sends, checked; the values themselves come with each message. */
export interface CommandOptions extends Readonly<Record<CommandField, ValueSource>> {
  readonly action: CommandAction;
  readonly qos: CommandQos;
  /** Of the call; of a request: how long the platform waits for the device. */
  readonly timeoutMs: number;
  readonly waitForReplyMs: number;
}

/** The fields that an action needs; of a request the topic may be empty. */
export function fieldsOf(action: CommandAction): readonly CommandField[] {
  switch (action) {
    case "set-properties":
      return ["device", "data"];
    case "invoke-service":
      return ["device", "identifier", "data"];
    case "publish":
    case "request":
      return ["device", "topic", "data"];
    case "get-status":
    case "get-properties":
      return ["device"];
  }
}

/** Whether an action is sent with a quality of service. */
export function hasQos(action: CommandAction): boolean {
  return action === "publish" || canWaitForReply(action);
}

/** Whether a device answers an action through the subscription. */
export function canWaitForReply(action: CommandAction): boolean {
  return action === "set-properties" || action === "invoke-service";
}

function source(settings: Stored, field: CommandField, types: readonly SourceType[]): ValueSource {
  const type = choice(settings, `${field}Type`, types);
  const value = settings[field] ?? "";
  // A number or an object is a value that an import has put where the editor stores text.
  return { type, value: typeof value === "string" ? value : JSON.stringify(value) };
}

/** A source whose text, where it is typed in, cannot have a variable inside: no address has. */
function addressSource(settings: Stored, field: CommandField): ValueSource {
  const { type, value } = source(settings, field, ADDRESS_TYPES);
  return { type, value: type === "str" ? plainText(field, value) : value };
}

/** Checks a command node's stored settings. Throws SettingError for the first bad one. */
export function resolveCommand(stored: Stored): CommandOptions {
  const action = choice(withDefaults(stored, COMMAND_DEFAULTS), "action", COMMAND_ACTIONS);
  const settings = withDefaults(stored, { ...COMMAND_DEFAULTS, timeout: defaultTimeout(action) });
  const address = (field: CommandField) =>
    // What another action has left in a field that is hidden now is not looked at.
    fieldsOf(action).includes(field)
      ? addressSource(settings, field)
      : source(settings, field, ADDRESS_TYPES);
  return {
    action,
    device: address("device"),
    identifier: address("identifier"),
    topic: address("topic"),
    data: source(settings, "data", DATA_TYPES),
    qos: integer(settings, "qos", { min: 0, max: 1 }) === 0 ? 0 : 1,
    timeoutMs: integer(settings, "timeout", timeoutRange(action)) * 1_000,
    waitForReplyMs: canWaitForReply(action)
      ? integer(settings, "waitForReply", COMMAND_LIMITS.waitForReply) * 1_000
      : 0,
  };
}
