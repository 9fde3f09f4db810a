import { resolveAck } from "../src/flow-options";
import { validators } from "./lib/form.editor";

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  resolveAck({ [setting]: value });
});
