import { replaced } from "../shared/environment";
import { flowError } from "../shared/faults";
import { settlementDesk } from "../shared/settlement-desk";
import type { Node, NodeAPI, NodeDef, NodeMessage } from "node-red";
import { requestedDeliveries, requestedOutcome } from "../../src/settings/ack";
import { resolveAck } from "../../src/settings/ack";

interface AckDef extends NodeDef {
  readonly outcome?: string;
}

/** What a message may say to an ack node. */
type AckMessage = NodeMessage & { readonly delivery?: unknown; readonly outcome?: unknown };

/** Settles all that a message carries; returns what went wrong, of several deliveries each. */
function settle(def: AckDef, message: AckMessage): unknown[] {
  const failures: unknown[] = [];
  try {
    const { outcome: chosen } = resolveAck(replaced({ ...def }));
    const outcome = chosen === "msg" ? requestedOutcome(message.outcome) : chosen;
    for (const delivery of requestedDeliveries(message.delivery)) {
      try {
        settlementDesk.settle(delivery, outcome);
      } catch (error) {
        failures.push(error);
      }
    }
  } catch (error) {
    failures.push(error);
  }
  return failures;
}

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, AckDef, object, object>("aliyun-iot-ack", function (def) {
    RED.nodes.createNode(this, def);
    const leave = settlementDesk.join();
    this.on("close", () => {
      leave();
    });

    this.on("input", (message: AckMessage, send, done) => {
      const [failure, ...more] = settle(def, message).map((each) => flowError(each, RED._));
      if (failure === undefined) {
        send(message);
        done();
        return;
      }
      for (const each of more) this.error(each, message);
      done(failure);
    });
  });
}
