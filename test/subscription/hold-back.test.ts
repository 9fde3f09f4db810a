import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, settled } from "../support/time/manual-clock";
import { Inbox, withSubscription } from "../support/emulator/with-subscription";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { Subscription } from "../../src/subscription/subscription";

const topic = "/k1/d1/user/update";

/** Runs `work` with a subscription whose clock stands still, so that nothing is accepted by itself. */
function held(
  settings: Readonly<Record<string, string>>,
  work: (parts: {
    emulator: Emulator;
    subscription: Subscription;
    inbox: Inbox;
    clock: ManualClock;
  }) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  return withEmulator({ backlogRetryMs: 20 }, (emulator) =>
    withSubscription(emulator, { settings, environment: { clock } }, async (subscription) => {
      await work({ emulator, subscription, inbox: new Inbox(subscription), clock });
      // A message that is on its way when the subscription stops has its time to be accepted.
      const stopped = subscription.stop();
      await clock.advance(20);
      await stopped;
    }),
  );
}

test("in auto mode a message is accepted 10 ms and ten turns after the hand-over, not before", () =>
  held({}, async ({ emulator, subscription, inbox, clock }) => {
    const id = emulator.push({ topic, payload: "x" });
    await inbox.next();
    await settled(20);
    equal(subscription.counters.accepted, 0);
    await clock.advance(9);
    await settled(20);
    equal(subscription.counters.accepted, 0);
    await clock.advance(1);
    await until(() => subscription.counters.accepted === 1, "it was accepted");
    await emulator.expectSettled(id, "accepted");
  }));

test("what the flow has but is not accepted when messages are held back is released, and comes again", () =>
  held({}, async ({ emulator, subscription, inbox, clock }) => {
    const id = emulator.push({ topic, payload: "x" });
    await inbox.next();
    subscription.holdBack();
    await emulator.expectSettled(id, "released");
    await until(() => subscription.counters.received === 2, "it has come again");
    equal(inbox.all.length, 1, "it was handed over while messages are held back");
    subscription.endHoldBack();
    equal((await inbox.next()).message.messageId, id);
    await clock.advance(10);
    await emulator.expectSettled(id, "accepted");
  }));

for (const settleMode of ["auto", "manual"]) {
  test(`messages that come while they are held back are handed on in their order (${settleMode})`, () =>
    held({ settleMode }, async ({ emulator, subscription, inbox }) => {
      subscription.holdBack();
      const ids = [1, 2, 3].map((payload) => emulator.push({ topic, payload }));
      await until(() => subscription.counters.received === 3, "they have come");
      await settled(20);
      equal(inbox.all.length, 0);
      subscription.endHoldBack();
      const got = [await inbox.next(), await inbox.next(), await inbox.next()];
      deepEqual(
        got.map(({ message }) => message.messageId),
        ids,
      );
      deepEqual(
        got.map(({ message }) => message.payload),
        [1, 2, 3].map(String),
      );
      for (const { token } of got) if (token !== undefined) subscription.settle(token, "accepted");
    }));
}

test("messages are held back for 20 s at most", () =>
  held({}, async ({ emulator, subscription, inbox, clock }) => {
    subscription.holdBack();
    emulator.push({ topic, payload: "x" });
    await until(() => subscription.counters.received === 1, "it has come");
    await clock.advance(19_999);
    equal(inbox.all.length, 0);
    await clock.advance(1);
    equal(inbox.all.length, 1);
  }));

for (const how of ["stop", "pause"] as const) {
  test(`a ${how} releases what is held back`, () =>
    held({}, async ({ emulator, subscription, inbox }) => {
      subscription.holdBack();
      const id = emulator.push({ topic, payload: "x" });
      await until(() => subscription.counters.received === 1, "it has come");
      void subscription[how]();
      await emulator.expectSettled(id, "released");
      equal(inbox.all.length, 0);
    }));
}

test("what was handed over on a link that is lost does not come again, unless the flows stop then", () =>
  held({}, async ({ emulator, subscription, inbox, clock }) => {
    const back = async (): Promise<void> => {
      await until(() => subscription.state.value === "backoff", "the link is lost");
      await clock.advance(1_000);
      await until(() => subscription.state.value === "subscribed", "the link is back");
    };
    const first = emulator.push({ topic, payload: "first" });
    await inbox.next();
    emulator.kick();
    subscription.holdBack();
    await back();
    await until(() => subscription.counters.received === 2, "it has come again");
    subscription.endHoldBack();
    equal((await inbox.next()).message.messageId, first);
    emulator.kick();
    await back();
    await until(() => subscription.counters.duplicates === 1, "it has come once more");
    await clock.advance(10);
    await emulator.expectSettled(first, "accepted");
    equal(inbox.all.length, 2);
    equal(subscription.counters.accepted, 1, "of what was lost nothing was accepted");
  }));
