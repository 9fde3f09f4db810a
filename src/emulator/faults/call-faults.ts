import { ACTION_NAMES } from "../api/actions";
import { gatewayError, productError, throttledError } from "../api/api-error";
import { ANSWER_FORMS, inForm } from "./answer-forms";
import { fault, forNext } from "./fault";
import {
  choice,
  count,
  flag,
  integer,
  number,
  optionalChoice,
  optionalSeconds,
  requiredChoice,
  seconds,
  text,
} from "./parameter";
import type { ApiError } from "../api/api-error";
import type { ApiHooks, Call } from "../api/hooks";
import type { FaultContext } from "./fault";
import type { ParameterValues } from "./parameter";

/** Parameters of every fault of calls: how many, and which. */
const CALL_CHOICE = {
  count: count(1),
  action: optionalChoice("all actions", ACTION_NAMES),
  device: text("all devices"),
};

type CallChoice = ParameterValues<typeof CALL_CHOICE>;

/** Takes a call that is meant, and counts it; undefined for others, or if nothing is to be done. */
type Take = <T>(call: Call, fault: T | undefined) => T | undefined;

/** Puts hooks in force for the next `count` of the calls that are meant. */
function forNextCalls(
  context: FaultContext,
  { count, action, device }: CallChoice,
  hooks: (take: Take) => ApiHooks,
): void {
  forNext(context, count, (used) =>
    hooks((call, fault) => {
      const isMeant =
        (action === undefined || action === call.action) &&
        (device === undefined || device === call.deviceName);
      if (!isMeant || fault === undefined) return undefined;
      used();
      return fault;
    }),
  );
}

/** Why a call is refused. */
const REASONS = ["throttled", "no-permission"] as const;

function reasonError(reason: (typeof REASONS)[number]): ApiError {
  return reason === "throttled"
    ? throttledError()
    : productError("iot.common.RamActionPermissionDeny", "RAM user: the action is not permitted.");
}

/** What comes in place of the answer. */
const BREAKS = ["cut", "500", "503"] as const;

function breakError(how: (typeof BREAKS)[number]): ApiError | "cut" {
  switch (how) {
    case "cut":
      return "cut";
    case "500":
      return gatewayError("InternalError", "The request processing has failed.", 500);
    case "503":
      return gatewayError("ServiceUnavailable", "The service is unavailable for now.", 503);
  }
}

const FAILURES = ["offline", "offline-reply", "half-connected", "no-answer", "code"] as const;
/** Codes of replies: the platform's, and from 100,000 those of devices. */
const CODES = { min: 1, max: 999_999 };
const OFF_SECONDS = { min: -86_400, max: 86_400 };

/** Faults of calls to the API. */
export const CALL_FAULTS = {
  "refuse-call": fault({
    description: "refuses the next calls to the API; nothing is carried out",
    parameters: { reason: choice("throttled", REASONS), ...CALL_CHOICE },
    start(context, { reason, ...chosen }) {
      forNextCalls(context, chosen, (take) => ({
        onCall: (call) => take(call, { kind: "refuse", error: reasonError(reason) }),
      }));
      return { refusing: chosen.count };
    },
  }),
  "break-call": fault({
    description: "cuts the connection in place of the next answers, or answers with an error 5xx",
    parameters: { how: choice("cut", BREAKS), executed: flag(true), ...CALL_CHOICE },
    start(context, { how, executed, ...chosen }) {
      forNextCalls(context, chosen, (take) => ({
        onCall: (call) => take(call, { kind: "break", error: breakError(how), executed }),
      }));
      return { breaking: chosen.count };
    },
  }),
  "delay-call": fault({
    description: "answers the next calls so much later, and carries them out after that or before",
    parameters: { seconds: seconds(1), executed: flag(false), ...CALL_CHOICE },
    start(context, { seconds, executed, ...chosen }) {
      forNextCalls(context, chosen, (take) => ({
        onCall: (call) => take(call, { kind: "delay", delayMs: seconds * 1_000, executed }),
      }));
      return { delaying: chosen.count };
    },
  }),
  "fail-command": fault({
    description: "lets devices be offline, not answer, or answer with another code than 200",
    parameters: { how: choice("offline", FAILURES), code: integer(100_001, CODES), ...CALL_CHOICE },
    start(context, { how, code, ...chosen }) {
      const failure = how === "code" ? { how, code } : { how };
      forNextCalls(context, chosen, (take) => ({
        onCommand: (call) => take(call, how === "code" && !call.hasCode ? undefined : failure),
      }));
      return { failing: chosen.count };
    },
  }),
  "odd-reply": fault({
    description: "sends the next replies twice, or before the answer to the call",
    parameters: { how: choice("twice", ["twice", "early"]), ...CALL_CHOICE },
    start(context, { how, ...chosen }) {
      forNextCalls(context, chosen, (take) => ({
        onCommand: (call) => take(call, call.hasReply ? { how } : undefined),
      }));
      return { replying: chosen.count };
    },
  }),
  "answer-form": fault({
    description: "answers the next calls in another form that is documented or was seen",
    parameters: { form: requiredChoice(ANSWER_FORMS), ...CALL_CHOICE },
    start(context, { form, ...chosen }) {
      forNextCalls(context, chosen, (take) => ({
        onAnswer: (call, answer) => take(call, inForm(form, answer)),
      }));
      return { changing: chosen.count };
    },
  }),
  "clock-off": fault({
    description: "lets the clock of the API be off: fast, or with a negative number slow",
    parameters: {
      offSeconds: number(1_200, OFF_SECONDS),
      seconds: optionalSeconds("until calmed"),
    },
    start(context, { offSeconds, seconds }) {
      // Two at a time would mean nothing that is easy to say: the newest counts.
      context.endEarlier();
      const remove = context.putInForce({
        left: () => undefined,
        end: () => {
          cancel?.();
        },
        onClock: () => offSeconds * 1_000,
      });
      const cancel =
        seconds === undefined ? undefined : context.clock.after(seconds * 1_000, remove);
      return { offSeconds };
    },
  }),
};
