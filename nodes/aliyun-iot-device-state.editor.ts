import { chosenStore, DEVICE_STATE_DEFAULTS, resolveDeviceState } from "../src/flow-options";
import { showDefaults, storeNumbers, validators } from "./lib/form.editor";
import type { RED as Editor } from "@node-red/editor-client";
import type { ContextStores } from "../src/flow-options";
import type { FormNode } from "./lib/form.editor";

declare const RED: Editor;

const PREFIX = "node-input";

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
  return isStores(told) ? { usual: told.default, names: told.stores } : undefined;
}

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  const options = resolveDeviceState({ [setting]: value });
  const known = stores();
  if (known !== undefined) chosenStore(options, known);
});

/** Offers the contexts and the stores as the core nodes do, and names its parts for screen readers. */
export function prepare(node: FormNode): void {
  showDefaults(node, PREFIX, DEVICE_STATE_DEFAULTS);
  const field = $(`#${PREFIX}-context`);
  field.typedInput({ types: ["flow", "global"], typeField: `#${PREFIX}-contextType` });
  field
    .next(".red-ui-typedInput-container")
    .find("input, button")
    .attr("aria-label", node._("settings.context"));
}

/** Stores what the editor does not store as it should by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["maxDevices"]);
}
