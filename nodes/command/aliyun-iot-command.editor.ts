import { showDefaults } from "../shared/form.editor";
import { validators } from "../shared/validation.editor";
import { COMMAND_DEFAULTS, resolveCommand } from "../../src/settings/command";
import type { FormNode } from "../shared/form.editor";

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  resolveCommand({ [setting]: value });
});

/** Fills in what an imported flow leaves out. */
export function prepare(node: FormNode): void {
  showDefaults(node, "node-input", COMMAND_DEFAULTS);
}
