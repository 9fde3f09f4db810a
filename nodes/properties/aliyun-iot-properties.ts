import { startNode } from "../shared/start";
import { distribute } from "../../src/property-output/distribute";
import { resolveProperties } from "../../src/settings/properties";
import type { Node, NodeAPI } from "node-red";
import type { StoredNode } from "../shared/settings";

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, StoredNode, object, object>("aliyun-iot-properties", function (def) {
    RED.nodes.createNode(this, def);

    startNode(RED, this, {
      stored: def,
      resolve: resolveProperties,

      start: (options) => (message, send) => {
        const { refused, values, others } = distribute(message, options);
        if (refused.length > 0) send([null, [...refused]]);
        // Node-RED does not clone the first message of a call: these two would share what they hold.
        const separate =
          refused.length > 0 ? values.map((each) => RED.util.cloneMessage(each)) : values;
        if (separate.length > 0) send([[...separate]]);
        if (others.length > 0) send([null, null, [...others]]);
      },
    });
  });
}
