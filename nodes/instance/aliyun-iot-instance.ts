import { serveConnectionTest } from "./connection-test";
import { replaced } from "../shared/environment";
import { tlsOptions } from "../shared/tls-config";
import type { NodeAPI, NodeDef } from "node-red";
import type { Credentials, InstanceNode } from "../shared/instance-node";
import { resolveInstance } from "../../src/settings/instance";

interface InstanceDef extends NodeDef {
  readonly tls?: string;
}

export default function (RED: NodeAPI): void {
  serveConnectionTest(RED);
  RED.nodes.registerType<InstanceNode, InstanceDef, object, Credentials>(
    "aliyun-iot-instance",
    function (def) {
      RED.nodes.createNode(this, def);
      this.options = () => {
        const stored = replaced({ ...def, ...this.credentials });
        return resolveInstance(stored, tlsOptions(RED, def.tls));
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
