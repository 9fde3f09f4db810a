import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { ManualClock } from "../support/time/manual-clock";
import {
  Inbox,
  state,
  subscriptionTo,
  withSubscription,
} from "../support/emulator/with-subscription";
import { PeerServer } from "../support/peer/peer-server";
import { PATIENCE_MS, until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import { systemClock } from "../../src/clock";
import type { Clock } from "../../src/clock";
import type { SubscriptionState } from "../../src/subscription/state";
import { resolveInstance } from "../../src/settings/instance";
import { resolveSubscribe } from "../../src/settings/subscribe";
import { createSubscription } from "../../src/subscription/subscription";
import { english } from "../support/english";

const topic = "/k1/d1/user/update";

test("a message reaches the listener, and is accepted a beat later", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      const id = emulator.push({ topic, payload: { t: 21 }, qos: 1 });
      const { message, token } = await inbox.next();
      equal(message.messageId, id);
      deepEqual(message.payload, { t: 21 });
      deepEqual(message.device, { productKey: "k1", deviceName: "d1" });
      equal(message.messageType, "custom");
      equal(message.qos, 1);
      equal(token, undefined);
      await emulator.expectSettled(id, "accepted");
      equal(subscription.counters.accepted, 1);
      equal(subscription.counters.lastMessageAtMs === undefined, false);
    }),
  ));

test("a subscription kicked by the platform receives again after one backoff, signed afresh", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      equal(emulator.kick(), 1);
      const down = await state(subscription, ({ value }) => value === "backoff");
      ok(down.value === "backoff" && down.cause.code === "CLOSED_BY_PLATFORM");
      const id = emulator.push({ topic, payload: "again" });
      equal((await inbox.next()).message.messageId, id);
      equal(emulator.signIns.length, 2);
      const [first, second] = emulator.signIns;
      ok(Number(second?.timestamp) > Number(first?.timestamp), "the timestamp is not newer");
      equal(subscription.counters.reconnects, 1);
    }),
  ));

test("each of several connections has a client ID of its own and takes part", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, { settings: { connections: 4 } }, async (subscription) => {
      const ids = emulator.connections().map(({ clientId }) => clientId);
      deepEqual(ids.sort(), ["test-1", "test-2", "test-3", "test-4"]);
      const inbox = new Inbox(subscription);
      const pushed = Array.from({ length: 40 }, () => emulator.push({ topic, payload: "x" }));
      const got = [];
      while (got.length < pushed.length) got.push((await inbox.next()).message.messageId);
      deepEqual(got.sort(), pushed.sort());
    }),
  ));

test("a message ID that was accepted is accepted again and not handed over again", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.push({ topic, payload: "once", messageId: "77" });
      await inbox.next();
      emulator.push({ topic, payload: "once", messageId: "77" });
      const last = emulator.push({ topic, payload: "last" });
      equal((await inbox.next()).message.messageId, last);
      await emulator.expectSettled(last, "accepted");
      const { received, delivered, accepted, duplicates } = subscription.counters;
      deepEqual([received, delivered, accepted, duplicates], [3, 2, 3, 1]);
    }),
  ));

test("with skipDuplicates off the same message ID is handed over each time", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, { settings: { skipDuplicates: false } }, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.push({ topic, payload: "a", messageId: "77" });
      emulator.push({ topic, payload: "a", messageId: "77" });
      equal((await inbox.next()).message.messageId, "77");
      equal((await inbox.next()).message.messageId, "77");
    }),
  ));

test("what was accepted before a redeploy is not handed over again after it", () =>
  withEmulator({}, async (emulator) => {
    await withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.push({ topic, payload: "a", messageId: "77" });
      await inbox.next();
    });
    await withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.push({ topic, payload: "a", messageId: "77" });
      const last = emulator.push({ topic, payload: "b" });
      equal((await inbox.next()).message.messageId, last);
      equal(subscription.counters.duplicates, 1);
    });
  }));

test("a topic that matches no filter is accepted, counted and dropped", () =>
  withEmulator({}, (emulator) => {
    const settings = { topicFilters: ["/k1/+/user/#", "/as/mqtt/status/k1/+"] };
    return withSubscription(emulator, { settings }, async (subscription) => {
      const inbox = new Inbox(subscription);
      const other = emulator.push({ topic: "/k2/d1/user/update", payload: "no" });
      const wanted = emulator.push({ topic, payload: "yes" });
      equal((await inbox.next()).message.messageId, wanted);
      await emulator.expectSettled(other, "accepted");
      equal(subscription.counters.filtered, 1);
    });
  }));

test("in manual mode the outcome on the wire is the one asked for, and released comes again", () =>
  withEmulator({ backlogRetryMs: 50 }, (emulator) =>
    withSubscription(emulator, { settings: { settleMode: "manual" } }, async (subscription) => {
      const inbox = new Inbox(subscription);
      const id = emulator.push({ topic, payload: "x" });
      const first = await inbox.next();
      subscription.settle(first.token ?? "", "released");
      const second = await inbox.next();
      equal(second.message.messageId, id);
      notEqual(second.token, first.token);
      throws(
        () => {
          subscription.settle(first.token ?? "", "accepted");
        },
        { code: "DELIVERY_SETTLED" },
      );
      subscription.settle(second.token ?? "", "accepted");
      await emulator.expectSettled(id, "accepted");
      deepEqual([subscription.counters.released, subscription.counters.accepted], [1, 1]);
    }),
  ));

test("in manual mode a delivery that nobody settles is released after the ack timeout", () =>
  withEmulator({ backlogRetryMs: 60_000 }, (emulator) => {
    const to = { settings: { settleMode: "manual" }, options: { ackTimeoutMs: 100 } };
    return withSubscription(emulator, to, async (subscription) => {
      const inbox = new Inbox(subscription);
      const id = emulator.push({ topic, payload: "x" });
      await inbox.next();
      await emulator.expectSettled(id, "released");
      equal(subscription.counters.released, 1);
    });
  }));

test("while nobody settles, no more than the credit window is in flight; then all drains", () =>
  withEmulator({}, (emulator) => {
    const settings = { settleMode: "manual", creditWindow: 10 };
    return withSubscription(emulator, { settings }, async (subscription) => {
      const inbox = new Inbox(subscription);
      const pushed = Array.from({ length: 35 }, () => emulator.push({ topic, payload: "x" }));
      const tokens = [];
      for (let i = 0; i < 10; i += 1) tokens.push((await inbox.next()).token);
      equal(emulator.groups()[0]?.unsettled, 10);
      // Messages and credit keep their order: had there been more credit, more would have come first.
      subscription.settle(tokens.shift() ?? "", "accepted");
      tokens.push((await inbox.next()).token);
      equal(inbox.all.length, 11);
      equal(emulator.groups()[0]?.unsettled, 10);
      let most = 0;
      subscription.on("delivered", ({ token }) => {
        most = Math.max(most, emulator.groups()[0]?.unsettled ?? Infinity);
        subscription.settle(token ?? "", "accepted");
      });
      for (const token of tokens) subscription.settle(token ?? "", "accepted");
      for (const id of pushed) await emulator.expectSettled(id, "accepted");
      equal(inbox.all.length, 35);
      ok(most <= 10, `${most} in flight`);
    });
  }));

test("a token of a lost link settles nothing, and its message comes again", () =>
  withEmulator({ backlogRetryMs: 50 }, (emulator) =>
    withSubscription(emulator, { settings: { settleMode: "manual" } }, async (subscription) => {
      const inbox = new Inbox(subscription);
      const id = emulator.push({ topic, payload: "x" });
      const first = await inbox.next();
      emulator.kick();
      await state(subscription, ({ value }) => value === "backoff");
      throws(
        () => {
          subscription.settle(first.token ?? "", "accepted");
        },
        { code: "DELIVERY_LINK_LOST" },
      );
      const again = await inbox.next();
      equal(again.message.messageId, id);
      subscription.settle(again.token ?? "", "accepted");
      await emulator.expectSettled(id, "accepted");
    }),
  ));

test("what one subscriber's filter has dropped, another one of the group still gets", () =>
  withEmulator({}, async (emulator) => {
    const narrow = { settings: { topicFilters: ["/k9/#"] } };
    await withSubscription(emulator, narrow, async (subscription) => {
      emulator.push({ topic, payload: "x", messageId: "77" });
      await emulator.expectSettled("77", "accepted");
      equal(subscription.counters.filtered, 1);
    });
    await withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.push({ topic, payload: "x", messageId: "77" });
      equal((await inbox.next()).message.messageId, "77");
    });
  }));

test("one delivery that is long unsettled does not hold up the thousands behind it", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, { settings: { settleMode: "manual" } }, async (subscription) => {
      // As many as come in the 25 s that a flow may take, at the platform's 1,000 a second.
      const count = 25_000;
      const tokens: (string | undefined)[] = [];
      subscription.on("delivered", ({ token }) => {
        tokens.push(token);
        if (tokens.length > 1) subscription.settle(token ?? "", "accepted");
      });
      const pushed = Array.from({ length: count + 1 }, () => emulator.push({ topic, payload: "" }));
      await until(() => tokens.length === pushed.length, "all have come");
      subscription.settle(tokens[0] ?? "", "accepted");
      await emulator.expectSettled(pushed[0] ?? "", "accepted");
      equal(subscription.counters.accepted, pushed.length);
    }),
  ));

test("an undecodable message that comes again and again is told once, and rejected each time", () =>
  withEmulator({ backlogRetryMs: 20 }, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      let told = 0;
      subscription.on("undecodable", () => (told += 1));
      emulator.use({
        onTransfer: ({ message, send }) => {
          if (message.messageId !== "666") return undefined;
          send(Buffer.from([0x00, 0x53]));
          return "taken";
        },
      });
      const inbox = new Inbox(subscription);
      emulator.push({ topic, payload: "never seen", messageId: "666" });
      while ((emulator.groups()[0]?.rejected ?? 0) < 3) {
        emulator.push({ topic, payload: "seen" });
        await inbox.next();
      }
      equal(told, 1);
      ok(subscription.counters.undecodable >= 3);
    }),
  ));

test("a message that comes when nobody listens is released, not lost", () =>
  withEmulator({ backlogRetryMs: 20 }, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const id = emulator.push({ topic, payload: "early" });
      await emulator.expectSettled(id, "released");
      equal(subscription.counters.delivered, 0);
      equal((await new Inbox(subscription).next()).message.messageId, id);
    }),
  ));

test("a link that is kicked at once, time and again, keeps its cause while it is up", () =>
  withEmulator({}, async (emulator) => {
    const clock = new ManualClock();
    await withSubscription(emulator, { environment: { clock } }, async (subscription) => {
      emulator.kick();
      const down = await state(subscription, ({ value }) => value === "backoff");
      ok(down.value === "backoff");
      await clock.advance(down.nextAttemptAtMs - clock.now());
      const up = await state(subscription, ({ value }) => value === "subscribed");
      ok(up.value === "subscribed");
      equal(up.cause?.code, "CLOSED_BY_PLATFORM");
      // The first settled delivery proves it.
      subscription.on("delivered", () => undefined);
      const id = emulator.push({ topic, payload: "x" });
      await until(() => subscription.counters.delivered === 1, "the message was handed over");
      await clock.advance(10);
      await emulator.expectSettled(id, "accepted");
      deepEqual(subscription.state, { value: "subscribed", connected: 1, connections: 1 });
    });
  }));

test("an undecodable message is rejected and told, and the link lives on", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      const stop = emulator.use({
        onTransfer: ({ send }) => {
          send(Buffer.from([0x00, 0x53, 0x74, 0xc1, 0x05, 0x02, 0xa1, 0xff]));
          return "taken";
        },
      });
      const told = once(subscription, "undecodable", { signal: AbortSignal.timeout(PATIENCE_MS) });
      const bad = emulator.push({ topic, payload: "never seen" });
      const [error] = (await told) as [{ code: string; raw: Uint8Array }];
      equal(error.code, "MESSAGE_UNDECODABLE");
      equal(error.raw.length, 8);
      await emulator.expectSettled(bad, "rejected");
      stop();
      const good = emulator.push({ topic, payload: "seen" });
      equal((await inbox.next()).message.messageId, good);
      equal(emulator.signIns.length, 1, "the link did not live on");
    }),
  ));

test("a listener that throws gets the message again, and the subscription lives on", () =>
  withEmulator({ backlogRetryMs: 50 }, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      let thrown = 0;
      const told = once(subscription, "undelivered");
      subscription.on("delivered", () => {
        if (thrown++ === 0) throw new Error("the flow is broken");
      });
      const id = emulator.push({ topic, payload: "x" });
      await told;
      equal((await inbox.next()).message.messageId, id);
      equal((await inbox.next()).message.messageId, id);
      await emulator.expectSettled(id, "accepted");
      equal(emulator.signIns.length, 1);
    }),
  ));

test("a wrong secret is tried again slowly, and told as a refused sign-in", () =>
  withEmulator({}, async (emulator) => {
    const to = { instance: { accessKeySecret: "wrong" }, environment: { random: () => 0 } };
    const subscription = subscriptionTo(emulator, to);
    subscription.start();
    const now = await state(subscription, ({ value }) => value === "backoff");
    ok(now.value === "backoff");
    equal(now.cause.code, "SIGN_IN_REFUSED");
    const waitMs = now.nextAttemptAtMs - Date.now();
    ok(waitMs > 28_000 && waitMs <= 30_000, `the next attempt comes in ${waitMs} ms`);
    await subscription.stop();
  }));

test("a consumer group that does not exist is told by its name", () =>
  withEmulator({}, async (emulator) => {
    const subscription = subscriptionTo(emulator, { settings: { consumerGroupId: "NOBODY" } });
    subscription.start();
    const now = await state(subscription, ({ value }) => value === "backoff");
    ok(now.value === "backoff");
    equal(now.cause.code, "GROUP_NOT_FOUND");
    match(english(now.cause), /NOBODY/);
    await subscription.stop();
  }));

test("128 connections start within the connect limit, and the rest wait for it", () =>
  withEmulator({ maxConsumers: 128 }, async (emulator) => {
    const subscription = subscriptionTo(emulator, { settings: { connections: 128 } });
    subscription.start();
    const now = await state(subscription, (each) => {
      return each.value === "subscribed" && each.connected === 90;
    });
    ok(now.value === "subscribed");
    equal(now.cause?.code, "CONNECT_LIMIT");
    await subscription.stop();
    equal(emulator.connections().length, 0);
  }));

test("a stop while connecting, while up, and in backoff ends without a connection left", () =>
  withEmulator({}, async (emulator) => {
    const connecting = subscriptionTo(emulator);
    connecting.start();
    await connecting.stop();
    equal(connecting.state.value, "stopped");

    const up = subscriptionTo(emulator, { settings: { connections: 3 } });
    up.start();
    await state(up, (now) => now.value === "subscribed" && now.connected === 3);
    await up.stop();
    equal(up.state.value, "stopped");

    const waiting = subscriptionTo(emulator, { instance: { accessKeySecret: "wrong" } });
    waiting.start();
    await state(waiting, ({ value }) => value === "backoff");
    await waiting.stop();
    equal(waiting.state.value, "stopped");
    equal(emulator.connections().length, 0);
  }));

test("a stop while the peer says nothing does not wait for it", async () => {
  const mute = await PeerServer.start(() => undefined);
  const credentials = { accessKeyId: "a", accessKeySecret: "b" };
  const subscription = createSubscription(
    resolveInstance({ host: "127.0.0.1", port: mute.port, useTls: false, ...credentials }),
    resolveSubscribe({ clientId: "test" }),
    { clock: new ManualClock() },
  );
  subscription.start();
  await until(() => mute.peers.length === 1, "it has connected");
  const stopped = subscription.stop();
  await until(() => subscription.state.value === "stopped", "it stops, as no time passes");
  await stopped;
  await mute.stop();
});

test("a stop lets the flow settle what it has, and then ends", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, { settings: { settleMode: "manual" } }, async (subscription) => {
      const inbox = new Inbox(subscription);
      const id = emulator.push({ topic, payload: "x" });
      const { token } = await inbox.next();
      const stopped = subscription.stop();
      equal(subscription.state.value, "draining");
      await withSubscription(emulator, {}, async (other) => {
        // All of it goes to the other one: the credit of the first has been given back.
        const others = new Inbox(other);
        for (let i = 0; i < 50; i += 1) emulator.push({ topic, payload: "comes while draining" });
        for (let i = 0; i < 50; i += 1) await others.next();
      });
      subscription.settle(token ?? "", "accepted");
      await stopped;
      await emulator.expectSettled(id, "accepted");
      equal(inbox.all.length, 1);
    }),
  ));

test("a stop releases after 5 s what the flow has not settled, and leaves no timer", () =>
  withEmulator({}, (emulator) => {
    const clock = new ManualClock();
    const to = { settings: { settleMode: "manual" }, environment: { clock } };
    return withSubscription(emulator, to, async (subscription) => {
      const inbox = new Inbox(subscription);
      const id = emulator.push({ topic, payload: "x" });
      const { token } = await inbox.next();
      const stopped = subscription.stop();
      await clock.advance(4_999);
      equal(subscription.state.value, "draining");
      await clock.advance(1);
      await emulator.expectSettled(id, "released");
      await stopped;
      equal(clock.timers, 0);
      throws(
        () => {
          subscription.settle(token ?? "", "accepted");
        },
        { code: "DELIVERY_LINK_LOST" },
      );
    });
  }));

test("no timer is left by a stop in backoff, and none by one that follows a good start", () =>
  withEmulator({}, async (emulator) => {
    const clock = new ManualClock();
    const waiting = subscriptionTo(emulator, {
      instance: { accessKeySecret: "wrong" },
      environment: { clock },
    });
    waiting.start();
    await state(waiting, ({ value }) => value === "backoff");
    equal(clock.timers, 1, "the next attempt");
    await waiting.stop();
    equal(clock.timers, 0);
    await withSubscription(emulator, { environment: { clock } }, () => Promise.resolve());
    equal(clock.timers, 0);
  }));

test("an attempt counts as good after 30 s, and the backoff starts afresh", () =>
  withEmulator({}, async (emulator) => {
    const clock = new ManualClock();
    await withSubscription(emulator, { environment: { clock } }, async (subscription) => {
      const delays = [];
      for (const upMs of [0, 29_999, 30_000]) {
        await clock.advance(upMs);
        emulator.kick();
        const down = await state(subscription, ({ value }) => value === "backoff");
        ok(down.value === "backoff");
        delays.push(down.nextAttemptAtMs - clock.now());
        await clock.advance(delays.at(-1) ?? 0);
        await state(subscription, ({ value }) => value === "subscribed");
      }
      // Half the jitter of 1 s, 2 s, and 1 s again.
      deepEqual(delays, [500, 1_000, 500]);
    });
  }));

test("a start during a stop comes after it, and a further stop takes it back", () =>
  withEmulator({}, (emulator) => {
    const settings = { settleMode: "manual", connections: 2 };
    return withSubscription(emulator, { settings }, async (subscription) => {
      const inbox = new Inbox(subscription);
      emulator.push({ topic, payload: "x" });
      const { token } = await inbox.next();
      const stopped = subscription.stop();
      subscription.start();
      equal(subscription.state.value, "draining");
      subscription.settle(token ?? "", "accepted");
      await stopped;
      await state(subscription, (now) => now.value === "subscribed" && now.connected === 2);
      equal(subscription.counters.reconnects, 0, "a stop is no loss");

      emulator.push({ topic, payload: "y" });
      const last = await inbox.next();
      const [first, second] = [subscription.stop(), (subscription.start(), subscription.stop())];
      subscription.settle(last.token ?? "", "accepted");
      await Promise.all([first, second]);
      equal(subscription.state.value, "stopped");
      equal(emulator.connections().length, 0);
    });
  }));

test("a stopped subscription can be started again", () =>
  withEmulator({}, async (emulator) => {
    const subscription = subscriptionTo(emulator);
    const inbox = new Inbox(subscription);
    subscription.start();
    await state(subscription, ({ value }) => value === "subscribed");
    await subscription.stop();
    subscription.start();
    const id = emulator.push({ topic, payload: "x" });
    equal((await inbox.next()).message.messageId, id);
    await subscription.stop();
  }));

test("a paused subscription stays connected and takes nothing; resumed, it takes what has waited", () =>
  withEmulator({}, (emulator) => {
    const settings = { settleMode: "manual", connections: 2 };
    return withSubscription(emulator, { settings }, async (subscription) => {
      const inbox = new Inbox(subscription);
      const before = emulator.push({ topic, payload: "before" });
      const { token } = await inbox.next();
      subscription.pause();
      subscription.pause();
      deepEqual(subscription.state, {
        value: "subscribed",
        connected: 2,
        connections: 2,
        paused: true,
      });
      await withSubscription(emulator, {}, async (other) => {
        // The credit of both connections has been given back: all goes to the other one.
        const others = new Inbox(other);
        for (let i = 0; i < 50; i += 1) emulator.push({ topic, payload: "elsewhere" });
        for (let i = 0; i < 50; i += 1) await others.next();
      });
      const waiting = emulator.push({ topic, payload: "waits" });
      subscription.settle(token ?? "", "accepted");
      await emulator.expectSettled(before, "accepted");
      equal(emulator.groups()[0]?.backlog, 1);
      equal(inbox.all.length, 1);
      subscription.resume();
      subscription.resume();
      equal((await inbox.next()).message.messageId, waiting);
      deepEqual(subscription.state, { value: "subscribed", connected: 2, connections: 2 });
      equal(emulator.signIns.length, 3, "a pause is no reconnect");
    });
  }));

test("a message on its way when the subscription pauses is given back, and comes again", () =>
  withEmulator({ backlogRetryMs: 20 }, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      const remove = emulator.use({
        onTransfer: () => {
          subscription.pause(); // the transfer is written before the emulator hears of it
          return undefined;
        },
      });
      const id = emulator.push({ topic, payload: "x" });
      await emulator.expectSettled(id, "released");
      remove();
      deepEqual([subscription.counters.received, subscription.counters.released], [1, 1]);
      equal(inbox.all.length, 0);
      subscription.resume();
      equal((await inbox.next()).message.messageId, id);
    }),
  ));

test("a pause outlasts a lost connection and a stop, until it is ended", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      subscription.pause();
      emulator.kick();
      await state(subscription, ({ value }) => value === "backoff");
      const id = emulator.push({ topic, payload: "x" });
      const isUp = (now: SubscriptionState) => now.value === "subscribed" && now.paused === true;
      await state(subscription, isUp);
      await subscription.stop();
      subscription.start();
      await state(subscription, isUp);
      deepEqual([emulator.groups()[0]?.backlog, inbox.all.length], [1, 0]);
      subscription.resume();
      equal((await inbox.next()).message.messageId, id);
    }),
  ));

test("a release during a stop ends the wait for the flow", () =>
  withEmulator({}, (emulator) => {
    const clock = new ManualClock();
    const to = { settings: { settleMode: "manual", connections: 2 }, environment: { clock } };
    return withSubscription(emulator, to, async (subscription) => {
      const inbox = new Inbox(subscription);
      const ids = [1, 2, 3, 4].map((each) => emulator.push({ topic, payload: String(each) }));
      while (inbox.all.length < ids.length) await inbox.next();
      equal(subscription.counters.unsettled, 4);
      const stopped = subscription.stop();
      subscription.release();
      await clock.advance(10);
      await stopped;
      for (const id of ids) await emulator.expectSettled(id, "released");
      deepEqual([subscription.counters.released, subscription.counters.unsettled], [4, 0]);
      equal(clock.timers, 0);
    });
  }));

test("each delivery that nobody settles in time is told and counted, a settled one is not", () =>
  withEmulator({ backlogRetryMs: 60_000 }, (emulator) => {
    const to = { settings: { settleMode: "manual" }, options: { ackTimeoutMs: 100 } };
    return withSubscription(emulator, to, async (subscription) => {
      const inbox = new Inbox(subscription);
      let told = 0;
      subscription.on("expired", () => (told += 1));
      const ids = [1, 2, 3].map((each) => emulator.push({ topic, payload: String(each) }));
      subscription.settle((await inbox.next()).token ?? "", "accepted");
      for (const id of ids.slice(1)) await emulator.expectSettled(id, "released");
      deepEqual([told, subscription.counters.expired], [2, 2]);
    });
  }));

test("a wall clock that jumps moves no wait, no time-out and no limit", () =>
  withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
    let offsetMs = 0;
    const clock: Clock = { ...systemClock, now: () => Date.now() + offsetMs };
    const to = { settings: { settleMode: "manual", ackTimeout: 1 }, environment: { clock } };
    await withSubscription(emulator, to, async (subscription) => {
      const inbox = new Inbox(subscription);
      for (const jumpMs of [-30 * DAY_MS, 30 * DAY_MS]) {
        const id = emulator.push({ topic, payload: "x" });
        const first = await inbox.next();
        const comeMs = performance.now();
        offsetMs += jumpMs;
        // Not settled: released after a second of real time, whatever the clock on the wall says.
        await emulator.expectSettled(id, "released");
        const heldMs = performance.now() - comeMs;
        ok(heldMs > 900, `released after ${heldMs} ms`);
        throws(
          () => {
            subscription.settle(first.token ?? "", "accepted");
          },
          { code: "DELIVERY_EXPIRED" },
        );
        subscription.settle((await inbox.next()).token ?? "", "accepted");
        emulator.kick();
        await state(subscription, ({ value }) => value === "backoff");
        offsetMs += jumpMs;
        // This must come within seconds, not days.
        await state(subscription, ({ value }) => value === "subscribed");
      }
    });
  }));
const DAY_MS = 86_400_000;
