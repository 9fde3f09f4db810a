import { startNode } from "../shared/start";
import { subscribers } from "../shared/subscribers";
import { toFailure } from "../shared/translation";
import { requestedDeliveries, requestedOutcome, resolveAck } from "../../src/settings/ack";
import type { Node, NodeAPI } from "node-red";
import type { StoredNode } from "../shared/settings";
import type { DeliveryReference } from "../../src/settings/ack";
import type { Outcome } from "../../src/protocol/amqp-message";

/** Settles each of several deliveries; returns the errors of those that could not be. */
function settleEach(deliveries: readonly DeliveryReference[], outcome: Outcome): unknown[] {
  return deliveries.flatMap((delivery) => {
    try {
      subscribers.settle(delivery, outcome);
      return [];
    } catch (error) {
      return [error];
    }
  });
}

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, StoredNode, object, object>("aliyun-iot-ack", function (def) {
    RED.nodes.createNode(this, def);

    startNode(RED, this, {
      stored: def,
      resolve: resolveAck,

      start: ({ outcome }) => {
        subscribers.addAckNode(this);
        return (message, send) => {
          const chosen = outcome === "msg" ? requestedOutcome(message["outcome"]) : outcome;
          const errors = settleEach(requestedDeliveries(message["delivery"]), chosen);
          const [first, ...others] = errors;
          for (const error of others) this.error(toFailure(error, RED._), message);
          if (first !== undefined) throw first;
          send(message);
        };
      },

      close: () => {
        subscribers.removeAckNode(this);
      },
    });
  });
}
