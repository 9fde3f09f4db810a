import { hostname } from "node:os";
import { replaced, variableOf } from "../shared/environment";
import { tlsOptions } from "../shared/tls-config";
import type { Node, NodeAPI } from "node-red";
import type { Credentials } from "../shared/instance-node";
import { resolveInstance } from "../../src/settings/instance";
import { resolveSubscribe } from "../../src/settings/subscribe";
import type { InstanceOptions } from "../../src/settings/instance";
import type { SubscribeOptions } from "../../src/settings/subscribe";
import { defaultClientId } from "../../src/protocol/sign-in-values";

/** A form's fields, as they came over HTTP. */
export type Fields = Readonly<Record<string, unknown>>;

/** What a form sends to be checked. */
export interface FormSettings {
  readonly instance: Fields;
  readonly subscribe: Fields;
}

const CREDENTIALS = ["accessKeyId", "accessKeySecret", "securityToken"] as const;
/** What Node-RED's form shows in the place of a password that it does not have. */
const KEPT = "__PWRD__";

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The deployed node that a form is of; undefined for one that is new. */
function deployed(RED: NodeAPI, { id }: Fields, type: string): Node | undefined {
  const node = typeof id === "string" ? RED.nodes.getNode(id) : undefined;
  return node?.type === type ? node : undefined;
}

/** Replaces variables as a deploy does; one that is not set is left as it is. */
function withEnvironment(RED: NodeAPI, fields: Fields, node: Node | undefined): Fields {
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
function credentials(RED: NodeAPI, fields: Fields, node: Node | undefined): Fields {
  const kept = node === undefined ? {} : (RED.nodes.getCredentials(node.id) as Credentials | null);
  return Object.fromEntries(
    CREDENTIALS.map((name) => {
      const typed = fields[name];
      return [name, typed === undefined || typed === KEPT ? (kept?.[name] ?? "") : typed];
    }),
  );
}

/** Checks a form's settings as a deploy would. Throws SettingError for the first bad one. */
export function resolveForm(
  RED: NodeAPI,
  { instance, subscribe }: FormSettings,
): { readonly instance: InstanceOptions; readonly options: SubscribeOptions } {
  const node = deployed(RED, instance, "aliyun-iot-instance");
  const own = { ...instance, ...credentials(RED, instance, node) };
  const settings = replaced(withEnvironment(RED, own, node));
  const tls = settings["tls"];
  const subscriber = deployed(RED, subscribe, "aliyun-iot-subscribe");
  const wanted = replaced(withEnvironment(RED, subscribe, subscriber));
  const clientId = wanted["clientId"];
  const given = typeof clientId === "string" && clientId.trim() !== "";
  return {
    instance: resolveInstance(settings, tlsOptions(RED, typeof tls === "string" ? tls : "")),
    options: resolveSubscribe({
      ...wanted,
      clientId: given ? clientId : defaultClientId(hostname(), "form"),
    }),
  };
}
