import { unknownToken } from "../../src/subscription/manual-settler";
import type { Language } from "../../src/errors/texts";
import type { Subscription } from "../../src/subscription/subscription";
import type { DeliveryReference } from "../../src/settings/ack";
import type { Outcome } from "../../src/protocol/amqp-message";

/** A subscriber node, as other nodes and the editor's forms need it. */
export interface Subscriber {
  readonly id: string;
  readonly monitor: { snapshot(language: Language): object };
  /** Undefined until the flows have started, or where a setting is wrong. */
  subscription: Subscription | undefined;
  /** To be called at each start of flows, once the subscriber itself has started. */
  flowsStarted?: () => void;
}

/**
 * The subscriber nodes, for whoever needs one by its ID, and the ack nodes that settle for them.
 * Node-RED's own look-up does not serve: it finds no node that is closing, and a closing
 * subscriber waits for ack nodes.
 */
export class Subscribers {
  readonly #byId = new Map<string, Subscriber>();
  readonly #ackNodes = new Set<object>();
  readonly #stopping = new Set<Subscription>();

  add(subscriber: Subscriber): void {
    this.#byId.set(subscriber.id, subscriber);
  }

  /** Removes a subscriber, but not one that has taken its place: Node-RED waits 15 s for a close. */
  remove(subscriber: Subscriber): void {
    if (this.#byId.get(subscriber.id) === subscriber) this.#byId.delete(subscriber.id);
  }

  get isEmpty(): boolean {
    return this.#byId.size === 0;
  }

  find(id: string): Subscriber | undefined {
    return this.#byId.get(id);
  }

  addAckNode(node: object): void {
    this.#ackNodes.add(node);
  }

  removeAckNode(node: object): void {
    this.#ackNodes.delete(node);
    this.#releaseIfNobodySettles();
  }

  /** Settles a delivery, once. Throws SettlementError otherwise. */
  settle({ subscriber, token }: DeliveryReference, outcome: Outcome): void {
    const subscription = this.#byId.get(subscriber)?.subscription;
    if (subscription === undefined) throw unknownToken(token);
    subscription.settle(token, outcome);
  }

  /** Stops a subscription. Meanwhile its deliveries can be settled, as long as there are ack nodes. */
  async stop(subscription: Subscription): Promise<void> {
    this.#stopping.add(subscription);
    const stopped = subscription.stop();
    this.#releaseIfNobodySettles();
    await stopped;
    this.#stopping.delete(subscription);
  }

  /** Flows are about to stop: until `endHoldBack` no message goes to nodes that may be gone. */
  holdBack(): void {
    for (const { subscription } of this.#byId.values()) subscription?.holdBack();
  }

  /** The flows have started: messages that were held back go on. */
  endHoldBack(): void {
    for (const subscriber of this.#byId.values()) {
      subscriber.subscription?.endHoldBack();
      subscriber.flowsStarted?.();
    }
  }

  /** When all flows are stopped, waiting for ack nodes would only hold up the next start. */
  #releaseIfNobodySettles(): void {
    if (this.#ackNodes.size > 0) return;
    for (const subscription of this.#stopping) subscription.release();
  }
}

/** Those of this process: a message may reach an ack node in any flow. */
export const subscribers = new Subscribers();
