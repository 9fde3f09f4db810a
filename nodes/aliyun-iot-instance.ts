import { resolveInstance, SettingError } from "../src/index";
import { replaced } from "./lib/environment";
import type { InstanceOptions, TlsOptions } from "../src/index";
import type { Node, NodeAPI, NodeDef } from "node-red";

interface Credentials {
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

/** The core node with own certificates; `addTLSOptions` adds them and whether to verify. */
interface TlsConfigNode {
  readonly name?: string;
  /** False where its files could not be read: it then adds nothing of them. */
  readonly valid?: boolean;
  addTLSOptions(options: TlsOptions): TlsOptions;
}

function isTlsConfig(node: object | null | undefined): node is TlsConfigNode {
  return node != null && "addTLSOptions" in node && typeof node.addTLSOptions === "function";
}

/** Whether a node that a setting points to is an instance, and there at all. */
export function isInstance(node: Node | null | undefined): node is InstanceNode {
  return node != null && "options" in node && typeof node.options === "function";
}

function tlsOptions(RED: NodeAPI, id = ""): TlsOptions {
  if (id === "") return {};
  const node = RED.nodes.getNode(id);
  // Going on with Node.js's own authorities would be less than what was asked for.
  if (!isTlsConfig(node)) {
    throw new SettingError("SETTING_MISSING", { setting: "tls", rule: "tlsConfig" });
  }
  if (node.valid === false) {
    const value = node.name ?? id;
    throw new SettingError("SETTING_INVALID", { setting: "tls", value, rule: "tlsFiles" });
  }
  return node.addTLSOptions({});
}

export default function (RED: NodeAPI): void {
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
