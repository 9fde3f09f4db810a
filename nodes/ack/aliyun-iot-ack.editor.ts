import { showDefaults } from "../shared/form.editor";
import { addSearchWords } from "../shared/palette.editor";
import { validators } from "../shared/validation.editor";
import { ACK_DEFAULTS, resolveAck } from "../../src/settings/ack";
import type { FormNode } from "../shared/form.editor";

addSearchWords("aliyun-iot-ack");

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  resolveAck({ [setting]: value });
});

/** Fills in what an imported flow leaves out. */
export function prepare(node: FormNode): void {
  showDefaults(node, "node-input", ACK_DEFAULTS);
}
