import { Faults } from "../shared/faults";
import { statusOf } from "./status";
import { StatusLine } from "../shared/status-line";
import { shownRate, Throughput } from "./throughput";
import type { NodeMessage, NodeStatus } from "node-red";
import type { FlowError } from "../shared/faults";
import type { Translate } from "../shared/texts";
import { isIotAmqpError } from "../../src/errors/error";
import { joined, lookUpIn } from "../../src/errors/texts";
import { tellError } from "../../src/errors/tell";
import type { Clock } from "../../src/clock";
import type { IotAmqpError } from "../../src/errors/error";
import type { Language } from "../../src/errors/texts";
import type { SubscriptionState } from "../../src/subscription/state";

/** Where a monitor shows what it knows. */
export interface MonitorOutput {
  status(status: NodeStatus): void;
  error(error: FlowError, message: NodeMessage): void;
  readonly translate: Translate;
}

/** Shows how a subscriber is doing: in its status, to Catch nodes, and to whoever asks. */
export class Monitor {
  readonly #clock: Clock;
  readonly #translate: Translate;
  readonly #line: StatusLine;
  readonly #faults: Faults;
  readonly #throughput: Throughput;
  #state: SubscriptionState = { value: "idle" };
  #sinceMs: number;
  #last: { readonly error: IotAmqpError; readonly atMs: number } | undefined;

  constructor(output: MonitorOutput, clock: Clock) {
    this.#clock = clock;
    this.#translate = output.translate;
    this.#sinceMs = clock.now();
    this.#line = new StatusLine((status) => {
      output.status(status);
    }, clock);
    this.#faults = new Faults((error, message) => {
      output.error(error, message);
    }, output.translate);
    this.#throughput = new Throughput(clock, () => {
      this.#show();
    });
  }

  state(state: SubscriptionState): void {
    if (state.value !== this.#state.value) this.#sinceMs = this.#clock.now();
    this.#state = state;
    if ("cause" in state) this.#remember(state.cause);
    this.#show();
    this.#faults.state(state);
  }

  /** A message has been handed to the flow. */
  delivered(): void {
    this.#throughput.count();
  }

  /** Something went wrong with one message, or with the start. */
  problem(thrown: unknown, message?: NodeMessage): void {
    this.#remember(thrown);
    this.#faults.message(thrown, message);
  }

  /** Reports an error unless one of its code was reported since all was well. */
  once(error: IotAmqpError): void {
    this.#remember(error);
    this.#faults.once(error);
  }

  /** The state, since when, how much comes and what went wrong last, as plain data. */
  snapshot(language: Language) {
    const { value, ...rest } = this.#state;
    const cause = "cause" in this.#state ? this.#state.cause : undefined;
    const told = cause && { cause: toldError(cause, language) };
    const last = this.#last;
    return {
      state: { value, ...rest, ...told },
      sinceMs: this.#sinceMs,
      ratePerSecond: shownRate(this.#throughput.ratePerSecond),
      lastError: last ? { ...toldError(last.error, language), atMs: last.atMs } : null,
    };
  }

  /** Shows what still waits to be shown, and leaves no timer behind. */
  close(): void {
    this.#throughput.close();
    this.#line.close();
  }

  #show(): void {
    const rate = shownRate(this.#throughput.ratePerSecond);
    // Less is no stream, and each message would be a change of the status.
    this.#line.show(statusOf(this.#state, this.#translate, rate < 1 ? 0 : rate));
  }

  #remember(thrown: unknown): void {
    // The cause of a state is told with each state until it has proved itself gone.
    if (thrown === this.#last?.error) return;
    if (isIotAmqpError(thrown)) this.#last = { error: thrown, atMs: this.#clock.now() };
  }
}

function toldError(error: IotAmqpError, language: Language) {
  const { text, remedy } = tellError(error, lookUpIn(language));
  return { code: error.code, text: joined(language, text, remedy) };
}
