import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/emulator/random";
import { ManualClock } from "../support/time/manual-clock";
import { Inbox, state, withSubscription } from "../support/emulator/with-subscription";
import { withEmulator } from "../support/emulator/with-emulator";
import type { FaultRequest } from "../../src/emulator/faults/fault-table";
import type { ErrorCode } from "../../src/errors/error";

const topic = "/k1/d1/user/update";
/** Heartbeats as short as no setting allows, so that a silent peer is noticed within half a second. */
const SHORT = { idleTimeoutMs: 400 };
const ANY_HEARTBEAT = { heartbeatRangeMs: { min: 1, max: 300_000 } };

for (const [request, code] of [
  [{ fault: "kick" }, "CLOSED_BY_PLATFORM"],
  [{ fault: "kick", condition: "amqp:internal-error" }, "CLOSED_BY_PLATFORM"],
  [{ fault: "rebalance" }, "CLOSED_BY_PLATFORM"],
  [{ fault: "detach" }, "LINK_CLOSED"],
  [{ fault: "end-session" }, "LINK_CLOSED"],
  [{ fault: "reset" }, "CONNECTION_LOST"],
  [{ fault: "silent" }, "PEER_SILENT"],
  [{ fault: "half-frame" }, "PEER_SILENT"],
  [{ fault: "garbage" }, "CONNECTION_CORRUPTED"],
] as readonly [FaultRequest, ErrorCode][]) {
  test(`a subscription comes back from ${JSON.stringify(request)}, and loses nothing`, () =>
    withEmulator({ ...ANY_HEARTBEAT, backlogRetryMs: 100 }, (emulator) =>
      withSubscription(emulator, { options: SHORT }, async (subscription) => {
        const inbox = new Inbox(subscription);
        emulator.fault(request);
        const during = emulator.push({ topic, payload: "during" });
        const down = await state(subscription, ({ value }) => value === "backoff");
        equal(down.value === "backoff" && down.cause.code, code);
        const after = emulator.push({ topic, payload: "after" });
        await state(subscription, ({ value }) => value === "subscribed");
        for (const id of [during, after]) await emulator.expectSettled(id);
        const got = [await inbox.next(), await inbox.next()].map(
          ({ message }) => message.messageId,
        );
        deepEqual(got.sort(), [during, after].sort());
      }),
    ));
}

for (const [unavailable, code] of [
  [false, "SIGN_IN_REFUSED"],
  [true, "SIGN_IN_UNAVAILABLE"],
] as const) {
  test(`a subscription comes back from a sign-in that was refused with ${code}`, async () => {
    const clock = new ManualClock();
    await withEmulator({}, (emulator) =>
      withSubscription(emulator, { environment: { clock } }, async (subscription) => {
        emulator.fault({ fault: "refuse-sign-in", unavailable });
        emulator.kick();
        await state(subscription, ({ value }) => value === "backoff");
        await clock.advance(1_000);
        const down = await state(
          subscription,
          (now) => now.value === "backoff" && now.cause.code !== "CLOSED_BY_PLATFORM",
        );
        equal(down.value === "backoff" && down.cause.code, code);
        await clock.advance(30_000);
        await state(subscription, ({ value }) => value === "subscribed");
      }),
    );
  });
}

test("a stall that is shorter than the heartbeat allows is no failure", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.fault({ fault: "silent", seconds: 0.2 });
      const id = emulator.push({ topic, payload: "x" });
      equal((await inbox.next()).message.messageId, id);
      await emulator.expectSettled(id);
      equal(subscription.counters.reconnects, 0);
    }),
  ));

test("a silent emulator leaves it to the client to give up, however long that takes", () =>
  // Its own watch and rhea's would end the connection before the client does, after 2 s.
  withEmulator({ ...ANY_HEARTBEAT, idleTimeoutMs: 400 }, (emulator) =>
    withSubscription(emulator, { options: { idleTimeoutMs: 1_300 } }, async (subscription) => {
      emulator.fault({ fault: "silent" });
      const down = await state(subscription, ({ value }) => value === "backoff");
      equal(down.value === "backoff" && down.cause.code, "PEER_SILENT");
    }),
  ));

test("a subscription accepts a duplicate too, and hands it over once", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.fault({ fault: "duplicate" });
      const [first, last] = [1, 2].map((payload) => emulator.push({ topic, payload }));
      equal((await inbox.next()).message.messageId, first);
      equal((await inbox.next()).message.messageId, last);
      await emulator.expectSettled(last ?? "");
      deepEqual(emulator.history(first ?? ""), { sent: 2, endings: ["accepted", "accepted"] });
      equal(subscription.counters.duplicates, 1);
    }),
  ));

test("a subscription takes reordered and delayed messages as they come", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, { settings: { connections: 2 } }, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.fault({ fault: "delay", seconds: 0.1, count: 5 });
      emulator.fault({ fault: "reorder", count: 20 });
      const ids = Array.from({ length: 30 }, () => emulator.push({ topic, payload: "x" }));
      for (const id of ids) await emulator.expectSettled(id);
      equal(inbox.all.length, 30);
      equal(subscription.counters.reconnects, 0);
    }),
  ));

test("a subscription rejects malformed messages of every sort, lives on, and gets them whole", () =>
  withEmulator({ random: seeded(1), backlogRetryMs: 100 }, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.fault({ fault: "malformed", count: 50 });
      const ids = Array.from({ length: 50 }, (_, payload) => emulator.push({ topic, payload }));
      for (const id of ids) await emulator.expectSettled(id);
      for (const id of ids) {
        deepEqual(emulator.history(id), { sent: 2, endings: ["rejected", "accepted"] });
      }
      equal(inbox.all.length, 50);
      equal(subscription.counters.undecodable, 50);
      equal(subscription.counters.reconnects, 0);
    }),
  ));

test("a subscription waits while it is throttled, and gets all when calm", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.fault({ fault: "throttle", perSecond: 10 });
      const ids = Array.from({ length: 300 }, () => emulator.push({ topic, payload: "x" }));
      await inbox.next();
      await inbox.next();
      ok(inbox.all.length < 200, "it is not throttled");
      emulator.endFaults();
      for (const id of ids) await emulator.expectSettled(id);
      equal(inbox.all.length, 300);
    }),
  ));
