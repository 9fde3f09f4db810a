import { Pace } from "./rate";
import { UnsettledDeliveries } from "./unsettled-deliveries";
import { WaitingMessages } from "./waiting-messages";
import type { Cancel, Clock } from "../../clock";
import type { EmulatorMessage } from "./message";
import type { GroupLimits } from "../../settings/emulator";
import type { Consumer, Ending, Settlement, UnsettledDelivery } from "./unsettled-deliveries";
import type { QueuedMessage } from "./waiting-messages";

/** A message that is about to be sent to one consumer of a group. */
export interface DispatchContext {
  readonly consumerGroupId: string;
  readonly message: EmulatorMessage;
}

/** What a group needs of the emulator. */
export interface GroupEnvironment {
  readonly clock: Clock;
  readonly random: () => number;
  /** Runs an action later in this turn of the event loop, never at once. */
  readonly defer: (action: () => void) => void;
  /** Whether a message that is about to be sent is sent a second time. */
  readonly isSentTwice: (context: DispatchContext) => boolean;
  /** Called for every delivery and for every ending. */
  readonly observe: (messageId: string, event: "sent" | Ending) => void;
}

/** What `GET /groups` answers for one group. */
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

/** Most messages sent in one turn of the event loop, so that sockets and timers get theirs. */
const DISPATCH_BATCH = 500;

/** A consumer group: its messages, its consumers, and who gets which. Knows no socket. */
export class ConsumerGroup {
  readonly consumerGroupId: string;
  readonly #settleTimeoutMs: number;
  readonly #environment: GroupEnvironment;
  readonly #waiting: WaitingMessages;
  readonly #unsettled: UnsettledDeliveries;
  readonly #consumers = new Set<Consumer>();
  readonly #counts: Record<Ending, number> = {
    accepted: 0,
    released: 0,
    rejected: 0,
    modified: 0,
    none: 0,
    timeout: 0,
    lost: 0,
  };
  #dispatching = false;
  #stopped = false;
  #throttle: Pace | undefined;
  #cancelLater: Cancel | undefined;

  constructor(consumerGroupId: string, limits: GroupLimits, environment: GroupEnvironment) {
    this.consumerGroupId = consumerGroupId;
    this.#settleTimeoutMs = limits.settleTimeoutMs;
    this.#environment = environment;
    this.#waiting = new WaitingMessages(limits);
    this.#unsettled = new UnsettledDeliveries(environment.clock, (unsettled) => {
      this.#end(unsettled, "timeout");
      unsettled.consumer.timedOut(unsettled);
      this.dispatch();
    });
  }

  push(message: EmulatorMessage): void {
    this.#waiting.push(message, this.#nowMs());
    this.dispatch();
  }

  join(consumer: Consumer): void {
    this.#consumers.add(consumer);
    this.dispatch();
  }

  /** Removes a consumer. What it has not settled is lost and goes to the backlog. */
  leave(consumer: Consumer): void {
    if (!this.#consumers.delete(consumer)) return;
    for (const unsettled of this.#unsettled.of(consumer)) this.#end(unsettled, "lost");
    this.dispatch();
  }

  /** Ends a delivery. False if it has ended before: then it is too late. */
  settle(unsettled: UnsettledDelivery, ending: Settlement): boolean {
    if (!this.#unsettled.has(unsettled)) return false;
    this.#end(unsettled, ending);
    this.dispatch();
    return true;
  }

  status(): GroupStatus {
    this.#waiting.sweep(this.#nowMs());
    const { accepted, released, rejected, modified, timeout, lost } = this.#counts;
    return {
      consumerGroupId: this.consumerGroupId,
      consumers: this.#consumers.size,
      backlog: this.#waiting.length,
      unsettled: this.#unsettled.size,
      accepted,
      released,
      rejected,
      modified,
      timedOut: timeout,
      lost,
      expired: this.#waiting.expired,
    };
  }

  /** From now on sends at most `perSecond` messages a second, with 0 none; undefined: no limit. */
  throttle(perSecond: number | undefined): void {
    this.#throttle = perSecond === undefined ? undefined : new Pace(perSecond);
    this.dispatch();
  }

  /** No timer runs after this. */
  stop(): void {
    this.#stopped = true;
    this.#cancelLater?.();
    this.#unsettled.stop();
  }

  /** Sends what can be sent, soon. Call it whenever a consumer may have got credit. */
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
    // Asked once a turn: with 64 consumers, asking each for each message costs 20 us a message.
    const ready = [...this.#consumers].filter((consumer) => consumer.credit() > 0);
    for (let sent = 0; sent < DISPATCH_BATCH; sent += 1) {
      const consumer = this.#pick(ready);
      if (consumer === undefined) return;
      const nowMs = this.#nowMs();
      const throttledMs = this.#throttle?.nextAtMs(nowMs) ?? nowMs;
      const queued = throttledMs > nowMs ? undefined : this.#waiting.take(nowMs);
      if (queued === undefined) {
        this.#dispatchAt(throttledMs > nowMs ? throttledMs : this.#waiting.backlogAtMs(nowMs));
        return;
      }
      this.#throttle?.pass(nowMs);
      this.#deliver(queued, consumer);
    }
    this.dispatch();
  }

  /** A random one of them. Removes those that have no credit any more. */
  #pick(ready: Consumer[]): Consumer | undefined {
    while (ready.length > 0) {
      const at = Math.floor(this.#environment.random() * ready.length);
      const consumer = ready[at];
      if (consumer !== undefined && consumer.credit() > 0) return consumer;
      ready.splice(at, 1);
    }
    return undefined;
  }

  #deliver(queued: QueuedMessage, consumer: Consumer): void {
    queued.attempts += 1;
    const { message, attempts: attempt } = queued;
    const { consumerGroupId } = this;
    if (!queued.isCopy && this.#environment.isSentTwice({ consumerGroupId, message })) {
      this.#waiting.pushCopy(queued);
    }
    const deadlineMs = this.#nowMs() + this.#settleTimeoutMs;
    const unsettled = { message, consumer, deadlineMs, attempt };
    this.#unsettled.add(unsettled, queued);
    this.#environment.observe(message.messageId, "sent");
    consumer.deliver(unsettled);
  }

  /** What was not accepted goes to the backlog. */
  #end(unsettled: UnsettledDelivery, ending: Ending): void {
    const queued = this.#unsettled.take(unsettled);
    this.#counts[ending] += 1;
    if (ending !== "accepted" && queued !== undefined) this.#waiting.putBack(queued, this.#nowMs());
    this.#environment.observe(unsettled.message.messageId, ending);
  }

  #dispatchAt(atMs: number | undefined): void {
    this.#cancelLater?.();
    this.#cancelLater = undefined;
    if (atMs === undefined || atMs === Infinity) return;
    this.#cancelLater = this.#environment.clock.after(atMs - this.#nowMs(), () => {
      this.dispatch();
    });
  }
}
