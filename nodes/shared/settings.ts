import { hostname } from "node:os";
import { SettingError } from "../../src/errors/error";
import { defaultClientId } from "../../src/protocol/sign-in-values";
import { resolveSubscribe } from "../../src/settings/subscribe";
import type { Node, NodeAPI, NodeDef } from "node-red";
import type { JsonObject } from "../../src/protocol/json";
import type { Stored } from "../../src/settings/read";
import type { SubscribeOptions } from "../../src/settings/subscribe";

/** A node as a flow stores it; Node-RED has replaced each `${NAME}` whose variable is set. */
export type StoredNode = NodeDef & JsonObject;

/** Of two variables in one value, Node-RED would look for one with a name such as `A}-${B`. */
const VARIABLE = /^\$(\{[^\s{}]+\}|\([^\s()]+\))$/;

/** The name in `${NAME}` or `$(NAME)`. */
export function variableOf(value: unknown): string | undefined {
  return typeof value === "string" && VARIABLE.test(value) ? value.slice(2, -1) : undefined;
}

/** Finds the value of an environment variable; undefined where it is not set. */
export type FindVariable = (name: string) => unknown;

/** Finds variables as a deploy does: in a node's group, its flow, then where Node-RED runs. */
export function variablesOf(RED: NodeAPI, node: Node): FindVariable {
  return (name) => RED.util.getSetting(node, name);
}

/**
 * Replaces each `${NAME}` that Node-RED has left: 3.1 does so where the variable is empty. Throws
 * SettingError where it is not set, or the `${NAME}` would be taken for a host or a secret.
 */
export function replaceVariables(settings: Stored, find: FindVariable): Stored {
  const replaced = (setting: string, value: unknown): unknown => {
    const variable = variableOf(value);
    if (variable === undefined) return value;
    const found = find(variable);
    if (found === undefined) throw new SettingError("ENV_MISSING", { setting, variable });
    return found;
  };
  const entries = Object.entries(settings).map(([setting, value]): [string, unknown] => {
    if (setting === "name") return [setting, value]; // a label may say anything
    if (!Array.isArray(value)) return [setting, replaced(setting, value)];
    return [setting, value.map((each) => replaced(setting, each))];
  });
  return Object.fromEntries(entries);
}

/** Checks a subscriber's settings; an empty client ID is made of `nodeId`. Throws SettingError. */
export function resolveSubscriber(settings: Stored, nodeId: string): SubscribeOptions {
  const clientId = settings["clientId"];
  const isGiven = typeof clientId === "string" && clientId.trim() !== "";
  return resolveSubscribe({
    ...settings,
    clientId: isGiven ? clientId : defaultClientId(hostname(), nodeId),
  });
}
