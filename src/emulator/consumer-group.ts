import { MinuteLimit } from "./rate";
import { WaitingMessages } from "./waiting";
import type { Cancel, Clock } from "../clock";
import type { SignedInConnection } from "./behaviour";
import type { EmulatorMessage } from "./message";
import type { GroupLimits } from "./options";
import type { Entry } from "./waiting";

/**
 * How a delivery ended. `timeout`: nobody settled it in time. `lost`: its consumer left before.
 * `none`: settled without an outcome.
 */
export type Ending = Settlement | "timeout" | "lost";
/** An ending that the client has asked for. */
export type Settlement = "accepted" | "released" | "rejected" | "modified" | "none";

/** A receiver link, as its group sees it. */
export interface Consumer {
  /** How many messages it takes now. */
  credit(): number;
  /** Takes one message; to be settled with the group. */
  deliver(unsettled: Unsettled): void;
  /** Not settled in time; the group has taken the message back. */
  timedOut(unsettled: Unsettled): void;
}

/** A message sent to a consumer and not settled yet. */
export interface Unsettled {
  readonly message: EmulatorMessage;
  readonly consumer: Consumer;
  readonly deadlineMs: number;
  /** 1 for the first time. */
  readonly attempt: number;
}

export interface GroupEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  /** Runs an action later in this turn of the event loop, never at once. */
  readonly defer: (action: () => void) => void;
  /** Told of every delivery and of every ending. */
  readonly observe: (messageId: string, event: "sent" | Ending) => void;
}

/** What `GET /groups` tells of one group. */
export interface GroupStatus {
  readonly consumerGroupId: string;
  readonly consumers: number;
  /** Messages that wait: for credit, or to be sent again. */
  readonly backlog: number;
  readonly unsettled: number;
  readonly accepted: number;
  readonly released: number;
  readonly rejected: number;
  readonly modified: number;
  readonly timedOut: number;
  /** Deliveries whose consumer left, or lost its connection, before they were settled. */
  readonly lost: number;
  /** Dropped by age or because too many waited. */
  readonly expired: number;
}

/** One turn sends at most so many, so that sockets and timers get their turn too. */
const DISPATCH_BATCH = 500;

/** A consumer group: its messages, its consumers, and who gets what. Knows no socket. */
export class ConsumerGroup {
  readonly consumerGroupId: string;
  readonly connects: MinuteLimit;
  /** Open connections, whether or not they have their link yet. */
  readonly members = new Set<SignedInConnection>();
  readonly #settleTimeoutMs: number;
  readonly #environment: GroupEnvironment;
  readonly #waiting: WaitingMessages;
  /** In the order of their deadlines: each has equally long. */
  readonly #unsettled = new Map<Unsettled, Entry>();
  readonly #consumers = new Set<Consumer>();
  readonly #counts: Record<Ending, number> = {
    ...{ accepted: 0, released: 0, rejected: 0, modified: 0, none: 0 },
    ...{ timeout: 0, lost: 0 },
  };
  #dispatching = false;
  #stopped = false;
  #cancelBacklog: Cancel | undefined;
  #cancelDeadline: Cancel | undefined;

  constructor(consumerGroupId: string, limits: GroupLimits, environment: GroupEnvironment) {
    this.consumerGroupId = consumerGroupId;
    this.connects = new MinuteLimit(limits.maxConnectsPerMinute);
    this.#settleTimeoutMs = limits.settleTimeoutMs;
    this.#environment = environment;
    this.#waiting = new WaitingMessages(limits);
  }

  push(message: EmulatorMessage): void {
    this.#waiting.push(message, this.#nowMs());
    this.dispatch();
  }

  join(consumer: Consumer): void {
    this.#consumers.add(consumer);
    this.dispatch();
  }

  /** What the consumer has not settled goes to the backlog. */
  leave(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer)) return;
    for (const unsettled of [...this.#unsettled.keys()]) {
      if (unsettled.consumer === consumer) this.#end(unsettled, "lost");
    }
    this.dispatch();
  }

  /** Ends a delivery. False if it has ended before: then it is too late. */
  settle(unsettled: Unsettled, ending: Settlement): boolean {
    if (!this.#unsettled.has(unsettled)) return false;
    this.#end(unsettled, ending);
    this.dispatch();
    return true;
  }

  status(): GroupStatus {
    this.#waiting.sweep(this.#nowMs());
    const { accepted, released, rejected, modified, timeout: timedOut, lost } = this.#counts;
    return {
      consumerGroupId: this.consumerGroupId,
      consumers: this.#consumers.size,
      backlog: this.#waiting.length,
      unsettled: this.#unsettled.size,
      ...{ accepted, released, rejected, modified, timedOut, lost },
      expired: this.#waiting.expired,
    };
  }

  /** No timer runs after this. */
  stop(): void {
    this.#stopped = true;
    this.#cancelBacklog?.();
    this.#cancelDeadline?.();
  }

  /** Sends what can be sent, soon. To be called whenever a consumer may have got credit. */
  dispatch(): void {
    if (this.#dispatching || this.#stopped) return;
    this.#dispatching = true;
    this.#environment.defer(() => {
      this.#dispatching = false;
      if (!this.#stopped) this.#send();
    });
  }

  #nowMs(): number {
    return this.#environment.clock.monotonicMs();
  }

  #send(): void {
    // Asked once for all: with 64 consumers, asking each for each message costs 20 us a message.
    const willing = [...this.#consumers].filter((consumer) => consumer.credit() > 0);
    for (let sent = 0; sent < DISPATCH_BATCH; sent += 1) {
      const consumer = this.#pick(willing);
      if (consumer === undefined) return;
      const entry = this.#waiting.take(this.#nowMs());
      if (entry === undefined) {
        this.#awaitBacklog();
        return;
      }
      this.#deliver(entry, consumer);
    }
    this.dispatch();
  }

  /** One of them by chance; those that have no credit any more are taken out. */
  #pick(willing: Consumer[]): Consumer | undefined {
    while (willing.length > 0) {
      const at = Math.floor(this.#environment.random() * willing.length);
      const consumer = willing[at];
      if (consumer !== undefined && consumer.credit() > 0) return consumer;
      willing.splice(at, 1);
    }
    return undefined;
  }

  #deliver(entry: Entry, consumer: Consumer): void {
    entry.attempts += 1;
    const { message, attempts: attempt } = entry;
    const deadlineMs = this.#nowMs() + this.#settleTimeoutMs;
    const unsettled = { message, consumer, deadlineMs, attempt };
    this.#unsettled.set(unsettled, entry);
    this.#environment.observe(message.messageId, "sent");
    this.#awaitDeadline();
    consumer.deliver(unsettled);
  }

  /** What was not accepted goes to the backlog. */
  #end(unsettled: Unsettled, ending: Ending): void {
    const entry = this.#unsettled.get(unsettled);
    this.#unsettled.delete(unsettled);
    this.#counts[ending] += 1;
    if (ending !== "accepted" && entry !== undefined) this.#waiting.putBack(entry, this.#nowMs());
    this.#environment.observe(unsettled.message.messageId, ending);
  }

  #awaitBacklog(): void {
    this.#cancelBacklog?.();
    this.#cancelBacklog = undefined;
    const nowMs = this.#nowMs();
    const atMs = this.#waiting.backlogAtMs(nowMs);
    if (atMs === undefined) return;
    this.#cancelBacklog = this.#environment.clock.after(atMs - nowMs, () => {
      this.dispatch();
    });
  }

  #awaitDeadline(): void {
    if (this.#cancelDeadline !== undefined || this.#stopped) return;
    const first = this.#unsettled.keys().next().value;
    if (first === undefined) return;
    const delayMs = first.deadlineMs - this.#nowMs();
    this.#cancelDeadline = this.#environment.clock.after(delayMs, () => {
      this.#cancelDeadline = undefined;
      this.#timeOut();
      this.#awaitDeadline();
    });
  }

  #timeOut(): void {
    for (const unsettled of this.#unsettled.keys()) {
      if (unsettled.deadlineMs > this.#nowMs()) break;
      this.#end(unsettled, "timeout");
      unsettled.consumer.timedOut(unsettled);
    }
    this.dispatch();
  }
}
