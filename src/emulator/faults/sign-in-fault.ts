import { standFor } from "./counted";
import { fault } from "./fault";
import { count, flag } from "./parameter";

export const REFUSE_SIGN_IN = fault({
  description: "refuses the next sign-ins: SASL code 1, or 2 if “unavailable” is true",
  parameters: { count: count(1), unavailable: flag(false) },
  start(stage, { count, unavailable }) {
    standFor(stage, count, (spend) => ({
      onSignIn() {
        spend();
        return unavailable ? "unavailable" : { ok: false, reason: "a fault was asked for" };
      },
    }));
    return { refusing: count };
  },
});
