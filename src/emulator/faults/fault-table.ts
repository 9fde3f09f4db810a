import { KICK, REBALANCE, RESET } from "./connection-faults";
import { FaultError } from "./fault-request-error";
import { DETACH, END_SESSION } from "./link-faults";
import { DUPLICATE, MALFORMED } from "./message-faults";
import { REFUSE_SIGN_IN } from "./sign-in-fault";
import { GARBAGE, HALF_FRAME, SILENT } from "./stream-faults";
import { THROTTLE } from "./throttle";
import { DELAY, REORDER } from "./transfer-faults";
import type { Given } from "./parameter";
import { shown } from "../../errors/invalid-setting";

/** Every fault by its name. A new one needs no more than a line here. */
export const FAULTS = {
  kick: KICK,
  "refuse-sign-in": REFUSE_SIGN_IN,
  rebalance: REBALANCE,
  detach: DETACH,
  "end-session": END_SESSION,
  reset: RESET,
  silent: SILENT,
  "half-frame": HALF_FRAME,
  garbage: GARBAGE,
  duplicate: DUPLICATE,
  reorder: REORDER,
  delay: DELAY,
  malformed: MALFORMED,
  throttle: THROTTLE,
} as const;

export type FaultName = keyof typeof FAULTS;

/** A fault by its name, with its parameters beside it. */
export type FaultRequest = {
  readonly [Name in FaultName]: { readonly fault: Name } & Given<
    (typeof FAULTS)[Name]["parameters"]
  >;
}[FaultName];

/** Throws FaultError for what is none. */
export function faultName(fault: unknown): FaultName {
  if (isFaultName(fault)) return fault;
  throw new FaultError({
    field: "fault",
    kind: fault === undefined ? "missing" : "wrong",
    value: shown(fault),
    allowed: { rule: "choice", choices: Object.keys(FAULTS).join(", ") },
  });
}

function isFaultName(fault: unknown): fault is FaultName {
  return typeof fault === "string" && Object.hasOwn(FAULTS, fault);
}
