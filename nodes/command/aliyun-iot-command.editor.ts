import { ActionFields, chosenAction } from "./action-fields.editor";
import { ThingModelPanel } from "./thing-model-panel.editor";
import { instanceSettings } from "../shared/connection-test-settings.editor";
import { nodeOf } from "../shared/editor-nodes.editor";
import {
  currentValue,
  enableKeyboard,
  onFormChange,
  showDefaults,
  storeNumbers,
  textOf,
} from "../shared/form.editor";
import { addSearchWords } from "../shared/palette.editor";
import { TypedField } from "../shared/typed-field.editor";
import { isVariable, validators } from "../shared/validation.editor";
import { invalid } from "../../src/errors/invalid-setting";
import { COMMAND_ACTIONS } from "../../src/protocol/command";
import {
  ADDRESS_TYPES,
  COMMAND_DEFAULTS,
  COMMAND_FIELDS,
  DATA_TYPES,
  defaultTimeout,
  fieldsOf,
  resolveCommand,
} from "../../src/settings/command";
import { checkTyped } from "../../src/settings/typed-value";
import type { RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "../shared/form.editor";
import type { CommandField, CommandOptions } from "../../src/settings/command";

export { label } from "./command-label.editor";

declare const RED: Editor;

const PREFIX = "node-input";
/** Types whose value is the path of a property. */
const PATH_TYPES = ["msg", "flow", "global"];

function current(node: FormNode, setting: string): unknown {
  return currentValue(`#${PREFIX}-${setting}`, node[setting]);
}

/** Refuses what is no path of a property; the name of a context store may stand before it. */
function checkPath(options: CommandOptions, field: CommandField): void {
  const { type, value } = options[field];
  if (!PATH_TYPES.includes(type)) return;
  const path = type === "msg" ? value : value.replace(/^#:\(\S+?\)::/, "");
  if (!RED.utils.validatePropertyExpression(path))
    throw invalid(field, value, { rule: "propertyPath" });
}

addSearchWords("aliyun-iot-command");

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value, node) => {
  const chosen = setting === "action" ? value : current(node, "action");
  const known = COMMAND_ACTIONS.find((action) => action === chosen);
  const field = COMMAND_FIELDS.find((each) => each === setting);
  // A wrong action or type is marked at its own field.
  const action = setting === "action" ? value : (known ?? COMMAND_DEFAULTS.action);
  if (field === undefined) {
    resolveCommand({ action, [setting]: value });
    return;
  }
  if (isVariable(value)) return;
  const options = resolveCommand({
    action,
    [field]: value,
    [`${field}Type`]: current(node, `${field}Type`),
  });
  if (!fieldsOf(options.action).includes(field)) return;
  checkTyped(options, field);
  checkPath(options, field);
});

const FIELD_TYPES = {
  device: ["msg", "flow", "global", "str", "env"],
  identifier: ADDRESS_TYPES,
  topic: ADDRESS_TYPES,
  data: DATA_TYPES,
} as const;

let panel: ThingModelPanel | undefined;

/** Fills the form and wires what the editor does not handle by itself. */
export function prepare(node: FormNode): void {
  const action = COMMAND_ACTIONS.find((known) => known === node["action"]);
  const timeout = defaultTimeout(action ?? COMMAND_DEFAULTS.action);
  showDefaults(node, PREFIX, { ...COMMAND_DEFAULTS, timeout });
  enableKeyboard(node, PREFIX, "instance");
  const field = (setting: CommandField) => {
    const hint = `aliyun-iot-command-${setting}-hint`;
    return new TypedField(node, { setting, types: FIELD_TYPES[setting], hint, validate });
  };
  const fields = {
    device: field("device"),
    identifier: field("identifier"),
    topic: field("topic"),
    data: field("data"),
  };
  new ActionFields(node);
  onFormChange(`#${PREFIX}-action`, () => {
    const isText = fields.device.type === "str";
    fields.device.setPlaceholder(isText ? "a1B2/meter-07" : "");
    for (const each of Object.values(fields)) each.update();
  });
  panel = new ThingModelPanel(node, {
    container: "#aliyun-iot-command-model",
    ...fields,
    action: chosenAction,
    instance: () => {
      const instance = nodeOf(textOf(`#${PREFIX}-instance`));
      return instance === undefined ? undefined : instanceSettings(instance);
    },
  });
}

/** Ends a request that is still running when the form closes. */
export function close(): void {
  panel?.stop();
  panel = undefined;
}

/** Stores what the editor does not store by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["qos", "timeout", "waitForReply"]);
  close();
}
