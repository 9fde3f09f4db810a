import { createHash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { DecodeError } from "../errors/error";
import { messageIdOf, normalise, topicOf } from "../protocol/message";
import { matchesTopic } from "../protocol/topic";
import { Deliveries } from "./deliveries";
import { HandedOver, settleAll } from "./handed-over";
import type { IncomingDelivery } from "../amqp/link";
import type { Cancel, Clock } from "../clock";
import type { Outcome } from "../protocol/amqp-message";
import type { Normalised } from "../protocol/message";
import type { SubscribeOptions } from "../settings/subscribe";
import type { Connection } from "./connection";
import type { Duplicates } from "./duplicates";
import type { AutoSettled } from "./handed-over";
import type { Counters, Delivery } from "./state";

/** So many undecodable messages are told apart; each comes again every minute for a day. */
const UNDECODABLE_REMEMBERED = 1_000;
/** Messages are held back for so long at most. Node-RED stops waiting for a node after 15 s. */
const MOST_HELD_MS = 20_000;

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

/** A message that is wanted, until its outcome is known. */
class Message implements AutoSettled {
  readonly connection: Connection;
  messageId: string | undefined;
  isLost = false;
  readonly #intake: Intake;
  readonly #delivery: IncomingDelivery;

  constructor(intake: Intake, connection: Connection, delivery: IncomingDelivery) {
    this.#intake = intake;
    this.connection = connection;
    this.#delivery = delivery;
  }

  settle(outcome: Outcome): void {
    this.#intake.settle(this.connection, this.#delivery, outcome);
  }
}

/** A message that waits for the flows to start. */
interface Waiting {
  readonly message: Message;
  readonly normalised: Normalised;
}

/** Decides what becomes of each message that arrives: handed over, dropped or refused. */
export class Intake {
  readonly #parts: IntakeParts;
  /** Manual mode. */
  readonly #deliveries: Deliveries<Message>;
  /** Auto mode. */
  readonly #handedOver: HandedOver<Message>;
  #waiting: Waiting[] = [];
  /** While messages are held back: ends that. */
  #cancelHold: Cancel | undefined;
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
    this.#handedOver = new HandedOver(clock);
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

  /** Takes a message from a connection. What it needs of the content it reads before it returns. */
  receive(connection: Connection, delivery: IncomingDelivery): void {
    this.#arrived();
    const { content } = delivery;
    const { duplicates, options } = this.#parts;
    if (content instanceof DecodeError) {
      this.#counters.undecodable += 1;
      this.settle(connection, delivery, "rejected");
      this.#tellUndecodable(content);
      return;
    }
    // What is not handed over costs little: the payload is not read for it.
    if (!this.#isWanted(topicOf(content))) {
      this.#counters.filtered += 1;
      this.settle(connection, delivery, "accepted");
      return;
    }
    const message = new Message(this, connection, delivery);
    message.messageId = messageIdOf(content);
    if (options.skipDuplicates && duplicates.has(message.messageId)) {
      this.#counters.duplicates += 1;
      this.settle(connection, delivery, "accepted");
      return;
    }
    const normalised = normalise(content, options.payloadFormat);
    if (this.#cancelHold === undefined) this.#handOver(message, normalised);
    else this.#waiting.push({ message, normalised });
  }

  /** Gives back a message that arrives when none is wanted: while pausing or closing. */
  giveBack(connection: Connection, delivery: IncomingDelivery): void {
    this.#arrived();
    this.settle(connection, delivery, "released");
  }

  /**
   * Hands nothing over until `handOn`, because the flows stop; for 20 s at most, as they may not
   * start again. What was handed over and is not accepted yet is released, and comes again.
   */
  holdBack(): void {
    this.#cancelHold ??= this.#parts.clock.after(MOST_HELD_MS, this.handOn.bind(this));
    const messages = this.#handedOver.takeAll();
    for (const { messageId } of messages) this.#parts.duplicates.delete(messageId);
    settleAll(messages, "released");
  }

  /** Hands over what has been held back. */
  handOn(): void {
    this.#cancelHold?.();
    this.#cancelHold = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { message, normalised } of waiting) this.#handOver(message, normalised);
  }

  /** Releases what is held back: the flow wants no messages any more. */
  releaseWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    settleAll(
      waiting.map(({ message }) => message),
      "released",
    );
  }

  /** Manual mode: sends the outcome for one delivery, once. Throws SettlementError otherwise. */
  settleToken(token: string, outcome: Outcome): void {
    const message = this.#deliveries.take(token);
    if (outcome === "accepted") this.#parts.duplicates.add(message.messageId);
    message.settle(outcome);
  }

  /** Counts an outcome and sends it. */
  settle(connection: Connection, delivery: IncomingDelivery, outcome: Outcome): void {
    this.#counters[outcome] += 1;
    connection.settle(delivery, outcome);
  }

  /** Releases what the flow still has of a connection that is about to close. */
  release(connection: Connection): void {
    this.#deliveries.release(connection);
  }

  /** A connection's link is gone, and what was unsettled on it comes again. */
  lose(connection: Connection): void {
    this.#deliveries.lose(connection);
    this.#handedOver.lose(connection);
    this.#waiting = this.#waiting.filter(({ message }) => message.connection !== connection);
  }

  #arrived(): void {
    this.#counters.received += 1;
    this.#counters.lastMessageAtMs = this.#parts.clock.now();
  }

  #handOver(message: Message, normalised: Normalised): void {
    if (this.#parts.options.settleMode === "manual") {
      // If nobody takes it, the ack timeout releases it.
      this.#deliver({ token: this.#deliveries.add(message), ...normalised });
    } else if (this.#deliver({ token: undefined, ...normalised })) {
      this.#parts.duplicates.add(message.messageId);
      this.#handedOver.add(message);
    } else message.settle("released");
  }

  #deliver(delivery: Delivery): boolean {
    const taken = this.#parts.receiver.deliver(delivery);
    if (taken) this.#counters.delivered += 1;
    return taken;
  }

  #isWanted(topic: string): boolean {
    const { topicFilters } = this.#parts.options;
    return topicFilters.length === 0 || topicFilters.some((filter) => matchesTopic(filter, topic));
  }

  /** Once for each: a rejected message comes again, and the same error with it. */
  #tellUndecodable(error: DecodeError): void {
    const digest = createHash("sha256").update(error.raw).digest("base64");
    if (this.#undecodable.has(digest)) return;
    this.#undecodable.set(digest, true);
    this.#parts.receiver.undecodable(error);
  }
}
