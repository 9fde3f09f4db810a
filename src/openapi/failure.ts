import { ApiError, because, CommandError } from "../errors/error";
import { presentable, field, reasonOf } from "../errors/foreign-text";
import { meaningOfNodeCode } from "../errors/node-codes";
import { API_ERRORS } from "../errors/table/api";
import { COMMAND_ERRORS } from "../errors/table/command";
import { Overdue } from "./exchange";
import type { ErrorDetails } from "../errors/error";
import type { ApiEndpoint } from "../settings/api";
import type { ApiCall } from "./client";
import type { Meaning } from "./refusal-table";

/** A call and where it goes: values for the texts' placeholders. */
export interface Caller extends ApiCall {
  readonly isQuery: boolean;
  readonly endpoint: ApiEndpoint;
  /** Host and port of the proxy, if there is one. */
  readonly proxy: string | undefined;
}

/** How one try of a call failed. */
export type CallFailure =
  /** Nothing has left this computer. */
  | { readonly kind: "unsent"; readonly error: ApiError }
  /** Too many calls; this one was not carried out. */
  | {
      readonly kind: "throttled";
      readonly apiCode: string;
      readonly retryAfterMs: number | undefined;
    }
  /** The time was refused. The offset: how far the platform's clock is ahead of this computer's. */
  | { readonly kind: "clock"; readonly apiCode: string; readonly offsetMs: number | undefined }
  /** It may have been carried out. */
  | { readonly kind: "unknown"; readonly why: ErrorDetails }
  /** It was refused, and would be again. */
  | { readonly kind: "refused"; readonly error: ApiError | CommandError };

type RefusalCode = ApiCode | CommandCode;
type ApiCode = keyof typeof API_ERRORS;
type CommandCode = keyof typeof COMMAND_ERRORS;

function isCommandCode(code: RefusalCode): code is CommandCode {
  return Object.hasOwn(COMMAND_ERRORS, code);
}

/** Whether what a code of the platform means is one of our errors. */
export function isErrorCode(meaning: Meaning): meaning is RefusalCode {
  return Object.hasOwn(COMMAND_ERRORS, meaning) || Object.hasOwn(API_ERRORS, meaning);
}

/** The device that a call names, also by its topic. */
function deviceOf({ parameters }: ApiCall): { productKey: string; deviceName: string } {
  const [, , fromTopic = ""] = (parameters["TopicFullName"] ?? "").split("/");
  return {
    productKey: parameters["ProductKey"] ?? "",
    deviceName: parameters["DeviceName"] ?? fromTopic,
  };
}

/** The error of a call that the platform refused, with the details that its text needs. */
export function refusal(
  code: RefusalCode,
  { apiCode, reason }: { readonly apiCode: string; readonly reason: string },
  caller: Caller,
): ApiError | CommandError {
  const { action, endpoint, parameters } = caller;
  const known: ErrorDetails = {
    ...endpoint,
    ...deviceOf(caller),
    apiCode: apiCode || "?",
    permission: `iot:${action}`,
    topic: parameters["TopicFullName"] ?? parameters["Topic"] ?? "",
    reason,
  };
  const entry = isCommandCode(code) ? COMMAND_ERRORS[code] : API_ERRORS[code];
  const needed: readonly string[] = entry.details;
  const given = Object.fromEntries(Object.entries(known).filter(([name]) => needed.includes(name)));
  const details = reason === "" && needed.includes("reason") ? because("noReason", given) : given;
  return isCommandCode(code) ? new CommandError(code, details) : new ApiError(code, details);
}

/** The error of a server whose answer is none of the platform's. */
export function unreadable(status: number, { endpoint: { host } }: Caller): ApiError {
  return new ApiError("API_ANSWER_UNREADABLE", { host, status });
}

/** Why there was no connection. */
function connectReason(error: unknown, proxy: string | undefined): ErrorDetails {
  if (error instanceof Overdue) {
    const { seconds, isLookingUp } = error;
    return because(isLookingUp ? "noNameServer" : "noAnswerInTime", { seconds });
  }
  const details = reasonOf(error);
  const { reason } = details;
  return proxy === undefined || reason === undefined
    ? details
    : because("proxyFailed", { proxy, cause: reason });
}

/** The error of a call of which nothing has left this computer. */
export function unreachable(error: unknown, { endpoint, proxy }: Caller): ApiError {
  const { host, port } = endpoint;
  const name = presentable(field(error, "code"));
  const isTls = meaningOfNodeCode(name)?.startsWith("TLS_") === true;
  return isTls
    ? new ApiError("API_TLS_FAILED", { host, port, ...reasonOf(error) })
    : new ApiError("API_UNREACHABLE", { host, port, ...connectReason(error, proxy) });
}

/** How far this computer's clock is off, for a text. */
export function clockReason(offsetMs: number | undefined): ErrorDetails {
  if (offsetMs === undefined) return because("clockUnknown");
  const seconds = Math.round(Math.abs(offsetMs) / 1_000);
  return because(offsetMs > 0 ? "clockBehind" : "clockAhead", { seconds });
}

/** The error that a call ends with after its last try. */
export function finalError(
  failure: CallFailure,
  { isQuery }: Caller,
  tries: number,
): ApiError | CommandError {
  switch (failure.kind) {
    case "unsent":
    case "refused":
      return failure.error;
    case "throttled":
      return new ApiError("API_THROTTLED", { tries, apiCode: failure.apiCode });
    case "clock": {
      const { offsetMs, apiCode } = failure;
      const details = { ...clockReason(offsetMs), apiCode };
      return new ApiError("API_CLOCK_OFF", details);
    }
    case "unknown":
      return isQuery
        ? new ApiError("API_UNAVAILABLE", { tries, ...failure.why })
        : new CommandError("OUTCOME_UNKNOWN", failure.why);
  }
}
