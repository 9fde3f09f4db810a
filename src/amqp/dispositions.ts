import type { Cancel, Clock } from "../clock";
import type { Outcome } from "./link";

/** What is needed of rhea's delivery. */
export interface Settleable {
  readonly id: number;
  accept(): void;
  release(): void;
  reject(): void;
}

/** When accepts that wait for others are sent, and whom to tell how many outcomes were. */
export interface Coalescing {
  readonly acceptDelayMs: number;
  readonly acceptBatch: number;
  /** Called when rhea has `count` outcomes to write; what it is given from now on comes after. */
  readonly written: (count: number) => void;
}

const byId = (one: Settleable, other: Settleable): number => one.id - other.id;

/**
 * Sends outcomes: accepts gathered, because at 1,000 messages a second one write each costs more
 * than all the rest; each other outcome in an event-loop turn of its own, because rhea 3.0.5
 * sends what is settled in one turn with the first one's outcome, and a message would be lost.
 */
export class Dispositions {
  readonly #clock: Clock;
  readonly #coalescing: Coalescing;
  #accepted: Settleable[] = [];
  #released: Settleable[] = [];
  #rejected: Settleable[] = [];
  #timer: Cancel | undefined;
  #turn: NodeJS.Immediate | undefined;
  #finished: (() => void) | undefined;
  #ended = false;

  constructor(clock: Clock, coalescing: Coalescing) {
    this.#clock = clock;
    this.#coalescing = coalescing;
  }

  /** Queues the outcome of a delivery; after `end` it does nothing. */
  settle(delivery: Settleable, outcome: Outcome): void {
    if (this.#ended) return;
    switch (outcome) {
      case "accepted":
        this.#accepted.push(delivery);
        this.#acceptSoon();
        return;
      case "released":
        this.#released.push(delivery);
        break;
      case "rejected":
        this.#rejected.push(delivery);
        break;
    }
    this.#turnSoon();
  }

  /** Sends the accepts now; the other outcomes are on their way already. */
  flush(): void {
    this.#timer?.();
    this.#timer = undefined;
    const batch = this.#accepted;
    if (batch.length === 0) return;
    this.#accepted = [];
    // rhea joins neighbours only: in order, a batch is one frame, whatever order they came in.
    batch.sort(byId);
    for (const delivery of batch) delivery.accept();
    this.#coalescing.written(batch.length);
  }

  /** Sends all that is queued, then calls `finished`: at once, or some event-loop turns later. */
  finish(finished: () => void): void {
    this.flush();
    this.#finished = finished;
    if (this.#turn === undefined) this.#finish();
  }

  /** Forgets what is queued: the link is gone. */
  end(): void {
    this.#ended = true;
    this.#timer?.();
    this.#timer = undefined;
    clearImmediate(this.#turn);
    this.#turn = undefined;
    this.#finished = undefined;
    this.#accepted = this.#released = this.#rejected = [];
  }

  #acceptSoon(): void {
    const { acceptBatch, acceptDelayMs } = this.#coalescing;
    if (this.#accepted.length >= acceptBatch) {
      this.flush();
      return;
    }
    this.#timer ??= this.#clock.after(acceptDelayMs, () => {
      this.flush();
    });
  }

  #turnSoon(): void {
    this.#turn ??= setImmediate(() => {
      this.#turn = undefined;
      this.#writeOne();
    });
  }

  /** rhea writes at the end of this turn, before anything else can settle. */
  #writeOne(): void {
    const released = this.#released.shift();
    const rejected = released === undefined ? this.#rejected.shift() : undefined;
    // Without an argument: rhea would make `modified` of it, which is another outcome.
    released?.release();
    rejected?.reject();
    if (released === undefined && rejected === undefined) {
      this.#finish();
      return;
    }
    // After rhea's own tick, which writes: an accept that this brings about must not join in.
    process.nextTick(() => {
      if (!this.#ended) this.#coalescing.written(1);
    });
    if (this.#finished !== undefined || this.#released.length + this.#rejected.length > 0) {
      this.#turnSoon();
    }
  }

  #finish(): void {
    this.flush();
    const finished = this.#finished;
    this.#finished = undefined;
    finished?.();
  }
}
