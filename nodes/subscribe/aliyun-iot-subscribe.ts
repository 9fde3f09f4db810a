import { control } from "./control";
import { FlowStart } from "../shared/flow-start";
import { Monitor } from "./monitor";
import { toMessage, toRawMessage } from "./output-message";
import { serveStatistics } from "./statistics";
import { findInstance } from "../shared/instance-node";
import { hasNode } from "../shared/deployed-nodes";
import { replies } from "../shared/replies";
import { resolveSubscriber } from "../shared/settings";
import { startNode } from "../shared/start";
import { subscribers } from "../shared/subscribers";
import { systemClock } from "../../src/clock";
import { SettlementError } from "../../src/errors/error";
import { createSubscription } from "../../src/subscription/subscription";
import type { Node, NodeAPI } from "node-red";
import type { StoredNode } from "../shared/settings";
import type { Subscriber } from "../shared/subscribers";

export default function (RED: NodeAPI): void {
  const flowStart = FlowStart.of(RED.events);
  RED.events.on("flows:stopping", () => {
    subscribers.holdBack();
  });
  RED.events.on("flows:started", () => {
    subscribers.endHoldBack();
  });
  serveStatistics(RED);

  RED.nodes.registerType<Node, StoredNode, object, object>("aliyun-iot-subscribe", function (def) {
    RED.nodes.createNode(this, def);
    const monitor = new Monitor(this, RED._, systemClock);
    const subscriber: Subscriber = { id: this.id, monitor, subscription: undefined };
    subscribers.add(subscriber);

    startNode(RED, this, {
      stored: def,

      // Before that, Catch nodes hear no error, and nodes behind the wires may be missing.
      ready: flowStart.next(),

      isRequest: () => true,

      resolve: (stored) => {
        const instance = findInstance(RED, stored["instance"]);
        const options = resolveSubscriber(stored, this.id);
        return { instance: instance.options(), options };
      },

      start: ({ instance, options }) => {
        const subscription = createSubscription(instance, options);
        subscriber.subscription = subscription;
        const showAckNodes = () => {
          const isManual = options.settleMode === "manual";
          monitor.showUnattended(isManual && !hasNode(RED, "aliyun-iot-ack"));
        };
        showAckNodes();
        subscriber.flowsStarted = showAckNodes;
        const { host, port } = instance;
        monitor.logConnections({ host, port, group: options.consumerGroupId });
        const settledBy = options.settleMode === "manual" ? this.id : undefined;
        subscription.on("changed", (state) => {
          monitor.showState(state);
        });
        subscription.on("delivered", (delivery) => {
          const message = toMessage(delivery, settledBy);
          monitor.countMessage();
          if (delivery.error === undefined) this.send(message);
          else monitor.report(delivery.error, message);
        });
        subscription.on("reply", (message) => {
          replies.hear(message);
        });
        subscription.on("undecodable", (error) => {
          monitor.report(error, toRawMessage(error));
        });
        subscription.on("undelivered", (error) => {
          monitor.report(error);
        });
        subscription.on("expired", () => {
          const seconds = options.ackTimeoutMs / 1_000;
          monitor.reportOnce(new SettlementError("ACK_TIMEOUT", { seconds }));
        });
        subscription.start();
        return async (message, send) => {
          const answer = await control(subscription, message, RED._);
          if (answer !== undefined) send(answer);
        };
      },

      showFailure: (error) => {
        monitor.showFailure(error);
      },

      close: async () => {
        if (subscriber.subscription !== undefined) await subscribers.stop(subscriber.subscription);
        subscribers.remove(subscriber);
        monitor.close();
      },
    });
  });
}
