import { deployedType } from "./deployed-nodes";
import { replaceVariables, resolveSubscriber, variableOf, variablesOf } from "./settings";
import { tlsOptions } from "./tls-config";
import { SettingError } from "../../src/errors/error";
import { missing } from "../../src/errors/invalid-setting";
import { isJsonObject } from "../../src/protocol/json";
import { hasApi, resolveApi } from "../../src/settings/api";
import { CREDENTIALS, HIDDEN_PASSWORD, resolveInstance } from "../../src/settings/instance";
import type { Node, NodeAPI } from "node-red";
import type { JsonObject } from "../../src/protocol/json";
import type { ApiOptions } from "../../src/settings/api";
import type { Credentials, InstanceOptions, TlsOptions } from "../../src/settings/instance";
import type { Stored } from "../../src/settings/read";
import type { SubscribeOptions } from "../../src/settings/subscribe";

const INSTANCE_TYPE = "aliyun-iot-instance";

/** What a form sends to be checked: its fields, as they came over HTTP. */
export interface FormSettings {
  readonly instance: JsonObject;
  readonly subscribe: JsonObject;
}

/** The settings of a form as a deploy would take them. */
export interface ResolvedForm {
  readonly instance: InstanceOptions;
  readonly options: SubscribeOptions;
  /** Only where the form says where commands go. */
  readonly api?: ApiOptions;
}

/** The deployed node that a form edits; undefined for a new one. */
function deployedNode(RED: NodeAPI, { id }: JsonObject, type: string): Node | undefined {
  const node = typeof id === "string" ? RED.nodes.getNode(id) : undefined;
  return node?.type === type ? node : undefined;
}

/** What a form tells of the variables around its node: those of a subflow are nowhere else. */
function toldVariables({ environment }: Stored): { values: JsonObject; ofSubflow: unknown[] } {
  const { values, ofSubflow } = isJsonObject(environment) ? environment : {};
  return {
    values: isJsonObject(values) ? values : {},
    ofSubflow: Array.isArray(ofSubflow) ? ofSubflow : [],
  };
}

/** Replaces the variables that the form tells. Throws SettingError for one that it cannot know. */
function withTold(fields: Stored): Stored {
  const { values, ofSubflow } = toldVariables(fields);
  const valueOf = (value: unknown, setting: string): unknown => {
    const variable = variableOf(value);
    if (variable === undefined) return value;
    if (Object.hasOwn(values, variable)) return values[variable];
    if (!ofSubflow.includes(variable)) return value;
    throw new SettingError("ENV_OF_SUBFLOW", { setting, variable });
  };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map((each) => valueOf(each, name)) : valueOf(value, name),
    ]),
  );
}

/** Replaces variables as a deploy does. Throws SettingError for one that is not set. */
function withEnvironment(RED: NodeAPI, fields: Stored, node: Node | undefined): Stored {
  // A new node has no flow yet.
  const find = node === undefined ? (name: string) => process.env[name] : variablesOf(RED, node);
  return replaceVariables(withTold(fields), find);
}

/** The credentials typed into the form; those that were not typed again are the deployed ones. */
function credentials(RED: NodeAPI, fields: JsonObject): Stored {
  const { id } = fields;
  const isDeployed = typeof id === "string" && deployedType(RED, id) === INSTANCE_TYPE;
  const deployed = isDeployed ? (RED.nodes.getCredentials(id) as Credentials | null) : {};
  return Object.fromEntries(
    CREDENTIALS.map((name) => {
      const typed = fields[name];
      const isUnchanged = typed === undefined || typed === HIDDEN_PASSWORD;
      return [name, isUnchanged ? (deployed?.[name] ?? "") : typed];
    }),
  );
}

/** An instance as a deploy would make it of its form. */
class FormInstance {
  readonly #settings: Stored;
  readonly #tls: TlsOptions;

  /** Throws SettingError where the instance or what its settings refer to is not there. */
  constructor(RED: NodeAPI, instance: JsonObject) {
    if (instance["id"] === "") throw missing("instance", "instance");
    if (instance["disabled"] === true) {
      throw new SettingError("NODE_DISABLED", { setting: "instance" });
    }
    const node = deployedNode(RED, instance, INSTANCE_TYPE);
    const fields = { ...instance, ...credentials(RED, instance) };
    this.#settings = withEnvironment(RED, fields, node);
    this.#tls = tlsOptions(RED, this.#settings["tls"]);
  }

  /** For receiving. */
  options(): InstanceOptions {
    return resolveInstance(this.#settings, this.#tls);
  }

  /** For sending; undefined where the form does not say where to. */
  givenApi(): ApiOptions | undefined {
    return hasApi(this.#settings) ? this.api() : undefined;
  }

  /** For sending. */
  api(): ApiOptions {
    return resolveApi(this.#settings, this.#tls);
  }
}

/** Checks the settings of a connection test. Throws SettingError for the first bad one. */
export function resolveForm(RED: NodeAPI, form: FormSettings): ResolvedForm {
  const instance = new FormInstance(RED, form.instance);
  const subscriber = deployedNode(RED, form.subscribe, "aliyun-iot-subscribe");
  const subscribe = withEnvironment(RED, form.subscribe, subscriber);
  const receiving = {
    instance: instance.options(),
    options: resolveSubscriber(subscribe, "form"),
  };
  const api = instance.givenApi();
  return api === undefined ? receiving : { ...receiving, api };
}

/** Checks the settings that a call of the platform's API needs. Throws SettingError likewise. */
export function resolveFormApi(RED: NodeAPI, instance: JsonObject): ApiOptions {
  return new FormInstance(RED, instance).api();
}
