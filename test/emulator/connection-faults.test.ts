import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/emulator/random";
import { TestCa } from "../support/certificates";
import { attached, once } from "../support/emulator/raw-client";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { RawClient } from "../support/emulator/raw-client";

/** So many clients of a group, one after the other. */
async function clients(emulator: Emulator, count: number, consumerGroupId = "DEFAULT_GROUP") {
  const all: RawClient[] = [];
  while (all.length < count) {
    const clientId = `${consumerGroupId}-${all.length}`;
    all.push(await attached(emulator.port, 10, { clientId, consumerGroupId }));
  }
  return all;
}

const left = (emulator: Emulator) => emulator.connections().map(({ clientId }) => clientId);

test("a kick may be for some connections of one group only, chosen by chance", async () => {
  const kicked = new Set<string>();
  for (const seed of [1, 2, 3, 4, 5]) {
    const options = { consumerGroupIds: ["A", "B"], random: seeded(seed) };
    await withEmulator(options, async (emulator) => {
      await clients(emulator, 4, "A");
      await clients(emulator, 2, "B");
      const before = left(emulator);
      deepEqual(emulator.fault({ fault: "kick", group: "A", connections: 1 }), { kicked: 1 });
      for (const id of before) if (!left(emulator).includes(id)) kicked.add(id);
      equal(left(emulator).filter((id) => id.startsWith("A-")).length, 3);
      equal(left(emulator).filter((id) => id.startsWith("B-")).length, 2);
      deepEqual(emulator.fault({ fault: "kick", group: "A", connections: 100 }), { kicked: 3 });
    });
  }
  equal(kicked.size > 1, true, "it is always the same one");
});

test("a rebalance closes half of each group's connections, and of a single one that", () =>
  withEmulator({ consumerGroupIds: ["A", "B", "C"] }, async (emulator) => {
    const [four, one] = [await clients(emulator, 4, "A"), await clients(emulator, 1, "B")];
    deepEqual(emulator.fault({ fault: "rebalance" }), { closed: 3 });
    const ends = await Promise.all([one[0]?.ended, Promise.any(four.map(({ ended }) => ended))]);
    for (const end of ends) {
      equal(end?.condition, "amqp:connection:forced");
      match(end.description ?? "", /9602/);
    }
    equal(left(emulator).length, 2);
    deepEqual(emulator.fault({ fault: "rebalance", group: "A", connections: 2 }), { closed: 2 });
    deepEqual(emulator.fault({ fault: "rebalance" }), { closed: 0 });
  }));

for (const tls of [false, true]) {
  test(`a reset reaches the client as a TCP reset${tls ? ", also over TLS" : ""}`, async () => {
    const ca = new TestCa();
    await withEmulator(tls ? ca.leaf() : {}, async (emulator) => {
      const options = tls ? { tls: { ca: ca.cert } } : {};
      const client = await attached(emulator.port, 10, options);
      emulator.push({ topic: "/t", messageId: "7" });
      await client.have(1);
      deepEqual(emulator.fault({ fault: "reset" }), { reset: 1 });
      match((await client.ended).description ?? "", /ECONNRESET/);
      await until(() => emulator.history("7")?.endings[0] === "lost", "the delivery is lost");
      equal(emulator.connections().length, 0);
      await attached(emulator.port, 10, options);
    });
  });
}

test("a detach takes the link away with its reason, and the client may attach another", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    if (client.receiver === undefined) throw new Error("There is no receiver.");
    const detached = once(client.receiver, "receiver_error");
    const request = { fault: "detach", condition: "test:gone", description: "why" } as const;
    deepEqual(emulator.fault(request), { detached: 1 });
    const { error } = (await detached).receiver ?? {};
    const { condition, description } = Object(error) as Record<string, unknown>;
    deepEqual([condition, description], ["test:gone", "why"]);
    await until(() => emulator.groups()[0]?.consumers === 0, "the group has no consumer");
    equal(client.connection.is_open(), true);
    deepEqual(emulator.fault(request), { detached: 0 });
    emulator.push({ topic: "/t" });
    await client.attach(5);
    await client.have(1);
  }));

test("an ended session leaves the connection up, and the client may begin another", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const ended = once(client.connection, "session_error");
    deepEqual(emulator.fault({ fault: "end-session" }), { ended: 1 });
    const { error } = (await ended).session ?? {};
    equal(Reflect.get(Object(error) as object, "condition"), "amqp:internal-error");
    await until(() => emulator.groups()[0]?.consumers === 0, "the group has no consumer");
    equal(client.connection.is_open(), true);
    emulator.push({ topic: "/t" });
    const session = client.connection.create_session();
    session.open();
    const receiver = session.open_receiver({ autoaccept: false, credit_window: 0 });
    receiver.add_credit(1);
    await client.have(1);
  }));

test("a client that does not answer the detach is closed like one that never attached", () =>
  withEmulator({ attachTimeoutMs: 50 }, async (emulator) => {
    const client = await attached(emulator.port);
    client.socket.pause();
    emulator.fault({ fault: "detach" });
    await until(() => emulator.connections().length === 0, "it is closed");
    client.socket.resume();
    equal((await client.ended).condition, "aliyun-iot-emulator:attach-timeout");
  }));

test("refused sign-ins are used up in the order in which they were asked for", () =>
  withEmulator({}, async (emulator) => {
    emulator.fault({ fault: "refuse-sign-in", count: 2 });
    emulator.fault({ fault: "refuse-sign-in", unavailable: true });
    for (const code of [1, 1, 2]) {
      await rejects(attached(emulator.port), new RegExp(`authenticate: ${code}`));
    }
    await attached(emulator.port);
  }));
