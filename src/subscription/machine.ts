import { retryOf } from "../errors/table";
import type { IotAmqpError, Retry } from "../errors/error";

/**
 * An attempt counts as good only after this long subscribed, or with the first settled delivery:
 * otherwise a link that is closed at once would be tried again at full speed for ever.
 */
export const PROVEN_AFTER_MS = 30_000;

/** Attempts in a row that failed in the same way. */
interface Failures {
  readonly count: number;
  readonly retry: Retry;
  /** The last failure, for people; kept while the next attempt is under way. */
  readonly cause?: IotAmqpError;
}

const NO_FAILURES: Failures = { count: 0, retry: "fast" };

/** What one of a subscription's connections is doing. */
export type MachineState =
  | { readonly value: "idle" }
  | { readonly value: "connecting"; readonly failures: Failures }
  | { readonly value: "attaching"; readonly failures: Failures }
  | { readonly value: "subscribed"; readonly failures: Failures }
  | {
      readonly value: "backoff";
      readonly failures: Failures;
      readonly cause: IotAmqpError;
      readonly delayMs: number;
    }
  | { readonly value: "draining" }
  | { readonly value: "stopped" }
  | { readonly value: "failed"; readonly cause: IotAmqpError };

/** What can happen to a connection. */
export type MachineInput =
  | { readonly type: "start" }
  /** The connect limiter did not admit the attempt. */
  | { readonly type: "held"; readonly delayMs: number; readonly cause: IotAmqpError }
  | { readonly type: "opened" }
  | { readonly type: "attached" }
  | { readonly type: "proven" }
  | { readonly type: "due" }
  /** The link is gone; `random` in [0, 1) spreads the next attempt. */
  | { readonly type: "ended"; readonly cause: IotAmqpError; readonly random: number }
  | { readonly type: "stop" }
  /** Nothing is unsettled any more, or the drain took too long. */
  | { readonly type: "drained" };

/** What is to be done. `wait` and `prove` replace any timer; every other effect cancels it. */
export type MachineEffect =
  | { readonly run: "connect" }
  | { readonly run: "wait"; readonly delayMs: number }
  | { readonly run: "prove"; readonly delayMs: number }
  | { readonly run: "drain" }
  | { readonly run: "close" };

export interface Transition {
  readonly next: MachineState;
  readonly effect?: MachineEffect;
}

const FAST = { firstMs: 1_000, maxMs: 30_000 };
const SLOW = { firstMs: 30_000, maxMs: 300_000 };

/**
 * How long to wait after `failures` attempts in a row (1 and up) have failed; `random` is in [0, 1).
 *
 * After a network failure the wait is anything up to the limit (full jitter), so that clients that
 * failed together do not come back together. After a refusal it is shortened by a fifth at most:
 * faster attempts would only use up the platform's connect limit.
 */
export function backoffMs(
  failures: number,
  retry: Exclude<Retry, "never">,
  random: number,
): number {
  const { firstMs, maxMs } = retry === "fast" ? FAST : SLOW;
  const limitMs = Math.min(maxMs, firstMs * 2 ** (failures - 1));
  return Math.round(retry === "fast" ? limitMs * random : limitMs * (1 - random / 5));
}

const same = (state: MachineState): Transition => ({ next: state });
const connect = (failures: Failures): Transition => ({
  next: { value: "connecting", failures },
  effect: { run: "connect" },
});

function wait(failures: Failures, cause: IotAmqpError, delayMs: number): Transition {
  return { next: { value: "backoff", failures, cause, delayMs }, effect: { run: "wait", delayMs } };
}

function retryOrFail(failures: Failures, cause: IotAmqpError, random: number): Transition {
  const retry = retryOf(cause);
  if (retry === "never") return { next: { value: "failed", cause } };
  // Another class of failure starts anew: a refusal after ten network failures is the first refusal.
  const count = failures.retry === retry ? failures.count + 1 : 1;
  return wait({ count, retry, cause }, cause, backoffMs(count, retry, random));
}

/** The next state and what to do, for any state and input; an input that does not fit is ignored. */
export function transition(state: MachineState, input: MachineInput): Transition {
  switch (state.value) {
    case "idle":
    case "stopped":
    case "failed":
      if (input.type === "start") return connect(NO_FAILURES);
      return input.type === "stop" ? { next: { value: "stopped" } } : same(state);
    case "backoff":
      if (input.type === "due") return connect(state.failures);
      return input.type === "stop" ? { next: { value: "stopped" } } : same(state);
    case "connecting":
    case "attaching":
    case "subscribed":
      return transitionWhileUp(state, input);
    case "draining":
      if (input.type === "ended") return { next: { value: "stopped" } };
      return input.type === "drained" ? { next: state, effect: { run: "close" } } : same(state);
  }
}

type UpState = Extract<MachineState, { value: "connecting" | "attaching" | "subscribed" }>;

/** Transitions while an attempt is under way or has succeeded. */
function transitionWhileUp(state: UpState, input: MachineInput): Transition {
  const { failures, value } = state;
  switch (input.type) {
    case "held":
      if (value !== "connecting") return same(state);
      // The limiter explains the wait only where no failure does.
      return wait(failures, failures.cause ?? input.cause, input.delayMs);
    case "opened":
      return value === "connecting" ? { next: { value: "attaching", failures } } : same(state);
    case "attached":
      if (value !== "attaching") return same(state);
      return {
        next: { value: "subscribed", failures },
        effect: { run: "prove", delayMs: PROVEN_AFTER_MS },
      };
    case "proven":
      // Each written outcome proves it; only the first one after a failure changes anything.
      if (value !== "subscribed" || failures === NO_FAILURES) return same(state);
      return { next: { value, failures: NO_FAILURES } };
    case "ended":
      return retryOrFail(failures, input.cause, input.random);
    case "stop":
      return {
        next: { value: "draining" },
        effect: { run: value === "subscribed" ? "drain" : "close" },
      };
    case "start":
    case "due":
    case "drained":
      return same(state);
  }
}
