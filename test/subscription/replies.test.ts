import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { withEmulator } from "../support/emulator/with-emulator";
import { Inbox, withSubscription } from "../support/emulator/with-subscription";
import { until } from "../support/time/until";
import type { DeviceMessage } from "../../src/protocol/message";
import type { Subscription } from "../../src/subscription/subscription";

const TOPIC = "/k1/d1/thing/downlink/reply/message";
const REPLY = { requestId: "12", code: 200 };

/** Collects the replies that a subscription hears. */
function heardBy(subscription: Subscription): DeviceMessage[] {
  const heard: DeviceMessage[] = [];
  subscription.on("reply", (message) => heard.push(message));
  return heard;
}

test("a reply is heard as JSON in every payload format, and delivered as ever", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, { settings: { payloadFormat: "base64" } }, async (subscription) => {
      const heard = heardBy(subscription);
      const inbox = new Inbox(subscription);
      emulator.push({ topic: TOPIC, payload: REPLY });
      const { message } = await inbox.next();
      equal(message.payload, Buffer.from(JSON.stringify(REPLY)).toString("base64"));
      deepEqual(
        heard.map(({ payload, device }) => ({ payload, device })),
        [{ payload: REPLY, device: { productKey: "k1", deviceName: "d1" } }],
      );
    }),
  ));

test("a reply that a topic filter leaves out is heard", () =>
  withEmulator({}, (emulator) =>
    withSubscription(
      emulator,
      { settings: { topicFilters: ["/+/+/user/#"] } },
      async (subscription) => {
        const heard = heardBy(subscription);
        const id = emulator.push({ topic: TOPIC, payload: REPLY });
        await emulator.expectSettled(id, "accepted");
        deepEqual([heard.length, subscription.counters.filtered], [1, 1]);
      },
    ),
  ));

test("a reply that comes twice is heard twice, and delivered once", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const heard = heardBy(subscription);
      const inbox = new Inbox(subscription);
      const messageId = emulator.push({ topic: TOPIC, payload: REPLY });
      await inbox.next();
      await emulator.expectSettled(messageId, "accepted");
      emulator.push({ topic: TOPIC, payload: REPLY, messageId });
      await until(() => subscription.counters.duplicates === 1, "the duplicate has come");
      deepEqual([heard.length, inbox.all.length], [2, 1]);
    }),
  ));

test("a reply that is held back while the flows stop is heard at once", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      subscription.holdBack();
      const heard = heardBy(subscription);
      emulator.push({ topic: TOPIC, payload: REPLY });
      await until(() => subscription.counters.received === 1, "the reply has come");
      equal(heard.length, 1);
      equal(subscription.counters.delivered, 0);
      subscription.endHoldBack();
      await inbox.next();
    }),
  ));

test("messages of other types are not heard, nor topics that only end like a reply's", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const heard = heardBy(subscription);
      const inbox = new Inbox(subscription);
      for (const topic of ["/k1/d1/user/update", `/k1/d1/user${TOPIC}`]) {
        emulator.push({ topic, payload: REPLY });
        equal((await inbox.next()).message.messageType, "custom");
      }
      equal(heard.length, 0);
    }),
  ));

test("a listener of replies that throws is told of, and the message is delivered all the same", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      const failures: unknown[] = [];
      subscription.on("undelivered", (error) => failures.push(error));
      subscription.on("reply", () => {
        throw new Error("broken");
      });
      const id = emulator.push({ topic: TOPIC, payload: REPLY });
      await inbox.next();
      await emulator.expectSettled(id, "accepted");
      deepEqual(failures.map(String), ["Error: broken"]);
    }),
  ));
