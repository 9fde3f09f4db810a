import { DIAGNOSIS_ERRORS } from "./table/diagnosis";
import { FLOW_ERRORS } from "./table/flow";
import { MESSAGE_ERRORS } from "./table/message";
import { NETWORK_ERRORS } from "./table/network";
import { PLATFORM_ERRORS } from "./table/platform";
import { SETTINGS_ERRORS } from "./table/settings";
import { TLS_ERRORS } from "./table/tls";
import type { Retry } from "./entry";

/** Every error code, in the order of docs/errors.md. */
export const ERRORS = {
  ...SETTINGS_ERRORS,
  ...NETWORK_ERRORS,
  ...TLS_ERRORS,
  ...PLATFORM_ERRORS,
  ...MESSAGE_ERRORS,
  ...FLOW_ERRORS,
  ...DIAGNOSIS_ERRORS,
} as const;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

/** When to try again after an error. What may be retried is data, not a chain of conditions. */
export function retryOf({ code }: { readonly code: ErrorCode }): Retry {
  return ERRORS[code].retry;
}
