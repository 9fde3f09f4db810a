import type { Cancel, Clock } from "../clock";
import type { Outcome } from "./link";

/** What is needed of rhea's delivery. */
export interface Settleable {
  readonly id: number;
  accept(): void;
  release(): void;
  reject(): void;
}

/** When outcomes that wait for others of their kind are sent, and whom to tell how many were. */
export interface Coalescing {
  readonly settleDelayMs: number;
  readonly settleBatch: number;
  /** Called when rhea has `count` outcomes to write; what it is given from now on comes after. */
  readonly written: (count: number) => void;
}

const byId = (one: Settleable, other: Settleable): number => one.id - other.id;

/**
 * Sends outcomes, those of a kind together, because at 1,000 messages a second a write for each
 * costs more than all the rest; and those of another kind in another event-loop turn, because
 * rhea 3.0.5 sends what is settled in one turn with the first one's outcome: a message would be lost.
 */
export class Dispositions {
  readonly #clock: Clock;
  readonly #coalescing: Coalescing;
  /** In the order of their turns: the kind written last comes last. */
  readonly #queues = new Map<Outcome, Settleable[]>([
    ["accepted", []],
    ["released", []],
    ["rejected", []],
  ]);
  #timer: Cancel | undefined;
  /** The turn in which rhea has outcomes to write, all of one kind; it ends when they are written. */
  #turn: { readonly outcome: Outcome; readonly end: NodeJS.Immediate } | undefined;
  /** A flush was asked for that could not send all of it in this turn. */
  #overdue = false;
  #finished: (() => void) | undefined;
  #ended = false;

  constructor(clock: Clock, coalescing: Coalescing) {
    this.#clock = clock;
    this.#coalescing = coalescing;
  }

  /** Queues the outcome of a delivery; after `end` it does nothing. */
  settle(delivery: Settleable, outcome: Outcome): void {
    if (this.#ended) return;
    const queue = this.#queues.get(outcome) ?? [];
    queue.push(delivery);
    if (queue.length >= this.#coalescing.settleBatch) this.flush();
    else this.#timer ??= this.#clock.after(this.#coalescing.settleDelayMs, this.flush.bind(this));
  }

  /** Sends what is queued without waiting for more: one kind now, the others in the next turns. */
  flush(): void {
    this.#timer?.();
    this.#timer = undefined;
    for (const outcome of [...this.#queues.keys()]) {
      if (this.#turn === undefined || this.#turn.outcome === outcome) this.#write(outcome);
    }
    this.#overdue = !this.#isEmpty();
  }

  /** Sends all that is queued, then calls `finished`: at once, or some event-loop turns later. */
  finish(finished: () => void): void {
    this.#finished = finished;
    this.flush();
    this.#finishWhenEmpty();
  }

  /** Forgets what is queued: the link is gone. */
  end(): void {
    this.#ended = true;
    this.#timer?.();
    this.#timer = undefined;
    clearImmediate(this.#turn?.end);
    this.#turn = undefined;
    this.#finished = undefined;
    for (const outcome of this.#queues.keys()) this.#queues.set(outcome, []);
  }

  #write(outcome: Outcome): void {
    const batch = this.#queues.get(outcome) ?? [];
    if (batch.length === 0) return;
    this.#queues.delete(outcome);
    this.#queues.set(outcome, []);
    // rhea writes in a tick of its own, which is over before the next turn begins.
    this.#turn ??= { outcome, end: setImmediate(this.#turnEnded.bind(this)) };
    // rhea joins neighbours only: in order, accepts are one frame, whatever order they came in.
    for (const delivery of batch.sort(byId)) settleAs(outcome, delivery);
    this.#coalescing.written(batch.length);
  }

  #turnEnded(): void {
    this.#turn = undefined;
    if (this.#overdue || this.#finished !== undefined) this.flush();
    this.#finishWhenEmpty();
  }

  #isEmpty(): boolean {
    return [...this.#queues.values()].every((queue) => queue.length === 0);
  }

  #finishWhenEmpty(): void {
    if (!this.#isEmpty()) return;
    const finished = this.#finished;
    this.#finished = undefined;
    finished?.();
  }
}

function settleAs(outcome: Outcome, delivery: Settleable): void {
  switch (outcome) {
    case "accepted":
      delivery.accept();
      return;
    case "released":
      // Without an argument: rhea would make `modified` of it, which is another outcome.
      delivery.release();
      return;
    case "rejected":
      delivery.reject();
  }
}
