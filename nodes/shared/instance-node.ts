import type { InstanceOptions } from "../../src/settings/instance";
import type { Node } from "node-red";

/** As Node-RED keeps them, apart from the flow. */
export interface Credentials {
  accessKeyId?: string;
  accessKeySecret?: string;
  securityToken?: string;
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
