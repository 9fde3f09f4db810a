import { ConnectionLog } from "./connection-log";
import { ErrorReporter } from "./error-reporter";
import { statusOf } from "./status";
import { StatusLine } from "../shared/status-line";
import { shownRate, Throughput } from "./throughput";
import { isIotAmqpError } from "../../src/errors/error";
import { joined, lookUpIn } from "../../src/errors/texts";
import { tellError } from "../../src/errors/tell";
import { causeOf } from "../../src/subscription/state";
import type { NodeMessage } from "node-red";
import type { ConnectionPlace, LogNode } from "./connection-log";
import type { StatusNode } from "../shared/status-line";
import type { FailureNode, Translate } from "../shared/translation";
import type { Clock } from "../../src/clock";
import type { IotAmqpError } from "../../src/errors/error";
import type { Language } from "../../src/errors/texts";
import type { SubscriptionState } from "../../src/subscription/state";

type MonitoredNode = StatusNode & FailureNode & LogNode;

/** Shows how a subscriber is doing: in its status, to Catch nodes, in the log, and to its form. */
export class Monitor {
  readonly #node: MonitoredNode;
  readonly #clock: Clock;
  readonly #translate: Translate;
  readonly #statusLine: StatusLine;
  readonly #errors: ErrorReporter;
  readonly #throughput: Throughput;
  #state: SubscriptionState = { value: "idle" };
  #sinceMs: number;
  #isUnattended = false;
  #log: ConnectionLog | undefined;
  #last: { readonly error: IotAmqpError; readonly atMs: number } | undefined;

  constructor(node: MonitoredNode, translate: Translate, clock: Clock) {
    this.#node = node;
    this.#clock = clock;
    this.#translate = translate;
    this.#sinceMs = clock.now();
    this.#statusLine = new StatusLine(node, clock);
    this.#errors = new ErrorReporter(node, translate);
    this.#throughput = new Throughput(clock, () => {
      this.#showStatus();
    });
  }

  showState(state: SubscriptionState): void {
    if (state.value !== this.#state.value) this.#sinceMs = this.#clock.now();
    this.#state = state;
    this.#remember(causeOf(state));
    this.#showStatus();
    const isTold = this.#errors.reportState(state);
    this.#log?.show(state, isTold);
  }

  /** Logs from now on when it connects to a place and when it loses that. */
  logConnections(place: ConnectionPlace): void {
    const tools = { translate: this.#translate, clock: this.#clock };
    this.#log = new ConnectionLog(this.#node, place, tools);
  }

  /** Shows whether messages are to be settled by ack nodes, and there is none. */
  showUnattended(isUnattended: boolean): void {
    if (isUnattended === this.#isUnattended) return;
    this.#isUnattended = isUnattended;
    this.#showStatus();
  }

  /** Shows why the subscriber could not be started. */
  showFailure(thrown: unknown): void {
    if (isIotAmqpError(thrown)) this.showState({ value: "failed", cause: thrown });
    else this.report(thrown);
  }

  /** Counts a message that has been handed to the flow. */
  countMessage(): void {
    this.#throughput.count();
  }

  /** Reports what went wrong with one message; Catch gets the error with it. */
  report(thrown: unknown, message?: NodeMessage): void {
    this.#remember(thrown);
    this.#errors.report(thrown, message);
  }

  /** Reports an error unless one of its code was reported since all was well. */
  reportOnce(error: IotAmqpError): void {
    this.#remember(error);
    this.#errors.reportOnce(error);
  }

  /** The state, since when, how much comes and what went wrong last, as plain data. */
  snapshot(language: Language) {
    const cause = causeOf(this.#state);
    const last = this.#last;
    return {
      state: { ...this.#state, ...(cause && { cause: plainError(cause, language) }) },
      sinceMs: this.#sinceMs,
      ratePerSecond: shownRate(this.#throughput.ratePerSecond),
      lastError: last ? { ...plainError(last.error, language), atMs: last.atMs } : null,
    };
  }

  /** Shows the last status if it still waits, and leaves no timer behind. */
  close(): void {
    this.#throughput.close();
    this.#log?.close();
    this.#statusLine.close();
  }

  #showStatus(): void {
    const rate = shownRate(this.#throughput.ratePerSecond);
    // Below one a second each message would change the status.
    const figures = { rate: rate < 1 ? 0 : rate, isUnattended: this.#isUnattended };
    this.#statusLine.show(statusOf(this.#state, this.#translate, figures));
  }

  #remember(thrown: unknown): void {
    // The same cause comes with every state until the connection has proved good: keep the time of
    // its first report.
    if (thrown === this.#last?.error) return;
    if (isIotAmqpError(thrown)) this.#last = { error: thrown, atMs: this.#clock.now() };
  }
}

/** An error as plain data, in the language of a form or a page. */
export function plainError(error: IotAmqpError, language: Language) {
  const { text, remedy } = tellError(error, lookUpIn(language));
  return { code: error.code, text: joined(language, text, remedy) };
}
