import { resolveInstance } from "../src/index";
import { serveConnectionTest } from "./lib/connection-test";
import { replaced } from "./lib/environment";
import { tlsOptions } from "./lib/tls-config";
import type { InstanceOptions } from "../src/index";
import type { Node, NodeAPI, NodeDef } from "node-red";

/** As Node-RED keeps them, apart from the flow. */
export interface Credentials {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
}

interface InstanceDef extends NodeDef {
  readonly tls?: string;
}

/** The config node: where to connect and as whom. It owns no connection. */
export interface InstanceNode extends Node<Credentials> {
  /** The checked settings. Throws SettingError for the first bad one. */
  options(): InstanceOptions;
}

/** Whether a node that a setting points to is an instance, and there at all. */
export function isInstance(node: Node | null | undefined): node is InstanceNode {
  return node != null && "options" in node && typeof node.options === "function";
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
