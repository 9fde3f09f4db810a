import { isVariable, marker, showDefaults, storeNumbers, validators } from "../shared/form.editor";
import type { RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "../shared/form.editor";
import {
  resolveStore,
  DEVICE_STATE_DEFAULTS,
  resolveDeviceState,
} from "../../src/settings/device-state";
import type { ContextStores } from "../../src/settings/device-state";

declare const RED: Editor;

const PREFIX = "node-input";
/** As wide as the fields beside it (form.css). */
const WIDTH = "min(70%, calc(100% - 160px), 520px)";

interface EditorStores {
  readonly default: string;
  readonly stores: readonly string[];
}

function isStores(value: unknown): value is EditorStores {
  return typeof value === "object" && value !== null && "default" in value && "stores" in value;
}

/** The stores that the runtime has told the editor of. */
function stores(): ContextStores | undefined {
  const { settings } = RED;
  const told = "context" in settings ? settings.context : undefined;
  return isStores(told) ? { defaultName: told.default, names: told.stores } : undefined;
}

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  if (isVariable(value)) return;
  const options = resolveDeviceState({ [setting]: value });
  const known = stores();
  if (known !== undefined) resolveStore(options, known);
});

/** The parts of the field for context, store and key say what they are, also to screen readers. */
function nameParts(node: FormNode, field: JQuery, container: JQuery): void {
  const told = (label: string, value: string) => node._("form.part", { label, value });
  const value = field.typedInput("value");
  const store = /^#:\((\S+?)\)::/.exec(value)?.[1] ?? stores()?.defaultName ?? "";
  const context = told(node._("settings.contextType"), field.typedInput("type"));
  container.find("input").attr("aria-label", node._("settings.context"));
  container.find(".red-ui-typedInput-type-select").attr("aria-label", context);
  container
    .find(".red-ui-typedInput-option-trigger")
    .attr("aria-label", told(node._("form.store"), store));
}

/** Offers contexts and stores as the core nodes do, and marks what the runtime would refuse. */
export function prepare(node: FormNode): void {
  showDefaults(node, PREFIX, DEVICE_STATE_DEFAULTS);
  const field = $(`#${PREFIX}-context`);
  field.typedInput({ types: ["flow", "global"], typeField: `#${PREFIX}-contextType` });
  field.typedInput("width", WIDTH);
  const container = field.next(".red-ui-typedInput-container");
  // The editor would put its reason on the field that is hidden now.
  const mark = marker(container);
  const check = validate("context");
  const update = () => {
    nameParts(node, field, container);
    mark(check.call(node, field.typedInput("value"), {}));
  };
  field.on("change keyup", update);
  update();
}

/** Stores what the editor does not store as it should by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["maxDevices"]);
}
