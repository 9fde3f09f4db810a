import { createHash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { DecodeError } from "../errors";
import { normalise } from "../protocol/message";
import { matchesTopic } from "../protocol/topic-filter";
import { Deliveries } from "./deliveries";
import type { IncomingDelivery, Outcome } from "../amqp/link";
import type { Clock } from "../clock";
import type { SubscribeOptions } from "../options";
import type { Normalised } from "../protocol/message";
import type { Duplicates } from "./duplicates";
import type { Counters, Delivery } from "./state";

/** So many undecodable messages are told apart; each comes again every minute for a day. */
const UNDECODABLE_REMEMBERED = 1_000;

/** Where messages go. */
export interface Receiver {
  /** Hands a message over; false if nobody took it. */
  deliver(delivery: Delivery): boolean;
  undecodable(error: DecodeError): void;
  /** Manual mode: a delivery was not settled within the ack timeout and has been released. */
  expired(): void;
}

export interface IntakeParts {
  readonly options: SubscribeOptions;
  readonly duplicates: Duplicates;
  readonly clock: Clock;
  readonly receiver: Receiver;
}

/** Decides what becomes of each message that arrives: handed over, dropped or refused. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #deliveries: Deliveries;
  readonly #undecodable = new LRUCache<string, true>({ max: UNDECODABLE_REMEMBERED });
  readonly #counters = {
    received: 0,
    delivered: 0,
    accepted: 0,
    released: 0,
    rejected: 0,
    duplicates: 0,
    filtered: 0,
    undecodable: 0,
    expired: 0,
    lastMessageAtMs: undefined as number | undefined,
  };

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    const { clock, options, receiver } = parts;
    this.#deliveries = new Deliveries({
      clock,
      ackTimeoutMs: options.ackTimeoutMs,
      prefix: randomBytes(6).toString("hex"),
      expired: () => {
        this.#counters.expired += 1;
        receiver.expired();
      },
    });
  }

  get counters(): Omit<Counters, "reconnects" | "unsettled"> {
    return { ...this.#counters };
  }

  /** Takes a message from a connection; `send` sends its outcome over that, once. */
  receive(incoming: IncomingDelivery, connection: object, send: (outcome: Outcome) => void): void {
    const settle = this.#counted(send);
    const { content } = incoming;
    if (content instanceof DecodeError) {
      this.#counters.undecodable += 1;
      settle("rejected");
      this.#tellUndecodable(content);
      return;
    }
    const normalised = normalise(content, this.#parts.options.payloadFormat);
    if (!this.#isWanted(normalised)) {
      this.#counters.filtered += 1;
      settle("accepted");
    } else if (this.#isDuplicate(normalised)) {
      this.#counters.duplicates += 1;
      settle("accepted");
    } else this.#handOver(normalised, connection, settle);
  }

  /** Gives back a message that arrives when none is wanted: while pausing or closing. */
  giveBack(send: (outcome: Outcome) => void): void {
    this.#counted(send)("released");
  }

  /** Manual mode: sends the outcome for one delivery, once. Throws SettlementError otherwise. */
  settle(token: string, outcome: Outcome): void {
    this.#deliveries.take(token).settle(outcome);
  }

  /** Releases what the flow still has of a connection that is about to close. */
  release(connection: object): void {
    this.#deliveries.release(connection);
  }

  /** A connection's link is gone, and what was unsettled on it comes again. */
  lose(connection: object): void {
    this.#deliveries.lose(connection);
  }

  /** Counts a message that has arrived; the returned function counts its outcome and sends it. */
  #counted(send: (outcome: Outcome) => void): (outcome: Outcome) => void {
    this.#counters.received += 1;
    this.#counters.lastMessageAtMs = this.#parts.clock.now();
    return (outcome) => {
      this.#counters[outcome] += 1;
      send(outcome);
    };
  }

  #handOver(normalised: Normalised, connection: object, settle: (outcome: Outcome) => void): void {
    const { messageId } = normalised.message;
    const settleAndRemember = (outcome: Outcome) => {
      if (outcome === "accepted" && messageId !== undefined) {
        this.#parts.duplicates.add(messageId);
      }
      settle(outcome);
    };
    if (this.#parts.options.settleMode === "manual") {
      const token = this.#deliveries.add({ connection, settle: settleAndRemember });
      // If nobody takes it, the ack timeout releases it.
      this.#deliver({ token, ...normalised });
    } else {
      const taken = this.#deliver({ token: undefined, ...normalised });
      settleAndRemember(taken ? "accepted" : "released");
    }
  }

  #deliver(delivery: Delivery): boolean {
    const taken = this.#parts.receiver.deliver(delivery);
    if (taken) this.#counters.delivered += 1;
    return taken;
  }

  #isWanted({ message: { topic } }: Normalised): boolean {
    const { topicFilters } = this.#parts.options;
    return topicFilters.length === 0 || topicFilters.some((filter) => matchesTopic(filter, topic));
  }

  #isDuplicate({ message: { messageId } }: Normalised): boolean {
    const { duplicates, options } = this.#parts;
    return options.skipDuplicates && messageId !== undefined && duplicates.has(messageId);
  }

  /** Once for each: a rejected message comes again, and the same error with it. */
  #tellUndecodable(error: DecodeError): void {
    const digest = createHash("sha256").update(error.raw).digest("base64");
    if (this.#undecodable.has(digest)) return;
    this.#undecodable.set(digest, true);
    this.#parts.receiver.undecodable(error);
  }
}
