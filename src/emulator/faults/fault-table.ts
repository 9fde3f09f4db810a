import { shown } from "../../errors/invalid-setting";
import { CALL_FAULTS } from "./call-faults";
import { CONNECTION_FAULTS } from "./connection-faults";
import { FaultRequestError } from "./fault-request";
import { MESSAGE_FAULTS } from "./message-faults";
import { STREAM_FAULTS } from "./stream-faults";
import type { ParameterInput } from "./parameter";

/** Every fault by its name. */
export const FAULTS = { ...CONNECTION_FAULTS, ...STREAM_FAULTS, ...MESSAGE_FAULTS, ...CALL_FAULTS };

export type FaultName = keyof typeof FAULTS;

/** A fault by its name, with its parameters beside it. */
export type FaultRequest = {
  readonly [Name in FaultName]: { readonly fault: Name } & ParameterInput<
    (typeof FAULTS)[Name]["parameters"]
  >;
}[FaultName];

function isFaultName(fault: unknown): fault is FaultName {
  return typeof fault === "string" && Object.hasOwn(FAULTS, fault);
}

/** The name that a request asks for. Throws FaultRequestError if there is no such fault. */
export function faultName(fault: unknown): FaultName {
  if (isFaultName(fault)) return fault;
  throw new FaultRequestError({
    field: "fault",
    kind: fault === undefined ? "missing" : "wrong",
    value: shown(fault),
    allowed: { rule: "choice", choices: Object.keys(FAULTS).join(", ") },
  });
}
