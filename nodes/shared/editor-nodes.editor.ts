import { isJsonObject } from "../../src/protocol/json";
import type { RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "./form.editor";

/** The types know of no ID, and of nothing in a flow. */
type FindFlow = (id: string) => unknown;

declare const RED: Editor & { readonly nodes: { readonly workspace: FindFlow } };

/** Whether a value is a node of the editor. */
export function isNode(value: unknown): value is FormNode {
  return isJsonObject(value) && typeof value["id"] === "string";
}

/** A node of the editor, with edits that are not deployed yet. */
export function nodeOf(id: string): FormNode | undefined {
  const found: unknown = RED.nodes.node(id);
  return isNode(found) ? found : undefined;
}

/** All nodes of a type in the flows and subflows. */
export function nodesOf(type: string): FormNode[] {
  const found: readonly unknown[] = RED.nodes.filterNodes({ type });
  return found.filter(isNode);
}

/** Whether a deploy would leave a node out, by itself or with its flow. */
export function isDisabled(node: FormNode): boolean {
  const flow = typeof node["z"] === "string" ? RED.nodes.workspace(node["z"]) : undefined;
  return node["d"] === true || (isJsonObject(flow) && flow["disabled"] === true);
}
