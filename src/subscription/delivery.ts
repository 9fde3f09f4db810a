import type { IncomingDelivery } from "../amqp/link";
import type { Outcome } from "../protocol/amqp-message";
import type { Connection } from "./connection";

/** One message on one link, until its outcome is queued. */
export class UnsettledDelivery {
  readonly connection: Connection;
  messageId: string | undefined;
  /** Its link is gone: there is nobody to settle it with. */
  isLost = false;
  readonly #incoming: IncomingDelivery;

  constructor(connection: Connection, incoming: IncomingDelivery) {
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
  const connections = new Set<Connection>();
  for (const delivery of deliveries) {
    if (delivery.isLost) continue;
    delivery.settle(outcome);
    connections.add(delivery.connection);
  }
  for (const connection of connections) connection.flush();
}
