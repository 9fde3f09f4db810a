import { createOpenLink } from "./amqp/rhea-link";
import { systemClock } from "./clock";
import { Subscription } from "./subscription/subscription";
import type { InstanceOptions, SubscribeOptions } from "./options";
import type { Environment } from "./subscription/connection";

export { systemClock } from "./clock";
export * from "./errors";
export * from "./options";
export * from "./request";
export { defaultClientId } from "./protocol/client-id";
export { MESSAGE_TYPES } from "./protocol/topic";
export { unknownToken } from "./subscription/deliveries";
export { tellError } from "./texts/tell";
export { timeOfDay } from "./texts/texts";
export type { Clock } from "./clock";
export type { DeviceMessage, Json } from "./protocol/message";
export type { Device, MessageType } from "./protocol/topic";
export type { Counters, Delivery, SubscriptionState } from "./subscription/state";
export type { Subscription } from "./subscription/subscription";

/**
 * Makes a subscription to a consumer group; nothing happens until its `start()`.
 * The options come from `resolveInstance` and `resolveSubscribe`.
 */
export function createSubscription(
  instance: InstanceOptions,
  options: SubscribeOptions,
  environment: Partial<Environment> = {},
): Subscription {
  const clock = environment.clock ?? systemClock;
  return new Subscription(instance, options, {
    clock,
    random: environment.random ?? Math.random,
    openLink: environment.openLink ?? createOpenLink({ clock }),
  });
}
