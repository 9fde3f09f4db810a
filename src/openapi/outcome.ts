import { because } from "../errors/error";
import { reasonOf } from "../errors/foreign-text";
import { readAnswer } from "./answer";
import { Overdue } from "./exchange";
import { meaningOf } from "./refusal-table";
import { isErrorCode, refusal, unreachable, unreadable } from "./failure";
import type { ErrorDetails } from "../errors/error";
import type { Answer } from "./answer";
import type { ApiAnswer } from "./client";
import type { Exchange } from "./exchange";
import type { CallFailure, Caller } from "./failure";
import type { Meaning } from "./refusal-table";

/** How one try of a call ended. */
export type Outcome = { readonly kind: "done"; readonly answer: ApiAnswer } | CallFailure;

type Answered = Extract<Exchange, { kind: "answered" }>;

/** What one try of a call has come to; a pure function. `nowMs`: this computer's time. */
export function outcomeOf(exchange: Exchange, caller: Caller, nowMs: number): Outcome {
  switch (exchange.kind) {
    case "unsent":
      return { kind: "unsent", error: unreachable(exchange.error, caller) };
    case "lost":
      return { kind: "unknown", why: lossOf(exchange.error) };
    case "answered": {
      const answer = exchange.text === undefined ? undefined : readAnswer(exchange.text);
      return answer === undefined
        ? unreadableOutcome(exchange, caller)
        : answerOutcome(answer, exchange, { caller, nowMs });
    }
  }
}

function lossOf(error: unknown): ErrorDetails {
  if (error instanceof Overdue) return because("noAnswerInTime", { seconds: error.seconds });
  const { reason } = reasonOf(error);
  return reason === undefined
    ? because("lostAfterSending", { cause: "?" })
    : because("lostAfterSending", { cause: reason });
}

/** What stands in place of an answer: HTML, XML, or more than is read. */
function unreadableOutcome({ status, headers }: Answered, caller: Caller): Outcome {
  if (status === 429) {
    return { kind: "throttled", apiCode: `HTTP ${status}`, retryAfterMs: retryAfter(headers) };
  }
  const isRefused = status >= 400 && status < 500;
  // Of a query, an error of a gateway in between may pass; any other page will not.
  if (isRefused || (caller.isQuery && status < 500)) {
    return { kind: "refused", error: unreadable(status, caller) };
  }
  return { kind: "unknown", why: because("answerUnreadable", { status }) };
}

/** ms, in the vendor's own header. */
function retryAfter(headers: Answered["headers"]): number | undefined {
  const value = headers["x-acs-retry-after"];
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** How far the platform's clock is ahead of this computer's. */
function clockOffset(headers: Answered["headers"], nowMs: number): number | undefined {
  const serverMs = Date.parse(headers.date ?? "");
  return Number.isNaN(serverMs) ? undefined : serverMs - nowMs;
}

function meaningAt(status: number, apiCode: string, { action }: Caller): Meaning {
  // Of a device that it does not know, RRpc says nothing.
  if (action === "RRpc" && apiCode === "") return "DEVICE_NOT_FOUND";
  const known = meaningOf(apiCode);
  if (known !== undefined) return known;
  if (status === 429) return "throttled";
  return status >= 500 ? "fault" : "API_REFUSED";
}

function answerOutcome(
  { isSuccess, requestId, apiCode, reason, body }: Answer,
  { status, headers }: Answered,
  { caller, nowMs }: { readonly caller: Caller; readonly nowMs: number },
): Outcome {
  if (isSuccess) return { kind: "done", answer: { requestId, body } };
  const meaning = meaningAt(status, apiCode, caller);
  if (isErrorCode(meaning)) {
    return { kind: "refused", error: refusal(meaning, { apiCode, reason }, caller) };
  }
  switch (meaning) {
    case "throttled":
      return { kind: "throttled", apiCode, retryAfterMs: retryAfter(headers) };
    case "clock":
      return { kind: "clock", apiCode, offsetMs: clockOffset(headers, nowMs) };
    case "repeated":
      return { kind: "unknown", why: because("nonceUsed") };
    case "fault":
      return { kind: "unknown", why: because("answeredStatus", { status, apiCode }) };
    case "timeout":
      return { kind: "unknown", why: timeoutOf(caller, { status, apiCode }) };
  }
}

function timeoutOf(
  { action, parameters }: Caller,
  details: { readonly status: number; readonly apiCode: string },
): ErrorDetails {
  if (action === "RRpc") {
    return because("requestTimeout", { seconds: Number(parameters["Timeout"]) / 1_000 });
  }
  return because(action === "InvokeThingService" ? "serviceTimeout" : "answeredStatus", details);
}
