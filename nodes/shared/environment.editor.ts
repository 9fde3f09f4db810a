import { isJsonObject } from "../../src/protocol/json";
import type { RED as Editor } from "@node-red/editor-client";
import type { FormNode } from "./form.editor";

type FindById = (id: string) => unknown;

/** The types do not say that these take an ID, or are there at all. */
interface FlowLookUp {
  readonly nodes: {
    readonly workspace: FindById;
    readonly subflow: FindById;
    readonly group: FindById;
    readonly eachConfig: (visit: (node: unknown) => boolean) => void;
  };
}

declare const RED: FlowLookUp & Editor;

/** What the editor knows of the variables that a node's settings may name. */
export interface KnownVariables {
  readonly values: Readonly<Record<string, string>>;
  /** Set in a subflow, but by each of its instances, or as a secret. */
  readonly ofSubflow: readonly string[];
}

/** Types whose value the editor has as it is; others are evaluated by the runtime. */
const PLAIN_TYPES: readonly unknown[] = ["str", "num", "bool"];

class Collector {
  readonly values: Record<string, string> = {};
  readonly ofSubflow: string[] = [];

  /** The inner scope comes first, and what it sets counts. */
  add(scope: unknown, isSubflow: boolean): void {
    const entries: unknown = isJsonObject(scope) ? scope["env"] : undefined;
    for (const entry of Array.isArray(entries) ? entries.filter(isJsonObject) : []) {
      const { name, type, value } = entry;
      if (typeof name !== "string" || this.#has(name)) continue;
      const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
      if (PLAIN_TYPES.includes(type) && text !== "") this.values[name] = text;
      else if (isSubflow) this.ofSubflow.push(name);
    }
  }

  #has(name: string): boolean {
    return Object.hasOwn(this.values, name) || this.ofSubflow.includes(name);
  }
}

function find(kind: "group" | "workspace" | "subflow", id: unknown): unknown {
  return typeof id === "string" && id !== "" ? RED.nodes[kind](id) : undefined;
}

/** The instance of a subflow whose variables are taken; another may set other values. */
function firstInstance(subflowId: string): unknown {
  const found: readonly unknown[] = RED.nodes.filterNodes({ type: `subflow:${subflowId}` });
  return found[0];
}

/** The variables around a node, from its group to the subflow's instance, its flow, and all flows. */
export function variablesAround(node: FormNode | undefined): KnownVariables {
  const collector = new Collector();
  const seen = new Set<unknown>();
  let current: unknown = node;
  while (isJsonObject(current) && !seen.has(current)) {
    seen.add(current);
    let group = find("group", current["g"]);
    while (isJsonObject(group) && !seen.has(group)) {
      seen.add(group);
      collector.add(group, false);
      group = find("group", group["g"]);
    }
    const { z } = current;
    const subflow = find("subflow", z);
    collector.add(find("workspace", z), false);
    current = subflow !== undefined && typeof z === "string" ? firstInstance(z) : undefined;
    if (subflow !== undefined) {
      collector.add(current, true);
      collector.add(subflow, true);
    }
  }
  RED.nodes.eachConfig((config) => {
    if (isJsonObject(config) && config["type"] === "global-config") collector.add(config, false);
    return true; // go on
  });
  return collector;
}
