import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { Subscribers } from "../../nodes/shared/subscribers";
import { Inbox, subscriptionTo, withSubscription } from "../support/emulator/with-subscription";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Subscription } from "../../src/subscription/subscription";

const MANUAL = { settings: { settleMode: "manual" } };
const TOPIC = "/k1/d1/user/update";

function node(id: string, subscription?: Subscription) {
  return { id, monitor: { snapshot: () => ({}) }, subscription };
}

test("a subscriber that closes late does not take its successor away", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, MANUAL, async (subscription) => {
      const subscribers = new Subscribers();
      const inbox = new Inbox(subscription);
      const late = node("one", subscriptionTo(emulator, MANUAL));
      subscribers.add(late);
      subscribers.add(node("one", subscription));
      subscribers.remove(late);
      const id = emulator.push({ topic: TOPIC, payload: "x" });
      const { token = "" } = await inbox.next();
      subscribers.settle({ subscriber: "one", token }, "accepted");
      await emulator.expectSettled(id, "accepted");
    }),
  ));

test("while there are ack nodes a stop waits for them, and no longer when the last has gone", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, MANUAL, async (subscription) => {
      const subscribers = new Subscribers();
      const inbox = new Inbox(subscription);
      const subscriber = node("one", subscription);
      subscribers.add(subscriber);
      const [first, second] = [{}, {}];
      for (const ack of [first, second]) subscribers.addAckNode(ack);
      const id = emulator.push({ topic: TOPIC, payload: "x" });
      const { token = "" } = await inbox.next();
      const stopped = subscribers.stop(subscription);
      subscribers.removeAckNode(first);
      equal(subscription.state.value, "draining");
      equal(subscription.counters.released, 0);
      subscribers.removeAckNode(second);
      await stopped;
      await emulator.expectSettled(id, "released");
      subscribers.remove(subscriber);
      throws(
        () => {
          subscribers.settle({ subscriber: "one", token }, "accepted");
        },
        { code: "DELIVERY_LINK_LOST" },
      );
    }),
  ));

test("messages are held back while the flows stop, until they have started or the node is gone", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const subscribers = new Subscribers();
      const inbox = new Inbox(subscription);
      const subscriber = node("one", subscription);
      for (const each of [subscriber, node("not started")]) subscribers.add(each);
      subscribers.holdBack();
      const id = emulator.push({ topic: TOPIC, payload: "held" });
      await until(() => subscription.counters.received === 1, "the message has come");
      equal(subscription.counters.delivered, 0);
      subscribers.endHoldBack();
      equal((await inbox.next()).message.messageId, id);
      subscribers.remove(subscriber);
      subscribers.holdBack();
      emulator.push({ topic: TOPIC, payload: "not held" });
      equal((await inbox.next()).message.payload, "not held");
    }),
  ));
