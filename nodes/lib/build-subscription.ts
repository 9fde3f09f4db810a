import { hostname } from "node:os";
import {
  createSubscription,
  defaultClientId,
  resolveSubscribe,
  SettingError,
} from "../../src/index";
import { isInstance } from "../aliyun-iot-instance";
import { replaced } from "./environment";
import type { SubscribeOptions, Subscription } from "../../src/index";
import type { NodeAPI, NodeDef } from "node-red";

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
