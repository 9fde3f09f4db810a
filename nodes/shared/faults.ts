import { translateError } from "./texts";
import type { NodeMessage } from "node-red";
import type { Translate } from "./texts";
import { isIotAmqpError } from "../../src/errors/error";
import type { ErrorCode, IotAmqpError } from "../../src/errors/error";
import type { SubscriptionState } from "../../src/subscription/state";

/** An error as Catch shows it: the bare text, the code, and no cause, which may hold anything. */
export class FlowError extends Error {
  readonly code: ErrorCode | undefined;

  constructor(text: string, code?: ErrorCode) {
    super(text);
    this.name = "IotAmqpError";
    this.code = code;
  }

  // Node-RED prints an error by toString(), and the name would only be in the way.
  override toString(): string {
    return this.message;
  }
}

/** What anything thrown becomes for the flow. */
export function flowError(thrown: unknown, translate: Translate): FlowError {
  if (isIotAmqpError(thrown)) {
    return new FlowError(translateError(thrown, translate).text, thrown.code);
  }
  return new FlowError(thrown instanceof Error ? thrown.message : String(thrown));
}

type ReportError = (error: FlowError, message: NodeMessage) => void;

/** Sends errors to Catch: those of a state once until all is well, those of a message each. */
export class Faults {
  readonly #report: ReportError;
  readonly #translate: Translate;
  /** What has gone wrong since all was well, as already reported. */
  readonly #reported = new Set<ErrorCode>();

  constructor(report: ReportError, translate: Translate) {
    this.#report = report;
    this.#translate = translate;
  }

  /** Reports the cause of a state, unless an attempt before has failed for the same one. */
  state(state: SubscriptionState): void {
    const cause = "cause" in state ? state.cause : undefined;
    if (cause !== undefined) this.once(cause);
    else if (state.value === "subscribed") this.#reported.clear();
  }

  /** Reports an error unless one of its code was reported since all was well. */
  once(error: IotAmqpError): void {
    if (this.#reported.has(error.code)) return;
    this.#reported.add(error.code);
    this.message(error);
  }

  /** Reports what went wrong with one message; Catch gets it with `message`. */
  message(thrown: unknown, message: NodeMessage = {}): void {
    // Catch hears only errors that come with an object.
    this.#report(flowError(thrown, this.#translate), message);
  }
}
