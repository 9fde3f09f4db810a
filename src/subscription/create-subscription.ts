import { createOpenLink } from "../amqp/amqp-link";
import { openLink } from "../amqp/amqp-link";
import { systemClock } from "../clock";
import { Subscription } from "./subscription";
import type { InstanceOptions } from "../settings/instance";
import type { SubscribeOptions } from "../settings/subscribe";
import type { Environment } from "./connection";

/**
 * Makes a subscription to a consumer group; nothing happens until its `start()`.
 * The options come from `resolveInstance` and `resolveSubscribe`.
 */
export function createSubscription(
  instance: InstanceOptions,
  options: SubscribeOptions,
  environment: Partial<Environment> = {},
): Subscription {
  const { clock = systemClock, random = Math.random } = environment;
  const ownLink = clock === systemClock ? openLink : createOpenLink({ clock });
  return new Subscription(instance, options, {
    clock,
    random,
    openLink: environment.openLink ?? ownLink,
  });
}
