import { replaced } from "../shared/environment";
import { flowError } from "../shared/faults";
import { translateError } from "../shared/texts";
import type { Node, NodeAPI, NodeDef, NodeMessage } from "node-red";
import { distribute } from "../../src/property-output/distribute";
import { isIotAmqpError } from "../../src/errors/error";
import { resolveProperties } from "../../src/settings/properties";
import type { PropertiesOptions } from "../../src/settings/properties";

type FlowMessage = NodeMessage & Record<string, unknown>;
type Resolved = { readonly options: PropertiesOptions } | { readonly error: unknown };

function resolved(def: NodeDef): Resolved {
  try {
    return { options: resolveProperties(replaced({ ...def })) };
  } catch (error) {
    return { error };
  }
}

export default function (RED: NodeAPI): void {
  RED.nodes.registerType<Node, NodeDef, object, object>("aliyun-iot-properties", function (def) {
    RED.nodes.createNode(this, def);
    const settings = resolved(def);
    if ("error" in settings && isIotAmqpError(settings.error)) {
      const { short } = translateError(settings.error, RED._);
      this.status({ fill: "red", shape: "ring", text: short });
      this.on("close", () => {
        this.status({});
      });
    }

    this.on("input", (message: FlowMessage, send, done) => {
      try {
        if ("error" in settings) throw settings.error;
        const { refused, values, others } = distribute(message, settings.options);
        if (refused.length > 0) send([null, [...refused]]);
        // Node-RED clones all but the first of each call: these two would share what they hold.
        const apart =
          refused.length > 0 ? values.map((each) => RED.util.cloneMessage(each)) : values;
        if (apart.length > 0) send([[...apart]]);
        if (others.length > 0) send([null, null, [...others]]);
        done();
      } catch (error) {
        done(flowError(error, RED._));
      }
    });
  });
}
