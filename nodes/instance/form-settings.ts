import { tlsOptions } from "./tls-config";
import { assertVariablesSet, resolveSubscriber, variableOf } from "../shared/settings";
import { CREDENTIALS, HIDDEN_PASSWORD, resolveInstance } from "../../src/settings/instance";
import type { Node, NodeAPI } from "node-red";
import type { JsonObject } from "../../src/protocol/json";
import type { Credentials, InstanceOptions } from "../../src/settings/instance";
import type { Stored } from "../../src/settings/read";
import type { SubscribeOptions } from "../../src/settings/subscribe";

/** What a form sends to be checked: its fields, as they came over HTTP. */
export interface FormSettings {
  readonly instance: JsonObject;
  readonly subscribe: JsonObject;
}

/** The deployed node that a form edits; undefined for a new one. */
function deployedNode(RED: NodeAPI, { id }: JsonObject, type: string): Node | undefined {
  const node = typeof id === "string" ? RED.nodes.getNode(id) : undefined;
  return node?.type === type ? node : undefined;
}

/** Replaces variables as a deploy does; one that is not set is left as it is. */
function withEnvironment(RED: NodeAPI, fields: Stored, node: Node | undefined): Stored {
  const valueOf = (value: unknown): unknown => {
    const variable = variableOf(value);
    if (variable === undefined) return value;
    // A new node has no flow yet, and Node-RED would look nowhere else for it.
    const found: unknown =
      node === undefined
        ? process.env[variable]
        : RED.util.evaluateNodeProperty(`\${${variable}}`, "env", node, {});
    return found === undefined || found === "" ? value : found;
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(valueOf) : valueOf(value),
    ]),
  );
}

/** The credentials typed into the form; those that were not typed again are the deployed ones. */
function credentials(RED: NodeAPI, fields: JsonObject, node: Node | undefined): Stored {
  const deployed =
    node === undefined ? {} : (RED.nodes.getCredentials(node.id) as Credentials | null);
  return Object.fromEntries(
    CREDENTIALS.map((name) => {
      const typed = fields[name];
      const isUnchanged = typed === undefined || typed === HIDDEN_PASSWORD;
      return [name, isUnchanged ? (deployed?.[name] ?? "") : typed];
    }),
  );
}

/** Checks a form's settings as a deploy would. Throws SettingError for the first bad one. */
export function resolveForm(
  RED: NodeAPI,
  { instance, subscribe }: FormSettings,
): { readonly instance: InstanceOptions; readonly options: SubscribeOptions } {
  const node = deployedNode(RED, instance, "aliyun-iot-instance");
  const fields = { ...instance, ...credentials(RED, instance, node) };
  const settings = assertVariablesSet(withEnvironment(RED, fields, node));
  const subscriber = deployedNode(RED, subscribe, "aliyun-iot-subscribe");
  const subscriberSettings = assertVariablesSet(withEnvironment(RED, subscribe, subscriber));
  return {
    instance: resolveInstance(settings, tlsOptions(RED, settings["tls"])),
    options: resolveSubscriber(subscriberSettings, "form"),
  };
}
