import { showDefaults, storeNumbers } from "../shared/form.editor";
import { isVariable, ProblemMarker, validators } from "../shared/validation.editor";
import {
  resolveStore,
  DEVICE_STATE_DEFAULTS,
  resolveDeviceState,
} from "../../src/settings/device-state";
import type { RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "../shared/form.editor";
import type { ContextStores } from "../../src/settings/device-state";

declare const RED: Editor;

const PREFIX = "node-input";

interface EditorStores {
  readonly default: string;
  readonly stores: readonly string[];
}

function isStores(value: unknown): value is EditorStores {
  return typeof value === "object" && value !== null && "default" in value && "stores" in value;
}

/** The context stores of the runtime, as the editor knows them. */
function stores(): ContextStores | undefined {
  const { settings } = RED;
  const context: unknown = "context" in settings ? settings.context : undefined;
  return isStores(context) ? { defaultName: context.default, names: context.stores } : undefined;
}

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  if (isVariable(value)) return;
  const options = resolveDeviceState({ [setting]: value });
  const known = stores();
  if (known !== undefined) resolveStore(options, known);
});

/** Labels the parts of the field (context, store and key) for screen readers. */
function labelParts(node: FormNode, field: JQuery, container: JQuery): void {
  const partText = (label: string, value: string) => node._("form.part", { label, value });
  const store =
    /^#:\((\S+?)\)::/.exec(field.typedInput("value"))?.[1] ?? stores()?.defaultName ?? "";
  container.find("input").attr({
    "aria-label": node._("settings.context"),
    "aria-describedby": "aliyun-iot-device-state-context-hint",
  });
  container
    .find(".red-ui-typedInput-type-select")
    .attr("aria-label", partText(node._("settings.contextType"), field.typedInput("type")));
  container
    .find(".red-ui-typedInput-option-trigger")
    .attr("aria-label", partText(node._("form.store"), store));
}

/** Offers contexts and stores as the core nodes do, and marks what the runtime would refuse. */
export function prepare(node: FormNode): void {
  showDefaults(node, PREFIX, DEVICE_STATE_DEFAULTS);
  const field = $(`#${PREFIX}-context`);
  field.typedInput({ types: ["flow", "global"], typeField: `#${PREFIX}-contextType` });
  field.typedInput("width", "var(--aliyun-iot-field-width)");
  const container = field.next(".red-ui-typedInput-container");
  // The editor would show the reason on its own field, which is hidden now.
  const marker = new ProblemMarker(container);
  const check = validate("context");
  const update = () => {
    labelParts(node, field, container);
    marker.mark(check.call(node, field.typedInput("value"), {}));
  };
  field.on("change keyup", update);
  update();
}

/** Stores what the editor does not store by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["maxDevices"]);
}
