import { API_ERRORS } from "./table/api";
import { COMMAND_ERRORS } from "./table/command";
import { DIAGNOSIS_ERRORS } from "./table/diagnosis";
import { REQUEST_ERRORS, STORE_ERRORS } from "./table/flow";
import { DECODE_ERRORS, MESSAGE_ERRORS, PAYLOAD_ERRORS, SETTLEMENT_ERRORS } from "./table/message";
import { NETWORK_ERRORS } from "./table/network";
import { PROTOCOL_ERRORS, REFUSAL_ERRORS } from "./table/platform";
import { INSTALLATION_ERRORS, SETTING_ERRORS } from "./table/settings";
import { TLS_ERRORS } from "./table/tls";
import type { Retry } from "./entry";

/** Every error code, in the order of docs/errors.md. */
export const ERRORS = {
  ...SETTING_ERRORS,
  ...INSTALLATION_ERRORS,
  ...NETWORK_ERRORS,
  ...TLS_ERRORS,
  ...REFUSAL_ERRORS,
  ...PROTOCOL_ERRORS,
  ...DECODE_ERRORS,
  ...PAYLOAD_ERRORS,
  ...MESSAGE_ERRORS,
  ...SETTLEMENT_ERRORS,
  ...REQUEST_ERRORS,
  ...STORE_ERRORS,
  ...API_ERRORS,
  ...COMMAND_ERRORS,
  ...DIAGNOSIS_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

/** When to try again after an error. What may be retried is data, not a chain of conditions. */
export function retryOf({ code }: { readonly code: ErrorCode }): Retry {
  return ERRORS[code].retry;
}
