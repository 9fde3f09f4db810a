import { isDisabled, isNode } from "./editor-nodes.editor";
import { variablesAround } from "./environment.editor";
import { fieldValue, NO_CONFIG_NODE } from "./form.editor";
import { isJsonObject } from "../../src/protocol/json";
import { CREDENTIALS, HIDDEN_PASSWORD, INSTANCE_DEFAULTS } from "../../src/settings/instance";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";
import type { FormNode } from "./form.editor";
import type { Stored } from "../../src/settings/read";

/** What a test is made with, and the sentence that names the consumer group it joins. */
export interface TestSettings {
  readonly instance: Stored;
  readonly subscribe: Stored;
  readonly groupText: string;
}

/** Not needed for a test: labels, links and what only the flow uses. */
const LEFT_OUT = ["name", "instance", "inputs"];

const OPEN_SUBSCRIBER = "aliyunIotOpenSubscriber";

/** An open form; the editor gives its fields IDs that begin with `prefix`. */
interface OpenForm {
  readonly form: JQuery;
  readonly prefix: "node-input" | "node-config-input";
}

/** The value of a field. A form that lies under another one is not in the document. */
function valueInForm({ form, prefix }: OpenForm, setting: string): unknown {
  return fieldValue(form.find(`[id="${prefix}-${setting}"]`));
}

/** The settings of a node as its open form shows them, or else as the editor has them. */
function settingsOf(node: Stored, defaults: Stored, open?: OpenForm): Stored {
  const names = Object.keys(defaults).filter((name) => !LEFT_OUT.includes(name));
  return Object.fromEntries(
    names.map((name) => {
      const inForm = open && valueInForm(open, name);
      const value = inForm ?? node[name] ?? defaults[name];
      return [name, value === NO_CONFIG_NODE ? "" : value];
    }),
  );
}

/** The settings of an instance, from its form if it is open. */
export function instanceSettings(node: FormNode | undefined, form?: JQuery): Stored {
  const open = form && ({ form, prefix: "node-config-input" } as const);
  const typed: unknown = node?.["credentials"];
  const credentials = CREDENTIALS.map((name) => {
    const known = isJsonObject(typed) ? typed[name] : undefined;
    return [name, open ? valueInForm(open, name) : known] as const;
  });
  // The runtime takes those that are left out from the deployed node.
  const given = credentials.filter(([, value]) => value !== undefined && value !== HIDDEN_PASSWORD);
  return {
    ...settingsOf(node ?? {}, INSTANCE_DEFAULTS, open),
    ...Object.fromEntries(given),
    id: node?.id ?? "",
    environment: variablesAround(node),
    // In its own form it is to be tested even so.
    disabled: open === undefined && node !== undefined && isDisabled(node),
  };
}

/** The settings of a subscriber, from its form if it is open. */
export function subscribeSettings(node: FormNode, form?: JQuery): Stored {
  const open = form && ({ form, prefix: "node-input" } as const);
  const environment = variablesAround(node);
  return { ...settingsOf(node, SUBSCRIBE_DEFAULTS, open), id: node.id, environment };
}

interface OpenSubscriber {
  readonly node: FormNode;
  readonly form: JQuery;
}

/** Lets an instance's form that opens on top find the subscriber's form below. */
export function setOpenSubscriber(subscriber: OpenSubscriber | undefined): void {
  // Each node's script is bundled by itself: a variable here would exist once in each of them.
  $(document.body).removeData(OPEN_SUBSCRIBER);
  if (subscriber !== undefined) $(document.body).data(OPEN_SUBSCRIBER, subscriber);
}

/** The subscriber whose form is open below the one on top. */
export function openSubscriber(): OpenSubscriber | undefined {
  const found: unknown = $(document.body).data(OPEN_SUBSCRIBER);
  if (typeof found !== "object" || found === null) return undefined;
  if (!("node" in found && "form" in found)) return undefined;
  const { node, form } = found;
  return isNode(node) && form instanceof $ ? { node, form: form as JQuery } : undefined;
}

/** The first subscriber that uses an instance. */
export function firstSubscriber(instance: FormNode): FormNode | undefined {
  const users: unknown = instance["users"];
  const nodes: readonly unknown[] = Array.isArray(users) ? users : [];
  return nodes.filter(isNode).find((node) => node["type"] === "aliyun-iot-subscribe");
}
