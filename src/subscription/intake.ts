import { createHash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { DecodeError } from "../errors/error";
import { messageIdOf, normalise, topicOf } from "../protocol/message";
import { isReplyTopic, matchesTopic } from "../protocol/topic";
import { AutoSettler } from "./auto-settler";
import { settleAll } from "./delivery";
import { ManualSettler } from "./manual-settler";
import type { Cancel } from "../clock";
import type { AmqpMessage, Outcome } from "../protocol/amqp-message";
import type { Normalised } from "../protocol/message";
import type { SubscriptionContext } from "./context";
import type { DeliveryConnection, UnsettledDelivery } from "./delivery";
import type { Delivery } from "./state";

/** So many undecodable messages are told apart; each comes again every minute for a day. */
const REMEMBERED_UNDECODABLE = 1_000;
/** Messages are held back for so long at most. Node-RED stops waiting for a node after 15 s. */
const MAX_HELD_BACK_MS = 20_000;

/** A message that waits for the flows to start. */
interface HeldBack {
  readonly delivery: UnsettledDelivery;
  readonly normalised: Normalised;
}

/** Decides what becomes of each delivery: handed over, held back, dropped or rejected. */
export class Intake {
  readonly #context: SubscriptionContext;
  readonly #manualSettler: ManualSettler;
  readonly #autoSettler: AutoSettler;
  #heldBack: HeldBack[] = [];
  /** While messages are held back: ends that. */
  #cancelHoldBack: Cancel | undefined;
  readonly #undecodable = new LRUCache<string, true>({ max: REMEMBERED_UNDECODABLE });

  constructor(context: SubscriptionContext) {
    this.#context = context;
    const { environment, events, options, totals } = context;
    const { clock } = environment;
    this.#autoSettler = new AutoSettler(clock);
    this.#manualSettler = new ManualSettler({
      clock,
      ackTimeoutMs: options.ackTimeoutMs,
      prefix: randomBytes(6).toString("hex"),
      expired: () => {
        totals.expired += 1;
        events.emit("expired");
      },
    });
  }

  /** Takes a delivery from a connection. What it needs of the content it reads before it returns. */
  receive(delivery: UnsettledDelivery): void {
    const { content } = delivery;
    const { group, options, totals } = this.#context;
    if (content instanceof DecodeError) {
      totals.undecodable += 1;
      delivery.settle("rejected");
      this.#reportUndecodable(content);
      return;
    }
    const topic = topicOf(content);
    this.#hearReply(content, topic);
    // Messages that are not handed over cost little: their payload is not read.
    if (!this.#isWanted(topic)) {
      totals.filtered += 1;
      delivery.settle("accepted");
      return;
    }
    delivery.messageId = messageIdOf(content);
    if (options.skipDuplicates && group.duplicates.has(delivery.messageId)) {
      totals.duplicates += 1;
      delivery.settle("accepted");
      return;
    }
    const normalised = normalise(content, options.payloadFormat);
    if (this.#cancelHoldBack === undefined) this.#handOver(delivery, normalised);
    else this.#heldBack.push({ delivery, normalised });
  }

  /** Releases a delivery that came when the flow had just ceased to want any. */
  turnAway(delivery: UnsettledDelivery): void {
    const { content } = delivery;
    if (!(content instanceof DecodeError)) this.#hearReply(content, topicOf(content));
    delivery.settle("released");
  }

  /**
   * Hands nothing over until `endHoldBack`, because the flows stop; for 20 s at most, as they may not
   * start again. What was handed over and is not accepted yet is released, and comes again.
   */
  holdBack(): void {
    this.#cancelHoldBack ??= this.#context.environment.clock.after(
      MAX_HELD_BACK_MS,
      this.endHoldBack.bind(this),
    );
    const deliveries = this.#autoSettler.takeAll();
    for (const { messageId } of deliveries) this.#context.group.duplicates.delete(messageId);
    settleAll(deliveries, "released");
  }

  /** Hands over what has been held back, and from now on each message as it comes. */
  endHoldBack(): void {
    this.#cancelHoldBack?.();
    this.#cancelHoldBack = undefined;
    for (const { delivery, normalised } of this.#takeHeldBack()) {
      this.#handOver(delivery, normalised);
    }
  }

  /** Releases what is held back: the flow wants no messages any more. */
  releaseHeldBack(): void {
    const deliveries = this.#takeHeldBack().map(({ delivery }) => delivery);
    settleAll(deliveries, "released");
  }

  /** Manual mode: sends the outcome for one delivery, once. Throws SettlementError otherwise. */
  settle(token: string, outcome: Outcome): void {
    const delivery = this.#manualSettler.take(token);
    if (outcome === "accepted") this.#context.group.duplicates.add(delivery.messageId);
    delivery.settle(outcome);
  }

  /** Releases what the flow still has of a connection that is about to close. */
  release(connection: DeliveryConnection): void {
    this.#manualSettler.release(connection);
  }

  /** A connection's link is gone: what was unsettled on it comes again. */
  linkLost(connection: DeliveryConnection): void {
    this.#manualSettler.linkLost(connection);
    this.#autoSettler.linkLost(connection);
    this.#heldBack = this.#heldBack.filter(({ delivery }) => delivery.connection !== connection);
  }

  #takeHeldBack(): HeldBack[] {
    const heldBack = this.#heldBack;
    this.#heldBack = [];
    return heldBack;
  }

  #handOver(delivery: UnsettledDelivery, normalised: Normalised): void {
    if (this.#context.options.settleMode === "manual") {
      // If nobody takes it, the ack timeout releases it.
      this.#emit({ token: this.#manualSettler.add(delivery), ...normalised });
    } else if (this.#emit({ token: undefined, ...normalised })) {
      this.#context.group.duplicates.add(delivery.messageId);
      this.#autoSettler.add(delivery);
    } else delivery.settle("released");
  }

  /** False if nobody took the message. */
  #emit(delivery: Delivery): boolean {
    const { events, totals } = this.#context;
    try {
      if (!events.emit("delivered", delivery)) return false;
    } catch (error) {
      events.emit("undelivered", error);
      return false;
    }
    totals.delivered += 1;
    return true;
  }

  /** A command may wait for it, whatever becomes of the message itself. */
  #hearReply(content: AmqpMessage, topic: string): void {
    const { events } = this.#context;
    if (!isReplyTopic(topic) || events.listenerCount("reply") === 0) return;
    try {
      events.emit("reply", normalise(content, "json").message);
    } catch (error) {
      events.emit("undelivered", error);
    }
  }

  #isWanted(topic: string): boolean {
    const { topicFilters } = this.#context.options;
    return topicFilters.length === 0 || topicFilters.some((filter) => matchesTopic(filter, topic));
  }

  /** Once for each message: it comes again after the rejection, and the same error with it. */
  #reportUndecodable(error: DecodeError): void {
    const digest = createHash("sha256").update(error.raw).digest("base64");
    if (this.#undecodable.has(digest)) return;
    this.#undecodable.set(digest, true);
    this.#context.events.emit("undecodable", error);
  }
}
