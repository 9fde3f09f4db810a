import { ok } from "node:assert/strict";
import { createSubscription } from "../../../src/subscription/subscription";
import { PeerServer } from "./peer-server";
import { PeerSender } from "./sender";
import { soon } from "../time/until";
import { state } from "../emulator/with-subscription";
import type { Environment } from "../../../src/subscription/context";
import type { SenderSettings } from "./sender";
import type { Delivery } from "../../../src/subscription/state";
import type { Subscription } from "../../../src/subscription/subscription";
import type { Stored } from "../../../src/settings/read";
import { resolveInstance } from "../../../src/settings/instance";
import { resolveSubscribe } from "../../../src/settings/subscribe";

/** What the sender chooses, and what of the subscriber differs from its defaults. */
export interface SenderRun {
  readonly sender?: Omit<SenderSettings, "creditWindow">;
  readonly settings?: Stored;
  readonly environment?: Partial<Environment>;
}

/** A subscription that is up, and the sender of its link. */
export interface SenderParts {
  readonly subscription: Subscription;
  readonly sender: PeerSender;
  /** All that the subscription has handed over, in order. */
  readonly inbox: readonly Delivery[];
  /** Of the `index`-th connection, the first one being 0. */
  readonly senderOf: (index: number) => Promise<PeerSender>;
}

/** Runs `work` with a subscription to a sender, and stops it; what the client did wrong fails it. */
export async function withSender(
  run: SenderRun,
  work: (parts: SenderParts) => Promise<void>,
): Promise<void> {
  const options = resolveSubscribe({ clientId: "test", payloadFormat: "string", ...run.settings });
  const senders: PeerSender[] = [];
  const server = await PeerServer.start(async (peer) => {
    const { creditWindow } = options;
    senders.push(await PeerSender.attach(peer, { ...run.sender, creditWindow }));
  });
  const instance = resolveInstance({
    host: "127.0.0.1",
    port: server.port,
    useTls: false,
    accessKeyId: "testAccessKeyId",
    accessKeySecret: "testAccessKeySecret",
  });
  // No jitter: the first attempt after a lost connection comes at once.
  const environment = { random: () => 0, ...run.environment };
  const subscription = createSubscription(instance, options, environment);
  const inbox: Delivery[] = [];
  subscription.on("delivered", (delivery) => inbox.push(delivery));
  const senderOf = async (index: number): Promise<PeerSender> => {
    const sentence = () => `The client did not come ${index + 1} times`;
    await soon(() => senders.length > index, { sentence });
    return senders[index] ?? Promise.reject(new Error(sentence()));
  };
  let isStopped = false;
  try {
    subscription.start();
    const sender = await senderOf(0);
    await state(subscription, ({ value }) => value === "subscribed");
    await work({ subscription, sender, inbox, senderOf });
    for (const each of senders) each.check();
  } finally {
    void subscription.stop().then(() => (isStopped = true));
    subscription.release();
    const sentence = () => "The subscription did not stop";
    await soon(() => isStopped, { sentence }).catch(() => undefined);
    await server.stop();
  }
  server.check();
  ok(isStopped, "The subscription did not stop, until the server went.");
  for (const each of senders) each.check();
}

/** What the messages held, in order. */
export function contentsOf(inbox: readonly Delivery[]): unknown[] {
  return inbox.map(({ message }) => message.payload);
}
