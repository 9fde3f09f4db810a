import { Fifo } from "./fifo";
import { Pace } from "./rate";
import type { EmulatorMessage } from "./message";
import type { GroupLimits } from "../options";

/** A message that a group keeps until it is accepted or too old. */
export interface Entry {
  readonly message: EmulatorMessage;
  readonly storedAtMs: number;
  /** How often it has been sent. */
  attempts: number;
  /** In the backlog: when it may be sent again. */
  dueMs: number;
  /** Sent because its original was to be sent twice. */
  readonly isCopy: boolean;
}

/** While nobody fetches anything, old messages are looked for so often. */
const SWEEP_MS = 60_000;

/** What waits to be sent: new messages, and the backlog of those that were not accepted. */
export class WaitingMessages {
  readonly #limits: GroupLimits;
  readonly #copies = new Fifo<Entry>();
  readonly #fresh = new Fifo<Entry>();
  /** In the order of their due times: each waits equally long. */
  readonly #backlog = new Fifo<Entry>();
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

  /** Has the message sent once more, before all others, and kept like any other. */
  copy({ message, storedAtMs }: Entry): void {
    this.#copies.push({ message, storedAtMs, attempts: 0, dueMs: 0, isCopy: true });
  }

  /** Back from a consumer that did not accept it. */
  putBack(entry: Entry, nowMs: number): void {
    entry.dueMs = nowMs + this.#limits.backlogRetryMs;
    this.#backlog.push(entry);
  }

  /** The next to send now. New ones first: the backlog must not hold them back. */
  take(nowMs: number): Entry | undefined {
    for (const queue of [this.#copies, this.#fresh]) {
      for (let entry = queue.shift(); entry !== undefined; entry = queue.shift()) {
        if (this.#keeps(entry, nowMs)) return entry;
        this.#expired += 1;
      }
    }
    for (let entry = this.#backlog.first; entry !== undefined; entry = this.#backlog.first) {
      if (entry.dueMs > nowMs) return undefined;
      if (this.#keeps(entry, nowMs)) return this.#takeFromBacklog(nowMs);
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
    const keeps = (entry: Entry) => this.#keeps(entry, nowMs);
    for (const queue of [this.#copies, this.#fresh, this.#backlog]) {
      this.#expired += queue.filter(keeps);
    }
  }

  #takeFromBacklog(nowMs: number): Entry | undefined {
    if (this.#backlogPace.nextAtMs(nowMs) > nowMs) return undefined;
    this.#backlogPace.pass(nowMs);
    return this.#backlog.shift();
  }

  #keeps(entry: Entry, nowMs: number): boolean {
    return nowMs - entry.storedAtMs < this.#limits.retentionMs;
  }
}
