import { once } from "node:events";
import { createSubscription } from "../../../src/subscription/subscription";
import type { Emulator } from "../../../src/emulator/emulator";
import type { Environment } from "../../../src/subscription/context";
import type { Delivery, SubscriptionState } from "../../../src/subscription/state";
import type { Subscription } from "../../../src/subscription/subscription";
import type { Stored } from "../../../src/settings/read";
import { PATIENCE_MS } from "../time/until";
import { Waiters } from "../time/waiters";
import { resolveInstance } from "../../../src/settings/instance";
import { resolveSubscribe } from "../../../src/settings/subscribe";
import type { SubscribeOptions } from "../../../src/settings/subscribe";

/** What differs from the emulator's defaults. */
interface SubscribeTo {
  readonly instance?: Stored;
  readonly settings?: Stored;
  /** In place of what the settings resolve to, for times that no setting allows. */
  readonly options?: Partial<SubscribeOptions>;
  readonly environment?: Partial<Environment>;
}

/** A subscription to an emulator, not yet started. */
export function subscriptionTo(emulator: Emulator, to: SubscribeTo = {}): Subscription {
  const instance = resolveInstance({
    host: "127.0.0.1",
    port: emulator.port,
    useTls: false,
    accessKeyId: "testAccessKeyId",
    accessKeySecret: "testAccessKeySecret",
    ...to.instance,
  });
  const options = resolveSubscribe({ clientId: "test", ...to.settings });
  // Half the jitter, always: the first backoff after a lost connection takes 500 ms.
  const environment = { random: () => 0.5, ...to.environment };
  return createSubscription(instance, { ...options, ...to.options }, environment);
}

/** Starts a subscription, waits until it is up, runs `work`, and stops it afterwards. */
export async function withSubscription(
  emulator: Emulator,
  to: SubscribeTo,
  work: (subscription: Subscription) => Promise<void>,
): Promise<void> {
  const subscription = subscriptionTo(emulator, to);
  try {
    subscription.start();
    const { connections = 1 } = to.settings ?? {};
    await state(subscription, (now) => {
      return now.value === "subscribed" && now.connected === connections;
    });
    await work(subscription);
  } finally {
    await subscription.stop();
  }
}

/** Waits until the subscription's state satisfies `wanted`. */
export async function state(
  subscription: Subscription,
  wanted: (now: SubscriptionState) => boolean,
  patienceMs = PATIENCE_MS,
): Promise<SubscriptionState> {
  const deadline = AbortSignal.timeout(patienceMs);
  while (!wanted(subscription.state)) {
    try {
      await once(subscription, "changed", { signal: deadline });
    } catch (cause) {
      const now = JSON.stringify(subscription.state);
      throw new Error(`The wanted state did not come within ${patienceMs} ms; it is ${now}.`, {
        cause,
      });
    }
  }
  return subscription.state;
}

/** Collects the messages that a subscription hands over, to be taken in order. */
export class Inbox {
  readonly all: Delivery[] = [];
  #taken = 0;
  readonly #waiters = new Waiters();

  constructor(subscription: Subscription) {
    subscription.on("delivered", (delivery) => {
      this.all.push(delivery);
      this.#waiters.wake();
    });
  }

  /** The next delivery, or a failure with a sentence. */
  next(): Promise<Delivery> {
    const take = (): Delivery | undefined => {
      const delivery = this.all[this.#taken];
      if (delivery !== undefined) this.#taken += 1;
      return delivery;
    };
    return this.#waiters.next(take, () => `No further message came within ${PATIENCE_MS} ms.`);
  }
}
