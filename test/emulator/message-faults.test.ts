import { deepEqual, equal, notDeepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../src/amqp/decode";
import { DecodeError } from "../../src/errors/error";
import { seeded } from "../../src/emulator/random";
import { Emulator } from "../../src/emulator/emulator";
import { MALFORMED_KINDS } from "../../src/emulator/faults/message-faults";
import { encodeMessage } from "../../src/emulator/amqp/encode-message";
import { EMULATOR_DEFAULTS } from "../../src/settings/emulator";
import { ManualClock, settled } from "../support/time/manual-clock";
import { attached } from "../support/emulator/raw-client";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { RawClient } from "../support/emulator/raw-client";

function push(emulator: Emulator, ...ids: readonly string[]): void {
  for (const messageId of ids) emulator.push({ topic: "/t", messageId });
}

const ids = ({ received }: RawClient) => received.map(({ messageId }) => messageId);

/** Ten message IDs, in their order. */
const TEN = Array.from({ length: 10 }, (_, index) => String(index));

test("a duplicate is a second delivery with the same message ID, to be settled by itself", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port, 20);
    deepEqual(emulator.fault({ fault: "duplicate", count: 2 }), { duplicating: 2 });
    push(emulator, "1", "2", "3");
    const [first, second] = await client.have(5);
    deepEqual(ids(client), ["1", "1", "2", "2", "3"]);
    first?.delivery.accept();
    await emulator.expectSettled("1");
    deepEqual(emulator.history("1"), { sent: 2, endings: ["accepted"] });
    second?.delivery.release();
    await emulator.expectSettled("1", "released");
    deepEqual(emulator.history("1"), { sent: 2, endings: ["accepted", "released"] });
    deepEqual([emulator.groups()[0]?.unsettled, emulator.groups()[0]?.backlog], [3, 1]);
  }));

test("a count of a fault that applies to messages is for all groups together", () =>
  withEmulator({ consumerGroupIds: ["A", "B"] }, async (emulator) => {
    const a = await attached(emulator.port, 20, { consumerGroupId: "A", clientId: "a" });
    const b = await attached(emulator.port, 20, { consumerGroupId: "B", clientId: "b" });
    emulator.fault({ fault: "duplicate", count: 3 });
    push(emulator, "1", "2", "3");
    await until(() => a.received.length + b.received.length === 9, "nine have come");
  }));

test("reordered transfers come when all are there, each once, in another order", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock, random: seeded(3) }, async (emulator) => {
    const client = await attached(emulator.port, 20);
    deepEqual(emulator.fault({ fault: "reorder" }), { reordering: 10 });
    push(emulator, ...TEN.slice(0, 9));
    await until(() => emulator.history("8")?.sent === 1, "nine have been sent");
    await settled(20);
    equal(client.received.length, 0);
    push(emulator, "9", "after");
    await client.have(11);
    const came = ids(client).slice(0, 10);
    notDeepEqual(came, TEN);
    deepEqual([...came].sort(), TEN);
    equal(ids(client)[10], "after");
    for (const { delivery } of client.received) delivery.accept();
    for (const id of TEN) await emulator.expectSettled(id);
    equal(emulator.endFaults(), 0);
  });
});

test("if fewer transfers come than are to be reordered, they go out after a short time", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock, random: seeded(3) }, async (emulator) => {
    const client = await attached(emulator.port, 20);
    emulator.fault({ fault: "reorder", count: 100 });
    push(emulator, ...TEN);
    await until(() => emulator.history("9")?.sent === 1, "they have been sent");
    await clock.advance(1_999);
    equal(client.received.length, 0);
    await clock.advance(1);
    await client.have(10);
    notDeepEqual(ids(client), TEN);
    push(emulator, "after");
    await client.have(11);
  });
});

test("a second reorder begins when the first is over", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock, random: seeded(3) }, async (emulator) => {
    const client = await attached(emulator.port, 20);
    emulator.fault({ fault: "reorder", count: 3 });
    emulator.fault({ fault: "reorder", count: 3 });
    push(emulator, "a", "b", "c", "d");
    await client.have(3);
    deepEqual([...ids(client)].sort(), ["a", "b", "c"]);
    push(emulator, "e", "f");
    await client.have(6);
    deepEqual(ids(client).slice(3).sort(), ["d", "e", "f"]);
  });
});

test("delayed transfers come so much later, and those behind them overtake", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async (emulator) => {
    const client = await attached(emulator.port, 20);
    deepEqual(emulator.fault({ fault: "delay", seconds: 5, count: 2 }), { delaying: 2 });
    push(emulator, "1", "2", "3");
    await client.have(1);
    deepEqual(ids(client), ["3"]);
    await clock.advance(4_999);
    equal(client.received.length, 1);
    await clock.advance(1);
    await client.have(3);
    for (const { delivery } of client.received) delivery.accept();
    for (const id of ["1", "2", "3"]) await emulator.expectSettled(id);
    equal(emulator.endFaults(), 0);
  });
});

test("a delayed transfer of a link that has gone meanwhile is lost, and comes to the next", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock, backlogRetryMs: 20_000 }, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.fault({ fault: "delay", seconds: 10 });
    push(emulator, "1");
    await until(() => emulator.history("1")?.sent === 1, "it has been sent");
    client.close();
    await until(() => emulator.history("1")?.endings[0] === "lost", "it is lost");
    const next = await attached(emulator.port);
    await clock.advance(10_000);
    equal(next.received.length, 0);
    await clock.advance(10_000);
    await next.have(1);
  });
});

test("what is held back goes out when calmed, and the counts are forgotten", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async (emulator) => {
    const client = await attached(emulator.port, 20);
    emulator.fault({ fault: "delay", seconds: 5, count: 2 });
    emulator.fault({ fault: "reorder", count: 100 });
    for (const fault of ["duplicate", "malformed", "refuse-sign-in"] as const) {
      emulator.fault({ fault, count: 100 });
    }
    push(emulator, "1", "2");
    await until(() => emulator.history("1")?.sent === 2, "it has been sent twice");
    await settled(20);
    equal(client.received.length, 0);
    equal(emulator.endFaults(), 5);
    await client.have(4);
    push(emulator, "3");
    await client.have(5);
    equal(ids(client)[4], "3");
    await attached(emulator.port, 1, { clientId: "other" });
    equal(clock.timers, 3, "the watches of two connections, and one deadline");
  });
});

test("every sort of malformed message is undecodable, whatever the message was", () => {
  for (const payload of ["", "x", "x".repeat(300)]) {
    for (const qos of [undefined, 1] as const) {
      const message = { messageId: "7", topic: "/t", generateTime: 1, qos };
      const encoded = encodeMessage(
        { ...message, payload: Buffer.from(payload) },
        EMULATOR_DEFAULTS,
      );
      for (const [sort, damaged] of Object.entries(MALFORMED_KINDS)) {
        throws(() => decodeMessage(damaged(encoded)), DecodeError, `${sort} of “${payload}”`);
      }
    }
  }
});

test("a malformed transfer is settled like any other, and its message comes again whole", async () => {
  const clock = new ManualClock();
  // The first sort: rhea can take that one without an endless loop.
  await withEmulator({ clock, random: () => 0 }, async (emulator) => {
    const client = await attached(emulator.port);
    // Not decoded, so that rhea lives on.
    Object.assign(client.connection, {
      on_transfer(frame: { performative: object }) {
        Object.assign(frame.performative, { message_format: 1 });
        const { on_transfer } = Object.getPrototypeOf(client.connection) as {
          on_transfer: (frame: object) => void;
        };
        on_transfer.call(client.connection, frame);
      },
    });
    deepEqual(emulator.fault({ fault: "malformed" }), { malforming: 1 });
    push(emulator, "1");
    const [first] = await client.have(1);
    const encoded: unknown = first?.message;
    throws(() => decodeMessage(Buffer.isBuffer(encoded) ? encoded : Buffer.alloc(0)), DecodeError);
    first?.delivery.reject();
    await emulator.expectSettled("1", "rejected");
    Reflect.deleteProperty(client.connection, "on_transfer");
    await clock.advance(60_000);
    await client.have(2);
    equal(ids(client)[1], "1");
  });
});

test("a throttle is for each group, for so many seconds, and a new one replaces it", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock, consumerGroupIds: ["A", "B"] }, async (emulator) => {
    const a = await attached(emulator.port, 100, { consumerGroupId: "A", clientId: "a" });
    const b = await attached(emulator.port, 100, { consumerGroupId: "B", clientId: "b" });
    deepEqual(emulator.fault({ fault: "throttle", perSecond: 0 }), { throttled: 0 });
    push(emulator, ...Array.from({ length: 50 }, (_, index) => String(index)));
    await clock.advance(5_000);
    equal(a.received.length + b.received.length, 0);
    emulator.fault({ fault: "throttle", perSecond: 10, seconds: 2 });
    await settled(); // the first goes out at once, and not when the clock has moved
    await clock.advance(999);
    await Promise.all([a.have(10), b.have(10)]);
    equal(a.received.length + b.received.length, 20);
    await clock.advance(1_001);
    await Promise.all([a.have(50), b.have(50)]);
    equal(emulator.endFaults(), 0);
  });
});

test("a thousand faults may be in force at a time, and of more the last ones", () =>
  withEmulator({ clock: new ManualClock() }, async (emulator) => {
    const client = await attached(emulator.port, 20);
    emulator.fault({ fault: "reorder" });
    push(emulator, "1");
    await until(() => emulator.history("1")?.sent === 1, "it is held back");
    for (let count = 0; count < 1_000; count += 1) emulator.fault({ fault: "refuse-sign-in" });
    await client.have(1);
    equal(emulator.endFaults(), 1_000);
  }));

test("no timer is left after a stop, whatever faults were in force", async () => {
  const clock = new ManualClock();
  const emulator = await Emulator.start({ clock });
  await attached(emulator.port, 20);
  emulator.fault({ fault: "delay", seconds: 60 });
  emulator.fault({ fault: "reorder" });
  emulator.fault({ fault: "throttle", perSecond: 2, seconds: 60 });
  push(emulator, ...TEN);
  await clock.advance(1_000);
  equal(clock.timers >= 5, true, `${clock.timers} timers`);
  await emulator.stop();
  equal(clock.timers, 0);
});
