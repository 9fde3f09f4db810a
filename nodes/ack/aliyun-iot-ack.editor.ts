import { validators } from "../shared/validation.editor";
import { resolveAck } from "../../src/settings/ack";

/** Validator of one setting, by the runtime's own rules. */
export const validate = validators((setting, value) => {
  resolveAck({ [setting]: value });
});
