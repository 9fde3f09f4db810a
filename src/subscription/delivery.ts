import type { IncomingDelivery } from "../amqp/link";
import type { Outcome } from "../protocol/amqp-message";

/** What a delivery needs of the connection over which it came. */
export interface DeliveryConnection {
  /** Whether the platform is about to run out of credit. */
  readonly isCreditLow: boolean;
  /** Counts an outcome and queues it. The delivery's link must still be there. */
  settle(delivery: IncomingDelivery, outcome: Outcome): void;
  /** Writes the queued outcomes at the end of this turn of the event loop. */
  flush(): void;
}

/** One message on one link, until its outcome is queued. */
export class UnsettledDelivery {
  readonly connection: DeliveryConnection;
  messageId: string | undefined;
  /** Its link is gone: there is nobody to settle it with. */
  isLost = false;
  readonly #incoming: IncomingDelivery;

  constructor(connection: DeliveryConnection, incoming: IncomingDelivery) {
    this.connection = connection;
    this.#incoming = incoming;
  }

  /** To be read while the delivery is received; empty afterwards. */
  get content(): IncomingDelivery["content"] {
    return this.#incoming.content;
  }

  settle(outcome: Outcome): void {
    this.connection.settle(this.#incoming, outcome);
  }
}

/** Settles all whose link is still there, and lets their outcomes wait no longer. */
export function settleAll(deliveries: readonly UnsettledDelivery[], outcome: Outcome): void {
  const connections = new Set<DeliveryConnection>();
  for (const delivery of deliveries) {
    if (delivery.isLost) continue;
    delivery.settle(outcome);
    connections.add(delivery.connection);
  }
  for (const connection of connections) connection.flush();
}
