import { unknownToken } from "../../src/subscription/deliveries";
import type { Subscription } from "../../src/subscription/subscription";
import type { DeliveryReference } from "../../src/settings/ack";
import type { Outcome } from "../../src/protocol/amqp-message";

/**
 * Where ack nodes find the subscribers, and subscribers learn whether anybody is left to settle.
 * Node-RED's own look-up of nodes does not serve: it finds none that is closing, and closing ones wait.
 */
export class SettlementDesk {
  readonly #subscribers = new Map<string, Subscription>();
  readonly #stopping = new Set<Subscription>();
  #ackNodes = 0;

  /** A subscriber in manual mode has come; the returned function is to be called when it has gone. */
  add(subscriber: string, subscription: Subscription): () => void {
    this.#subscribers.set(subscriber, subscription);
    return () => {
      // Node-RED waits 15 s for a node to close, and may have started its successor meanwhile.
      if (this.#subscribers.get(subscriber) === subscription) this.#subscribers.delete(subscriber);
    };
  }

  /** Stops a subscription; meanwhile its deliveries can be settled, as long as there are ack nodes. */
  async stop(subscription: Subscription): Promise<void> {
    this.#stopping.add(subscription);
    const stopped = subscription.stop();
    this.#releaseIfAlone();
    await stopped;
    this.#stopping.delete(subscription);
  }

  /** An ack node has come; the returned function is to be called when it goes. */
  join(): () => void {
    this.#ackNodes += 1;
    return () => {
      this.#ackNodes -= 1;
      this.#releaseIfAlone();
    };
  }

  /** Settles a delivery, once. Throws SettlementError otherwise. */
  settle({ subscriber, token }: DeliveryReference, outcome: Outcome): void {
    const subscription = this.#subscribers.get(subscriber);
    if (subscription === undefined) throw unknownToken(token);
    subscription.settle(token, outcome);
  }

  /** When all flows are stopped, waiting for them would only hold up the next start. */
  #releaseIfAlone(): void {
    if (this.#ackNodes > 0) return;
    for (const subscription of this.#stopping) subscription.release();
  }
}

/** The one of this process: a message may reach an ack node in any flow. */
export const settlementDesk = new SettlementDesk();
