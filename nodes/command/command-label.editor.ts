import { COMMAND_ACTIONS, parseDevice } from "../../src/protocol/command";
import { COMMAND_DEFAULTS, fieldsOf } from "../../src/settings/command";
import type { FormNode } from "../shared/form.editor";
import type { CommandAction } from "../../src/protocol/command";

const MAX_LENGTH = 24;

/** The text that is typed into a field; undefined where the value comes from elsewhere. */
function typed(node: FormNode, field: "device" | "identifier" | "topic"): string | undefined {
  const value = node[field];
  const type = node[`${field}Type`] ?? COMMAND_DEFAULTS[`${field}Type`];
  if (type !== "str" || typeof value !== "string") return undefined;
  return value.trim() || undefined;
}

/** What a command is for: its service, topic or device, the first of them that is typed in. */
function targetOf(node: FormNode, action: CommandAction): string | undefined {
  const fields = fieldsOf(action);
  const own = (["identifier", "topic"] as const).find((field) => fields.includes(field));
  const device = typed(node, "device");
  const name = device === undefined ? undefined : (parseDevice(device)?.deviceName ?? device);
  return (own === undefined ? undefined : typed(node, own)) ?? name;
}

/** What a node does in a few words, for one without a name. */
export function label(node: FormNode): string {
  const stored = node["action"] ?? COMMAND_DEFAULTS.action;
  const action = COMMAND_ACTIONS.find((known) => known === stored);
  if (action === undefined) return node._("paletteLabel");
  const words = node._(`form.labels.${action}`);
  const target = targetOf(node, action);
  if (target === undefined) return words;
  const isLong = target.length > MAX_LENGTH;
  return `${words} ${isLong ? `${target.slice(0, MAX_LENGTH - 1)}…` : target}`;
}
