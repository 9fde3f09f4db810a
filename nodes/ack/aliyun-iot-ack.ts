import { failedNodeId, startNode } from "../shared/start";
import { subscribers } from "../shared/subscribers";
import { SettlementError } from "../../src/errors/error";
import { requestedDeliveries, requestedOutcome, resolveAck } from "../../src/settings/ack";
import type { Node, NodeAPI } from "node-red";
import type { StoredNode } from "../shared/settings";
import type { DeliveryReference } from "../../src/settings/ack";
import type { Outcome } from "../../src/protocol/amqp-message";

/** Settles each of several deliveries; returns the errors of those that could not be. */
function settleEach(
  deliveries: readonly DeliveryReference[],
  outcome: Outcome,
): readonly SettlementError[] {
  return deliveries.flatMap((delivery) => {
    try {
      subscribers.settle(delivery, outcome);
      return [];
    } catch (error) {
      if (error instanceof SettlementError) return [error];
      throw error;
    }
  });
}

/** Whether the platform sends a message again by itself, and the subscriber has said why. */
function comesAgain({ code }: SettlementError): boolean {
  return code === "DELIVERY_LINK_LOST" || code === "DELIVERY_EXPIRED";
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
          const { delivery } = message;
          const isCaught = failedNodeId(message) !== undefined;
          // Catch also hands on errors of no message, such as a lost connection.
          if (isCaught && delivery === undefined) return;
          const chosen = outcome === "msg" ? requestedOutcome(message["outcome"]) : outcome;
          const errors = settleEach(requestedDeliveries(delivery), chosen);
          if (errors.length === 0) send(message);
          // An error behind Catch is caught once more: only what has not been told is one.
          const untold = isCaught ? errors.filter((error) => !comesAgain(error)) : errors;
          if (untold.length > 0) throw new AggregateError(untold);
        };
      },

      close: () => {
        subscribers.removeAckNode(this);
      },
    });
  });
}
