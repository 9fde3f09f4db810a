import { showDefaults, showWhile, textOf } from "../shared/form.editor";
import { addSearchWords } from "../shared/palette.editor";
import { isVariable, validators, withoutVariables } from "../shared/validation.editor";
import {
  identifiersIn,
  PROPERTIES_DEFAULTS,
  resolveProperties,
} from "../../src/settings/properties";
import type { FormNode } from "../shared/form.editor";

const PREFIX = "node-input";
const IDENTIFIERS = "#aliyun-iot-properties-identifiers";
const EXAMPLES = ".aliyun-iot-form-example";

addSearchWords("aliyun-iot-properties");

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  resolveProperties({ [setting]: withoutVariables(value) });
});

/** Fills the form and wires what the editor does not handle by itself. */
export function prepare(node: FormNode): void {
  showDefaults(node, PREFIX, PROPERTIES_DEFAULTS);
  const stored: unknown = node["identifiers"];
  const text: unknown = Array.isArray(stored) ? stored.join(", ") : stored;
  // An environment variable in place of the list is text.
  $(IDENTIFIERS).val(typeof text === "string" ? text : "");
  $(`${EXAMPLES} [data-output]`).each((_, example) => {
    const output = $(example).attr("data-output");
    showWhile(`#${PREFIX}-output`, `[data-output="${output}"]`, (field) => field.val() === output);
  });
  const others = $(`#${PREFIX}-passOthers`);
  const updateOutputs = () => {
    const { outputs } = PROPERTIES_DEFAULTS;
    $(`#${PREFIX}-outputs`).val(others.is(":checked") ? outputs + 1 : outputs);
  };
  others.on("change", updateOutputs);
  updateOutputs();
}

/** Stores what the editor does not store by itself. */
export function save(node: FormNode): void {
  const text = textOf(IDENTIFIERS);
  node["identifiers"] = isVariable(text) ? text : identifiersIn(text);
}
