import { startNode } from "../shared/start";
import { translateError } from "../shared/translation";
import { isIotAmqpError } from "../../src/errors/error";
import { distribute } from "../../src/property-output/distribute";
import { resolveProperties } from "../../src/settings/properties";
import type { Node, NodeAPI } from "node-red";
import type { StoredNode } from "../shared/settings";
import type { Translate } from "../shared/translation";
import type { FlowMessage } from "../../src/protocol/flow-message";

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, StoredNode, object, object>("aliyun-iot-properties", function (def) {
    RED.nodes.createNode(this, def);

    startNode(RED, this, {
      stored: def,
      resolve: resolveProperties,

      start: (options) => (message, send) => {
        const { refused: untold, values, others } = distribute(message, options);
        const refused = untold.map((each) => withReason(each, RED._));
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

/** A refused value with a reason of ours in the language of the runtime; the platform's stays. */
function withReason(message: FlowMessage, translate: Translate): FlowMessage {
  const { refused } = message;
  if (!isIotAmqpError(refused)) return message;
  const { text } = translateError(refused, translate);
  return { ...message, refused: { code: refused.code, message: text } };
}
