import { translateError } from "../shared/translation";
import { timeOfDay } from "../../src/errors/texts";
import { causeOf } from "../../src/subscription/state";
import type { Translate } from "../shared/translation";
import type { Cancel, Clock } from "../../src/clock";
import type { IotAmqpError } from "../../src/errors/error";
import type { SubscriptionState } from "../../src/subscription/state";

/** The connections of one subscriber change together, a moment one after another. */
const PAUSE_MS = 1_000;

/** A node, as far as its log goes. */
export interface LogNode {
  log(line: string): void;
}

/** Where a subscriber connects to. */
export interface ConnectionPlace {
  readonly host: string;
  readonly port: number;
  readonly group: string;
}

type Subscribed = Extract<SubscriptionState, { value: "subscribed" }>;

interface LogTools {
  readonly translate: Translate;
  readonly clock: Clock;
}

/** What a line tells of; a state between two of them is none. */
type Condition = "all" | "some" | "none" | "stopped";

function conditionOf(state: SubscriptionState): Condition | undefined {
  switch (state.value) {
    case "subscribed":
      return state.connected === state.connections ? "all" : "some";
    case "connecting":
    case "backoff":
    case "failed":
      return "none";
    case "stopped":
      return "stopped";
    case "idle":
    case "draining":
      return undefined;
  }
}

/** Writes a line to the log for each change between connected and not connected. */
export class ConnectionLog {
  readonly #node: LogNode;
  readonly #translate: Translate;
  readonly #clock: Clock;
  readonly #place: ConnectionPlace;
  #state: SubscriptionState = { value: "idle" };
  #now: Condition = "none";
  #logged: Condition = "none";
  /** When and why it was not connected at all, until a line says that it is again. */
  #outage: { readonly cause: IotAmqpError | undefined; fromMs: number; toMs: number } | undefined;
  /** The cause of the last change is in the log already, or a Catch node has it. */
  #isTold = false;
  #cancelPause: Cancel | undefined;

  constructor(node: LogNode, place: ConnectionPlace, { translate, clock }: LogTools) {
    this.#node = node;
    this.#place = place;
    this.#translate = translate;
    this.#clock = clock;
  }

  /** Takes note of a state; `isTold`: its cause has just been reported as an error. */
  show(state: SubscriptionState, isTold: boolean): void {
    const condition = conditionOf(state);
    if (condition === undefined) return;
    this.#state = state;
    this.#isTold ||= isTold;
    if (condition === this.#now) return;
    const nowMs = this.#clock.monotonicMs();
    if (this.#now === "none" && this.#outage !== undefined) this.#outage.toMs = nowMs;
    if (condition === "none" && (this.#logged === "all" || this.#logged === "some")) {
      this.#outage ??= { cause: causeOf(state), fromMs: nowMs, toMs: nowMs };
    }
    this.#now = condition;
    this.#cancelPause ??= this.#clock.after(PAUSE_MS, () => {
      this.#cancelPause = undefined;
      this.#write();
    });
  }

  /** Leaves no timer behind. */
  close(): void {
    this.#cancelPause?.();
  }

  #write(): void {
    const line = this.#line();
    this.#logged = this.#now;
    this.#isTold = false;
    if (this.#now !== "none") this.#outage = undefined;
    if (line !== undefined) this.#node.log(line);
  }

  #line(): string | undefined {
    const state = this.#state;
    if (state.value === "subscribed") return this.#connectedLine(state);
    if (this.#now === this.#logged) return undefined;
    if (state.value === "stopped") return this.#translate("log.stopped");
    // At a start nothing was lost.
    if (this.#isTold || this.#outage === undefined) return undefined;
    const reason = this.#short(causeOf(state));
    if (state.value !== "backoff") return this.#translate("log.lost", { reason });
    const time = timeOfDay(state.nextAttemptAtMs);
    return this.#translate("log.lostUntil", { reason, time });
  }

  #connectedLine({ connected, connections }: Subscribed): string | undefined {
    const values = { ...this.#place, connected, connections };
    if (this.#outage !== undefined) {
      const { cause, fromMs, toMs } = this.#outage;
      const seconds = Math.ceil((toMs - fromMs) / 1_000);
      return this.#translate("log.back", { ...values, seconds, reason: this.#short(cause) });
    }
    if (this.#now === this.#logged || (this.#now === "some" && this.#isTold)) return undefined;
    return this.#translate("log.connected", values);
  }

  #short(cause: IotAmqpError | undefined): string {
    return cause === undefined ? "" : translateError(cause, this.#translate).short;
  }
}
