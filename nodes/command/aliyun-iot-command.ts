import { startNode } from "../shared/start";
import { resolveCommand } from "../../src/settings/command";
import type { Node, NodeAPI } from "node-red";
import type { StoredNode } from "../shared/settings";

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, StoredNode, object, object>("aliyun-iot-command", function (def) {
    RED.nodes.createNode(this, def);

    startNode(RED, this, {
      stored: def,
      resolve: resolveCommand,
      start: () => (message, send) => {
        send(message);
      },
    });
  });
}
