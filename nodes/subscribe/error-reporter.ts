import { toFailure } from "../shared/translation";
import { causeOf } from "../../src/subscription/state";
import type { NodeMessage } from "node-red";
import type { FailureNode, Translate } from "../shared/translation";
import type { ErrorCode, IotAmqpError } from "../../src/errors/error";
import type { SubscriptionState } from "../../src/subscription/state";

/** Sends errors to Catch: the cause of a state once until all is well, those of messages each. */
export class ErrorReporter {
  readonly #node: FailureNode;
  readonly #translate: Translate;
  /** What has been reported since all was well. */
  readonly #reported = new Set<ErrorCode>();

  constructor(node: FailureNode, translate: Translate) {
    this.#node = node;
    this.#translate = translate;
  }

  /** Reports the cause of a state, unless an attempt before has failed for the same one; whether it did. */
  reportState(state: SubscriptionState): boolean {
    const cause = causeOf(state);
    if (cause !== undefined) return this.reportOnce(cause);
    if (state.value === "subscribed") this.#reported.clear();
    return false;
  }

  /** Reports an error unless one of its code was reported since all was well; whether it did. */
  reportOnce(error: IotAmqpError): boolean {
    if (this.#reported.has(error.code)) return false;
    this.#reported.add(error.code);
    this.report(error);
    return true;
  }

  /** Reports what went wrong with one message; Catch gets the error with `message`. */
  report(thrown: unknown, message: NodeMessage = {}): void {
    // Catch hears only errors that come with an object.
    this.#node.error(toFailure(thrown, this.#translate), message);
  }
}
