import { PacedOutput } from "./paced-output";
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

      start: (options) => {
        const output = new PacedOutput((message) => RED.util.cloneMessage(message));
        const distributed = (message: FlowMessage) => {
          const { refused, ...others } = distribute(message, options);
          return { ...others, refused: refused.map((each) => withReason(each, RED._)) };
        };
        return (message, send) => output.send(() => distributed(message), send);
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
