import { missingNode } from "./deployed-nodes";
import { missing } from "../../src/errors/invalid-setting";
import type { Node, NodeAPI } from "node-red";
import type { ApiClient } from "../../src/openapi/client";
import type { Credentials, InstanceOptions } from "../../src/settings/instance";

/** The config node: where to connect and as whom. */
export interface InstanceNode extends Node<Credentials> {
  /** The checked settings. Throws SettingError for the first bad one. */
  options(): InstanceOptions;
  /** Calls the platform's API, with one client for all. Throws SettingError for the first bad setting. */
  api(): ApiClient;
}

/** Whether a node that a setting points to is an instance, and there at all. */
function isInstance(node: Node | null | undefined): node is InstanceNode {
  return node != null && "options" in node && typeof node.options === "function";
}

/** The instance that a node's setting names by its ID. Throws SettingError where there is none. */
export function findInstance(RED: NodeAPI, id: unknown): InstanceNode {
  const node = typeof id === "string" ? RED.nodes.getNode(id) : undefined;
  if (isInstance(node)) return node;
  if (typeof id === "string" && id !== "") throw missingNode(RED, "instance", id);
  throw missing("instance", "instance");
}
