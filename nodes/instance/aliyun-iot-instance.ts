import { serveConnectionTest } from "./connection-test";
import { tlsOptions } from "./tls-config";
import { assertVariablesSet } from "../shared/settings";
import { resolveInstance } from "../../src/settings/instance";
import type { NodeAPI } from "node-red";
import type { InstanceNode } from "../shared/instance-node";
import type { StoredNode } from "../shared/settings";
import type { Credentials } from "../../src/settings/instance";

export default function (RED: NodeAPI): void {
  serveConnectionTest(RED);

  RED.nodes.registerType<InstanceNode, StoredNode, object, Credentials>(
    "aliyun-iot-instance",
    function (def) {
      RED.nodes.createNode(this, def);
      // A config node has no status: the node that asks shows what is wrong.
      this.options = () => {
        const settings = assertVariablesSet({ ...def, ...this.credentials });
        return resolveInstance(settings, tlsOptions(RED, settings["tls"]));
      };
    },
    {
      credentials: {
        accessKeyId: { type: "text" },
        accessKeySecret: { type: "password" },
        securityToken: { type: "password" },
      },
    },
  );
}
