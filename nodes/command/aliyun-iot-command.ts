import { CommandRunner } from "./command-runner";
import { CommandStatus } from "./command-status";
import { mark } from "./ending";
import { FieldValues } from "./field-values";
import { Handover } from "./handover";
import { lostEnding } from "./lost-ending";
import { serveThingModel } from "./thing-model";
import { FlowStart } from "../shared/flow-start";
import { findInstance } from "../shared/instance-node";
import { LEFT_TO_ANOTHER, startNode } from "../shared/start";
import { subscribers } from "../shared/subscribers";
import { systemClock } from "../../src/clock";
import { resolveCommand } from "../../src/settings/command";
import type { Node, NodeAPI } from "node-red";
import type { Ending } from "./ending";
import type { StoredNode } from "../shared/settings";
import type { InputMessage, Send } from "../shared/start";

export default function (RED: NodeAPI): void {
  serveThingModel(RED);
  const flowStart = FlowStart.of(RED.events);
  const handover = new Handover(RED.events, flowStart);

  RED.nodes.registerType<Node, StoredNode, object, object>("aliyun-iot-command", function (def) {
    RED.nodes.createNode(this, def);
    const status = new CommandStatus(this, RED._, systemClock);
    handover.add(this);

    const conclude = (message: InputMessage, send: Send, ending: Ending) => {
      status.end(message, ending);
      const onward = Object.isExtensible(message) ? message : { ...message };
      mark(onward, ending);
      if ("error" in ending.how) throw ending.how.error;
      send(onward);
    };

    startNode(RED, this, {
      stored: def,

      // Before that subscribers may be missing, and nodes behind the wires.
      ready: flowStart.next(),

      // An HTTP request, perhaps, that waits for its answer.
      isRequest: () => true,

      resume: (message) => {
        const ending = handover.takeEnding(message);
        if (ending === undefined) return undefined;
        return (_, send) => {
          conclude(message, send, ending);
        };
      },

      resolve: (stored) => {
        const client = findInstance(RED, stored["instance"]).api();
        return { client, options: resolveCommand(stored) };
      },

      start: (settings) => {
        const { options } = settings;
        const values = new FieldValues(this, RED.util, options);
        const runner = new CommandRunner(settings, values, status);
        if (options.waitForReplyMs > 0 && subscribers.isEmpty) status.showNoSubscriber();

        return async (message, send) => {
          const ending = await runner.run(message);
          const now = await handover.placeOf(this);
          if (now === this) {
            conclude(message, send, ending);
            return undefined;
          }
          if (now === undefined) this.warn(lostEnding(ending, RED._));
          else handover.handOn(now, message, ending);
          return LEFT_TO_ANOTHER;
        };
      },

      close: () => {
        handover.remove(this);
        status.close();
      },
    });
  });
}
