import { hostname } from "node:os";
import { createSubscription } from "../../src/subscription/create-subscription";
import { isInstance } from "../shared/instance-node";
import { replaced } from "../shared/environment";
import type { NodeAPI, NodeDef } from "node-red";
import { SettingError } from "../../src/errors/error";
import type { Subscription } from "../../src/subscription/subscription";
import { resolveSubscribe } from "../../src/settings/subscribe";
import type { SubscribeOptions } from "../../src/settings/subscribe";
import { defaultClientId } from "../../src/protocol/sign-in-values";

/** A subscriber as a flow stores it. */
export interface SubscribeDef extends NodeDef {
  readonly instance: string;
  readonly clientId?: string;
}

function optionsOf(def: SubscribeDef): SubscribeOptions {
  const stored = replaced({ ...def });
  const clientId = stored["clientId"];
  const given = typeof clientId === "string" && clientId.trim() !== "";
  return resolveSubscribe({
    ...stored,
    clientId: given ? clientId : defaultClientId(hostname(), def.id),
  });
}

/** Makes a subscriber's subscription, with its settings checked. Throws SettingError. */
export function buildSubscription(
  RED: NodeAPI,
  def: SubscribeDef,
): { readonly subscription: Subscription; readonly options: SubscribeOptions } {
  const instance = RED.nodes.getNode(def.instance);
  if (!isInstance(instance))
    throw new SettingError("SETTING_MISSING", { setting: "instance", rule: "instance" });
  const options = optionsOf(def);
  return { subscription: createSubscription(instance.options(), options), options };
}
