import { showDefaults, storeNumbers } from "../shared/form.editor";
import { addSearchWords } from "../shared/palette.editor";
import { TypedField } from "../shared/typed-field.editor";
import { isVariable, validators } from "../shared/validation.editor";
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

addSearchWords("aliyun-iot-device-state");

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  if (isVariable(value)) return;
  const options = resolveDeviceState({ [setting]: value });
  const known = stores();
  if (known !== undefined) resolveStore(options, known);
});

/** Offers contexts and stores as the core nodes do, and marks what the runtime would refuse. */
export function prepare(node: FormNode): void {
  showDefaults(node, PREFIX, DEVICE_STATE_DEFAULTS);
  const hint = "aliyun-iot-device-state-context-hint";
  new TypedField(node, { setting: "context", types: ["flow", "global"], hint, validate });
}

/** Stores what the editor does not store by itself. */
export function save(node: FormNode): void {
  storeNumbers(node, PREFIX, ["maxDevices"]);
}
