import { INSTANCE_DEFAULTS, SUBSCRIBE_DEFAULTS } from "../../src/options";
import { current } from "./form.editor";
import type { FormNode } from "./form.editor";
import type { RED as Editor } from "@node-red/editor-client";

declare const RED: Editor;

type Settings = Readonly<Record<string, unknown>>;

/** What a test is made with, and how to say which consumer group it joins. */
export interface TestSettings {
  readonly instance: Settings;
  readonly subscribe: Settings;
  readonly group: string;
}

const CREDENTIALS = ["accessKeyId", "accessKeySecret", "securityToken"];
/** Not for the test: labels, links and what only the flow sees. */
const LEFT_OUT = ["name", "instance", "inputs"];
/** What the editor shows in place of a password that only the runtime has. */
const UNKNOWN_PASSWORD = "__PWRD__";
/** What the editor's choice of config nodes calls none of them. */
const NONE = "_ADD_";

function isRecord(value: unknown): value is Settings {
  return typeof value === "object" && value !== null;
}

function isNode(value: unknown): value is FormNode {
  return isRecord(value) && typeof value["id"] === "string";
}

/** A node of the editor, with edits that are not deployed yet. */
export function nodeOf(id: string): FormNode | undefined {
  const found: unknown = RED.nodes.node(id);
  return isNode(found) ? found : undefined;
}

function settings(defaults: Settings, node: FormNode | undefined, prefix: string | undefined) {
  const stored: Settings = { ...defaults, ...node };
  const names = Object.keys(defaults).filter((name) => !LEFT_OUT.includes(name));
  return Object.fromEntries(
    names.map((name) => {
      const value = stored[name];
      const now = prefix === undefined ? value : current(`#${prefix}-${name}`, value);
      return [name, now === NONE ? "" : now];
    }),
  );
}

/** The instance's settings: from its form, where a prefix names one, else as the editor has them. */
export function instanceSettings(node: FormNode | undefined, prefix?: string): Settings {
  const typed: unknown = node?.["credentials"];
  const known: Settings = isRecord(typed) ? typed : {};
  const credentials = CREDENTIALS.map((name) => {
    const value = known[name];
    return [name, prefix === undefined ? value : current(`#${prefix}-${name}`, value)] as const;
  });
  // What is left out is taken from what is deployed.
  const given = credentials.filter(
    ([, value]) => value !== undefined && value !== UNKNOWN_PASSWORD,
  );
  return {
    ...settings(INSTANCE_DEFAULTS, node, prefix),
    ...Object.fromEntries(given),
    id: node?.id ?? "",
  };
}

/** The subscriber's settings: from its form, where a prefix names one, else as the editor has them. */
export function subscribeSettings(node: FormNode, prefix?: string): Settings {
  return { ...settings(SUBSCRIBE_DEFAULTS, node, prefix), id: node.id };
}

/** The first subscriber that uses an instance. */
export function firstSubscriber(instance: FormNode): FormNode | undefined {
  const users: unknown = instance["users"];
  const nodes: readonly unknown[] = Array.isArray(users) ? users : [];
  return nodes.filter(isNode).find((node) => node["type"] === "aliyun-iot-subscribe");
}
