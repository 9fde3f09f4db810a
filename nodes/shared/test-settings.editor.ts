import type { FormNode } from "./form.editor";
import type { RED as Editor } from "@node-red/editor-client";
import { INSTANCE_DEFAULTS } from "../../src/settings/instance";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";

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

const OPEN_SUBSCRIBER = "aliyunIotOpenSubscriber";

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

/** What a field shows, in a form that may lie under another one and then is in no document. */
function shown(form: JQuery, id: string): unknown {
  const field = form.find(`[id="${id}"]`);
  return field.attr("type") === "checkbox" ? field.prop("checked") : field.val();
}

/** The settings of a node as the editor has them, and where its form is open as it shows them. */
function settings(node: Settings, defaults: Settings, open?: OpenForm): Settings {
  const names = Object.keys(defaults).filter((name) => !LEFT_OUT.includes(name));
  return Object.fromEntries(
    names.map((name) => {
      const field = open && shown(open.form, `${open.prefix}-${name}`);
      const value = field ?? node[name] ?? defaults[name];
      return [name, value === NONE ? "" : value];
    }),
  );
}

/** A form that is open for a node; the editor gives its fields IDs that begin with `prefix`. */
interface OpenForm {
  readonly form: JQuery;
  readonly prefix: "node-input" | "node-config-input";
}

/** The settings of an instance, of its form where one is given. */
export function instanceSettings(node: FormNode | undefined, form?: JQuery): Settings {
  const open = form && ({ form, prefix: "node-config-input" } as const);
  const typed: unknown = node?.["credentials"];
  const known: Settings = isRecord(typed) ? typed : {};
  const credentials = CREDENTIALS.map((name) => {
    const value = open ? shown(open.form, `${open.prefix}-${name}`) : known[name];
    return [name, value] as const;
  });
  // What is left out is taken from what is deployed.
  const given = credentials.filter(
    ([, value]) => value !== undefined && value !== UNKNOWN_PASSWORD,
  );
  return {
    ...settings(node ?? {}, INSTANCE_DEFAULTS, open),
    ...Object.fromEntries(given),
    id: node?.id ?? "",
  };
}

/** The settings of a subscriber, of its form where one is given. */
export function subscribeSettings(node: FormNode, form?: JQuery): Settings {
  const open = form && ({ form, prefix: "node-input" } as const);
  return { ...settings(node, SUBSCRIBE_DEFAULTS, open), id: node.id };
}

interface OpenSubscriber {
  readonly node: FormNode;
  readonly form: JQuery;
}

/** Lets an instance's form that is opened on top know the subscriber's below; none: it closed. */
export function announce(subscriber: OpenSubscriber | undefined): void {
  // Each node's script is bundled by itself: a variable here would exist once in each of them.
  $(document.body).removeData(OPEN_SUBSCRIBER);
  if (subscriber !== undefined) $(document.body).data(OPEN_SUBSCRIBER, subscriber);
}

/** The subscriber whose form led to the one on top. */
export function openSubscriber(): OpenSubscriber | undefined {
  const found: unknown = $(document.body).data(OPEN_SUBSCRIBER);
  if (!isRecord(found)) return undefined;
  const { node, form } = found;
  return isNode(node) && form instanceof $ ? { node, form: form as JQuery } : undefined;
}

/** The first subscriber that uses an instance. */
export function firstSubscriber(instance: FormNode): FormNode | undefined {
  const users: unknown = instance["users"];
  const nodes: readonly unknown[] = Array.isArray(users) ? users : [];
  return nodes.filter(isNode).find((node) => node["type"] === "aliyun-iot-subscribe");
}
