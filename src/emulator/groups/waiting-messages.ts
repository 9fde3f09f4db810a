import { Fifo } from "./fifo";
import { Pace } from "./rate";
import type { EmulatorMessage } from "./message";
import type { GroupLimits } from "../../settings/emulator";

/** A message that a group keeps until it is accepted or too old. Times are monotonic. */
export interface QueuedMessage {
  readonly message: EmulatorMessage;
  readonly storedAtMs: number;
  /** How often it has been sent. */
  attempts: number;
  /** In the backlog: when it may be sent again. */
  dueMs: number;
  /** The second of a message that is sent twice; a copy is not copied again. */
  readonly isCopy: boolean;
}

/** How often old messages are looked for while nobody takes any. */
const SWEEP_MS = 60_000;

/** The messages of a group that wait to be sent: new ones, and the backlog of those not accepted. */
export class WaitingMessages {
  readonly #limits: GroupLimits;
  readonly #copies = new Fifo<QueuedMessage>();
  readonly #fresh = new Fifo<QueuedMessage>();
  /** In the order of their due times: each waits equally long. */
  readonly #backlog = new Fifo<QueuedMessage>();
  readonly #backlogPace: Pace;
  #sweptAtMs = Number.NEGATIVE_INFINITY;
  #expired = 0;

  constructor(limits: GroupLimits) {
    this.#limits = limits;
    this.#backlogPace = new Pace(limits.backlogPerSecond);
  }

  get length(): number {
    return this.#copies.length + this.#fresh.length + this.#backlog.length;
  }

  /** How many were dropped: too old, or the oldest of too many. */
  get expired(): number {
    return this.#expired;
  }

  push(message: EmulatorMessage, nowMs: number): void {
    this.sweep(nowMs);
    if (this.length >= this.#limits.maxBacklog) {
      if (this.#backlog.shift() === undefined) this.#fresh.shift();
      this.#expired += 1;
    }
    this.#fresh.push({ message, storedAtMs: nowMs, attempts: 0, dueMs: 0, isCopy: false });
  }

  /** Queues the message once more, before all others. The copy is kept like any other message. */
  pushCopy({ message, storedAtMs }: QueuedMessage): void {
    this.#copies.push({ message, storedAtMs, attempts: 0, dueMs: 0, isCopy: true });
  }

  /** Back from a consumer that did not accept it. */
  putBack(queued: QueuedMessage, nowMs: number): void {
    queued.dueMs = nowMs + this.#limits.backlogRetryMs;
    this.#backlog.push(queued);
  }

  /** Removes the next message to send now. New ones first: the backlog must not hold them back. */
  take(nowMs: number): QueuedMessage | undefined {
    for (const queue of [this.#copies, this.#fresh]) {
      for (let queued = queue.shift(); queued !== undefined; queued = queue.shift()) {
        if (this.#keeps(queued, nowMs)) return queued;
        this.#expired += 1;
      }
    }
    for (let queued = this.#backlog.first; queued !== undefined; queued = this.#backlog.first) {
      if (queued.dueMs > nowMs) return undefined;
      if (this.#keeps(queued, nowMs)) return this.#takeFromBacklog(nowMs);
      this.#backlog.shift();
      this.#expired += 1;
    }
    return undefined;
  }

  /** When the backlog has something to send; undefined if it is empty. */
  backlogAtMs(nowMs: number): number | undefined {
    const first = this.#backlog.first;
    return first && Math.max(first.dueMs, this.#backlogPace.nextAtMs(nowMs));
  }

  /** Drops what is too old; cheap when called often. */
  sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < Math.min(SWEEP_MS, this.#limits.retentionMs)) return;
    this.#sweptAtMs = nowMs;
    const keeps = (queued: QueuedMessage) => this.#keeps(queued, nowMs);
    for (const queue of [this.#copies, this.#fresh, this.#backlog]) {
      this.#expired += queue.filter(keeps);
    }
  }

  #takeFromBacklog(nowMs: number): QueuedMessage | undefined {
    if (this.#backlogPace.nextAtMs(nowMs) > nowMs) return undefined;
    this.#backlogPace.pass(nowMs);
    return this.#backlog.shift();
  }

  #keeps(queued: QueuedMessage, nowMs: number): boolean {
    return nowMs - queued.storedAtMs < this.#limits.retentionMs;
  }
}
