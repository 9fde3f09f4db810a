import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { settled, ManualClock } from "../support/time/manual-clock";
import { RawClient, attached, once } from "../support/emulator/raw-client";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Message } from "rhea";

/** A body of data sections as rhea hands it over. */
function bodyOf(message: Message | undefined): { content: unknown; multiple: unknown } {
  const { content, multiple } = Object(message?.body) as Record<string, unknown>;
  return { content, multiple };
}

test("a signed-in client receives a message and its settlement is counted", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const messageId = emulator.push({ topic: "/pk/dn/user/update", payload: { t: 21 } });
    match(messageId, /^\d{19}$/);
    const [first] = await client.have(1);
    equal(first?.messageId, messageId);
    deepEqual(bodyOf(first.message), {
      content: Buffer.from('{"t":21}'),
      multiple: undefined,
    });
    first.delivery.accept();
    await emulator.expectSettled(messageId);
    equal(emulator.groups()[0]?.accepted, 1);
    deepEqual(
      emulator.connections().map(({ clientId, consumerGroupId }) => [clientId, consumerGroupId]),
      [["raw-client", "DEFAULT_GROUP"]],
    );
  }));

test("topic, generate time and QoS go as application properties, QoS only if there is one", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const generateTime = 1_715_000_130_190;
    emulator.push({ topic: "/t/1", messageId: "7", generateTime, qos: 0 });
    emulator.push({ topic: "/t/2", messageId: "8", generateTime, payload: Buffer.from([0, 255]) });
    const [first, second] = await client.have(2);
    const topics = { topic: "/t/1", messageId: "7", generateTime, qos: 0 };
    deepEqual(first?.message.application_properties, topics);
    deepEqual(second?.message.application_properties, {
      topic: "/t/2",
      messageId: "8",
      generateTime,
    });
    deepEqual(bodyOf(second.message).content, Buffer.from([0, 255]));
  }));

test("message IDs can go as long, exactly, also beyond 2^53", () =>
  withEmulator({ messageIdType: "long" }, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.push({ topic: "/t", messageId: "1790000000000000123" });
    emulator.push({ topic: "/t", messageId: "5" });
    const [first, second] = await client.have(2);
    const bytes = first?.messageId;
    equal(Buffer.isBuffer(bytes) && bytes.readBigInt64BE(), 1_790_000_000_000_000_123n);
    equal(second?.messageId, 5);
  }));

test("a body can go in several data sections", () =>
  withEmulator({ dataSections: 3 }, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.push({ topic: "/t", payload: "abcdefg" });
    const [first] = await client.have(1);
    const { content, multiple } = bodyOf(first?.message);
    equal(multiple, true);
    equal(Buffer.concat(content as Buffer[]).toString(), "abcdefg");
  }));

test("a client that takes frames of 8 KiB only gets 250 KB in many of them", () =>
  withEmulator({}, async (emulator) => {
    const client = new RawClient(emulator.port, { maxFrameSize: 8_192 });
    await client.open();
    let largestFrame = 0;
    const frames = client.connection["amqp_transport"] as { read(buffer: Buffer): number };
    const read = frames.read.bind(frames);
    frames.read = (buffer) => {
      for (let at = 0; at + 4 <= buffer.length; at += Math.max(8, buffer.readUInt32BE(at))) {
        largestFrame = Math.max(largestFrame, buffer.readUInt32BE(at));
      }
      return read(buffer);
    };
    await client.attach(2);
    const payload = Buffer.alloc(250_000, "0123456789");
    const messageId = emulator.push({ topic: "/t", payload });
    const [first] = await client.have(1);
    deepEqual(bodyOf(first?.message).content, payload);
    equal(largestFrame <= 8_192 && largestFrame > 7_000, true, `largest frame ${largestFrame}`);
    first?.delivery.accept();
    await emulator.expectSettled(messageId);
  }));

test("only as much is sent as there is link credit", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port, 3);
    for (let count = 0; count < 10; count += 1) emulator.push({ topic: "/t" });
    await client.have(3);
    await settled(20);
    equal(client.received.length, 3);
    deepEqual([emulator.groups()[0]?.unsettled, emulator.groups()[0]?.backlog], [3, 7]);
    client.receiver?.add_credit(7);
    await client.have(10);
  }));

test("a client that drains gets what waits and its credit back", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port, 5);
    emulator.push({ topic: "/t" });
    await client.have(1);
    const { receiver } = client;
    if (receiver === undefined) throw new Error("There is no receiver.");
    const drained = once(receiver, "receiver_drained");
    receiver.drain_credit();
    await drained;
    emulator.push({ topic: "/t" });
    await settled(20);
    equal(client.received.length, 1);
  }));

test("every group gets each message, and one consumer of it", () =>
  withEmulator({ consumerGroupIds: ["G1", "G2"] }, async (emulator) => {
    const first = await attached(emulator.port, 10, { consumerGroupId: "G1", clientId: "a" });
    const second = await attached(emulator.port, 10, { consumerGroupId: "G2", clientId: "b" });
    emulator.push({ topic: "/all" });
    emulator.push({ topic: "/one", group: "G2" });
    await first.have(1);
    await second.have(2);
    equal(first.received.length, 1);
  }));

test("two consumers of a group share its messages", () =>
  withEmulator({}, async (emulator) => {
    const first = await attached(emulator.port, 100, { clientId: "a" });
    const second = await attached(emulator.port, 100, { clientId: "b" });
    for (let count = 0; count < 40; count += 1) emulator.push({ topic: "/t" });
    await Promise.all([first.have(1), second.have(1)]);
    await until(() => first.received.length + second.received.length === 40, "all 40 have come");
    const ids = [...first.received, ...second.received].map(({ messageId }) => messageId);
    equal(new Set(ids).size, 40);
  }));

for (const outcome of ["released", "rejected"] as const) {
  test(`a ${outcome} message comes again after the backlog's wait`, async () => {
    const clock = new ManualClock();
    await withEmulator({ clock }, async (emulator) => {
      const client = await attached(emulator.port);
      const messageId = emulator.push({ topic: "/t" });
      const [first] = await client.have(1);
      if (outcome === "released") first?.delivery.release();
      else first?.delivery.reject();
      await emulator.expectSettled(messageId, outcome);
      await clock.advance(59_999);
      equal(client.received.length, 1);
      await clock.advance(1);
      await client.have(2);
      equal(client.received[1]?.messageId, messageId);
      equal(emulator.groups()[0]?.[outcome], 1);
    });
  });
}

test("a modified message comes again and is not taken for a released one", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.push({ topic: "/t" });
    const [first] = await client.have(1);
    first?.delivery.modified({ delivery_failed: true });
    await until(() => emulator.groups()[0]?.modified === 1, "the modified one is counted");
    equal(emulator.groups()[0]?.released, 0);
    await clock.advance(60_000);
    await client.have(2);
  });
});

test("a message that nobody settles within 30 s comes again after a minute", async () => {
  const clock = new ManualClock();
  const lines: string[] = [];
  await withEmulator({ clock, log: (line) => lines.push(line) }, async (emulator) => {
    const client = await attached(emulator.port);
    const messageId = emulator.push({ topic: "/t" });
    await client.have(1);
    await clock.advance(30_000);
    equal(emulator.groups()[0]?.timedOut, 1);
    equal(lines.filter((line) => line.includes("9650")).length, 1);
    client.received[0]?.delivery.accept();
    await until(
      () => lines.some((line) => line.includes("too late")),
      "the late outcome is logged",
    );
    equal(emulator.groups()[0]?.accepted, 0);
    await clock.advance(60_000);
    await client.have(2);
    client.received[1]?.delivery.accept();
    await emulator.expectSettled(messageId);
  });
});

test("what a lost client has not settled goes to the others after the wait", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async (emulator) => {
    const first = await attached(emulator.port, 10, { clientId: "a" });
    emulator.push({ topic: "/t" });
    await first.have(1);
    const second = await attached(emulator.port, 10, { clientId: "b" });
    first.socket.destroy(new Error("pulled"));
    await first.ended;
    await until(() => emulator.connections().length === 1, "one connection is left");
    equal(emulator.groups()[0]?.backlog, 1);
    await clock.advance(60_000);
    await second.have(1);
  });
});

test("an outcome counts that is sent together with the detach or the close", () =>
  withEmulator({}, async (emulator) => {
    for (const leave of ["detach", "close"] as const) {
      const client = await attached(emulator.port);
      const messageId = emulator.push({ topic: "/t" });
      const [first] = await client.have(1);
      first?.delivery.accept();
      if (leave === "detach") client.receiver?.close();
      else client.close();
      await emulator.expectSettled(messageId);
      client.close();
      await client.ended;
    }
  }));

test("expectSettled says in a sentence what became of the message instead", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const messageId = emulator.push({ topic: "/t" });
    await rejects(emulator.expectSettled("unknown", "accepted", { timeoutMs: 1 }), /never sent/);
    const [first] = await client.have(1);
    first?.delivery.release();
    await emulator.expectSettled(messageId, "released");
    await rejects(
      emulator.expectSettled(messageId, "accepted", { timeoutMs: 1 }),
      /not accepted within 1 ms: it was sent 1 times and ended as released/,
    );
  }));

test("a behaviour can take a transfer over: send it twice, later, other bytes, or never", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port, 4);
    const remove = emulator.use({
      onTransfer: ({ send }) => {
        send();
        send();
        return "taken";
      },
    });
    emulator.push({ topic: "/twice", messageId: "1" });
    await client.have(2);
    remove();
    const never = emulator.use({ onTransfer: () => "taken" });
    for (const messageId of ["2", "3", "4"]) emulator.push({ topic: "/never", messageId });
    await settled(20);
    equal(emulator.groups()[0]?.unsettled, 3, "taken messages use up the credit that was left");
    equal(emulator.groups()[0]?.backlog, 1);
    never();
    client.receiver?.add_credit(1);
    await client.have(3);
    deepEqual(
      client.received.map(({ messageId }) => messageId),
      ["1", "1", "4"],
    );
  }));

test("message IDs rise, and those of an emulator started later are higher", async () => {
  const clock = new ManualClock();
  const ids: bigint[] = [];
  for (let start = 0; start < 2; start += 1) {
    await clock.advance(1);
    await withEmulator({ clock }, (emulator) => {
      for (let count = 0; count < 3; count += 1) ids.push(BigInt(emulator.push({ topic: "/t" })));
      return Promise.resolve();
    });
  }
  deepEqual(
    ids,
    [...ids].sort((left, right) => Number(left - right)),
  );
  equal(new Set(ids).size, 6);
});
