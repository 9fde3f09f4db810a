import { hostname } from "node:os";
import { SettingError } from "../../src/errors/error";
import { defaultClientId } from "../../src/protocol/sign-in-values";
import { resolveSubscribe } from "../../src/settings/subscribe";
import type { NodeDef } from "node-red";
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

/**
 * Returns the settings unchanged. Throws SettingError for a `${NAME}` that is left because its
 * variable is not set: it would be taken for a host or a secret.
 */
export function assertVariablesSet(settings: Stored): Stored {
  for (const [setting, value] of Object.entries(settings)) {
    if (setting === "name") continue; // a label may say anything
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    const variable = values.map(variableOf).find((name) => name !== undefined);
    if (variable !== undefined) throw new SettingError("ENV_MISSING", { setting, variable });
  }
  return settings;
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
