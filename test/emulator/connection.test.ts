import { equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { TestCa } from "../support/certificates";
import { ManualClock } from "../support/time/manual-clock";
import { RawClient, attached, once } from "../support/emulator/raw-client";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { RawClientOptions } from "../support/emulator/raw-client";
import { SIGN_METHODS } from "../../src/protocol/sign-in-values";

/** What a client is told that is not let in. */
async function refusal(port: number, options: RawClientOptions): Promise<string> {
  const client = new RawClient(port, options);
  client.connection.connect();
  const end = await client.ended;
  return `${end.condition ?? ""} ${end.description ?? ""}`;
}

for (const signMethod of SIGN_METHODS) {
  for (const securityToken of [undefined, "testSecurityToken"]) {
    test(`a client signs in with ${signMethod}${securityToken ? " and an STS token" : ""}`, () =>
      withEmulator({}, async (emulator) => {
        const nowMs = 1_700_000_000_123;
        const sts = securityToken === undefined ? {} : { securityToken };
        await attached(emulator.port, 1, { signMethod, nowMs, ...sts });
        equal(emulator.signIns.length, 1);
        equal(emulator.signIns[0]?.timestamp, nowMs);
        equal(emulator.connections().length, 1);
      }));
  }
}

test("a wrong secret, access key, token or instance ID gets SASL code 1, and the log no secret", () => {
  const lines: string[] = [];
  return withEmulator({ log: (line) => lines.push(line) }, async ({ port, signIns }) => {
    const wrong: readonly RawClientOptions[] = [
      { accessKeySecret: "wrongSecret" },
      { accessKeyId: "unknownKey" },
      { securityToken: "wrongToken" },
      { iotInstanceId: "iot-other" },
      { username: "no bars at all" },
      { username: "客户端|x" },
    ];
    for (const options of wrong) {
      match(await refusal(port, options), /^amqp:unauthorized-access Failed to authenticate: 1$/);
    }
    equal(signIns.length, 0);
    equal(lines.filter((line) => line.includes("sign-in refused")).length, wrong.length);
    equal(/testAccessKeySecret|wrongSecret|wrongToken|testSecurityToken/.test(lines.join()), false);
  });
});

test("an instance with an ID demands it", () =>
  withEmulator({ iotInstanceId: "iot-1" }, async ({ port }) => {
    match(await refusal(port, {}), /unauthorized-access/);
    await attached(port, 1, { iotInstanceId: "iot-1" });
  }));

test("a client that skips the sign-in or asks for another mechanism is refused", () =>
  withEmulator({}, async ({ port }) => {
    const unsigned = new RawClient(port);
    Object.assign(unsigned.connection.options, { username: undefined });
    unsigned.connection.connect();
    await unsigned.ended;
    const sent = (done: (error: undefined, bytes: Buffer) => void) => {
      done(undefined, Buffer.from("no separators"));
    };
    for (const mechanism of ["ANONYMOUS", "PLAIN"]) {
      const other = new RawClient(port);
      const sasl_mechanisms = { [mechanism]: () => ({ start: sent }) };
      Object.assign(other.connection.options, { sasl_mechanisms });
      other.connection.connect();
      equal((await other.ended).condition, "amqp:unauthorized-access", mechanism);
    }
  }));

test("a heartbeat that is absent, too short or too long is refused and log code 9601 is named", () =>
  withEmulator({}, async ({ port }) => {
    for (const idleTimeoutMs of [null, 29_999, 300_001]) {
      match(
        await refusal(port, { idleTimeoutMs }),
        /^aliyun-iot-emulator:heartbeat-out-of-range .*9601/,
      );
    }
    await attached(port, 1, { idleTimeoutMs: 30_000 });
    await attached(port, 1, { idleTimeoutMs: 300_000 });
  }));

test("the endpoint advertises its own heartbeat", () =>
  withEmulator({ idleTimeoutMs: 45_000 }, async ({ port }) => {
    const client = await new RawClient(port).open();
    equal(client.connection.idle_time_out, 45_000);
  }));

test("a max-frame-size below what AMQP allows is refused", () =>
  withEmulator({}, async ({ port }) => {
    match(await refusal(port, { maxFrameSize: 100 }), /^amqp:invalid-field .*max-frame-size/);
  }));

test("a consumer group that does not exist is named in the refusal", () =>
  withEmulator({}, async ({ port }) => {
    const told = await refusal(port, { consumerGroupId: "NO_SUCH_GROUP" });
    match(told, /^amqp:not-found .*NO_SUCH_GROUP/);
  }));

test("a group takes only so many consumers, and another when one has left", () =>
  withEmulator({ maxConsumers: 2 }, async (emulator) => {
    const { port } = emulator;
    const first = await attached(port, 1, { clientId: "a" });
    await attached(port, 1, { clientId: "b" });
    match(await refusal(port, { clientId: "c" }), /^amqp:resource-limit-exceeded .*9600/);
    first.close();
    await first.ended;
    await until(() => emulator.connections().length === 1, "one connection is left");
    await attached(port, 1, { clientId: "c" });
  }));

test("more connection requests than allowed within a minute are refused", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock, maxConnectsPerMinute: 3 }, async ({ port }) => {
    for (const clientId of ["a", "b", "c"]) await attached(port, 1, { clientId });
    match(await refusal(port, {}), /^amqp:resource-limit-exceeded .*minute/);
    await clock.advance(60_001);
    await attached(port, 1, { clientId: "d" });
  });
});

test("a client ID in use may be used again, or ends the older connection when asked to", async () => {
  await withEmulator({}, async (emulator) => {
    await attached(emulator.port);
    await attached(emulator.port);
    equal(emulator.connections().length, 2);
  });
  await withEmulator({ duplicateClientId: "kick-old" }, async (emulator) => {
    const old = await attached(emulator.port);
    await attached(emulator.port);
    equal((await old.ended).condition, "amqp:connection:forced");
    equal(emulator.connections().length, 1);
  });
});

test("a client that connects too often is refused, and its older connection stays", () =>
  withEmulator({ duplicateClientId: "kick-old", maxConnectsPerMinute: 1 }, async (emulator) => {
    const old = await attached(emulator.port);
    match(await refusal(emulator.port, {}), /^amqp:resource-limit-exceeded .*minute/);
    equal(old.connection.is_open(), true);
    equal(emulator.connections().length, 1);
  }));

test("a connection without a link is closed after 15 s, one with a link is not", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async ({ port }) => {
    const idle = await new RawClient(port).open();
    const good = await attached(port);
    await clock.advance(14_999);
    equal(idle.connection.is_open(), true);
    await clock.advance(1);
    const { condition, description } = await idle.ended;
    equal(condition, "aliyun-iot-emulator:attach-timeout");
    match(description ?? "", /within 15000 ms/);
    equal(good.connection.is_open(), true);
  });
});

test("a client that has not signed in within 15 s is cut off", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async ({ port }) => {
    const client = new RawClient(port);
    const sasl = new Promise<void>((resolve) => {
      Object.assign(client.connection.options, {
        sasl_mechanisms: {
          PLAIN: () => ({
            start: () => {
              resolve();
            },
          }),
        },
      });
    });
    client.connection.connect();
    await sasl;
    await clock.advance(15_000);
    await client.ended;
  });
});

test("a client that falls silent is closed after one and a half heartbeats", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async ({ port }) => {
    const client = await attached(port);
    await clock.advance(89_999);
    equal(client.connection.is_open(), true);
    await clock.advance(1);
    match((await client.ended).description ?? "", /heartbeat is missing/);
  });
});

test("a second receiver link is refused, the first goes on", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const second = client.connection.open_receiver({ credit_window: 0, autoaccept: false });
    const { receiver } = await once(second, "receiver_error");
    equal(receiver?.error && Reflect.get(receiver.error, "condition"), "amqp:not-allowed");
    emulator.push({ topic: "/t" });
    await client.have(1);
  }));

test("a sender link is refused", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const sender = client.connection.open_sender("anywhere");
    await once(sender, "sender_error");
    emulator.push({ topic: "/t" });
    await client.have(1);
  }));

test("a link that is taken away may be attached again", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const closed = once(client.connection, "receiver_close");
    client.receiver?.close();
    await closed;
    await until(() => emulator.groups()[0]?.consumers === 0, "the group has no consumer");
    await client.attach(5);
    equal(emulator.groups()[0]?.consumers, 1);
    emulator.push({ topic: "/t" });
    await client.have(1);
  }));

for (const [sort, source] of [
  ["no source", undefined],
  ["a source without an address", {}],
  ["any address", { address: "/queue-name" }],
] as const) {
  test(`a receiver link with ${sort} is attached`, () =>
    withEmulator({}, async (emulator) => {
      const client = await new RawClient(emulator.port).open();
      const settings = { credit_window: 0, autoaccept: false, ...(source && { source }) };
      const receiver = client.connection.open_receiver(settings as never);
      receiver.add_credit(1);
      emulator.push({ topic: "/t" });
      await client.have(1);
      // An answer without a source says “refused” to many clients.
      const answer: unknown = receiver.source;
      equal(typeof answer === "object" && answer !== null, true);
      equal(receiver.source.address, source && "address" in source ? source.address : undefined);
    }));
}

test("over TLS a client that trusts the CA gets in, one that does not stays out", async () => {
  const ca = new TestCa();
  await withEmulator(ca.leaf(), async (emulator) => {
    await attached(emulator.port, 1, { tls: { ca: ca.cert } });
    await rejects(attached(emulator.port, 1, { tls: {} }), /certificate|signature/i);
    await rejects(attached(emulator.port, 1), /ended/);
    await attached(emulator.port, 1, { tls: { ca: ca.cert } });
  });
});

test("a kick closes every open connection with the condition asked for", () =>
  withEmulator({}, async (emulator) => {
    const first = await attached(emulator.port, 1, { clientId: "a" });
    const second = await attached(emulator.port, 1, { clientId: "b" });
    equal(emulator.kick("amqp:internal-error", "on purpose"), 2);
    for (const client of [first, second]) {
      const end = await client.ended;
      equal(`${end.condition ?? ""}: ${end.description ?? ""}`, "amqp:internal-error: on purpose");
    }
    equal(emulator.connections().length, 0);
    equal(emulator.kick(), 0);
    const third = await attached(emulator.port);
    equal(emulator.kick(), 1);
    equal((await third.ended).condition, "amqp:connection:forced");
  }));

test("a behaviour can refuse a sign-in, an open frame and a link, and be taken out again", () =>
  withEmulator({}, async (emulator) => {
    const { port } = emulator;
    const signIn = emulator.use({ onSignIn: () => ({ ok: false, reason: "test" }) });
    match(await refusal(port, {}), /authenticate: 1/);
    signIn();
    const unavailable = emulator.use({ onSignIn: () => "unavailable" });
    match(await refusal(port, {}), /authenticate: 2/);
    unavailable();
    const open = emulator.use({ onOpen: () => ({ condition: "test:open", description: "no" }) });
    match(await refusal(port, {}), /^test:open no/);
    open();
    const attach = emulator.use({ onAttach: () => ({ condition: "test:link", description: "" }) });
    const client = await new RawClient(port).open();
    const receiver = client.connection.open_receiver({ credit_window: 0 });
    await once(receiver, "receiver_error");
    attach();
    await attached(port);
  }));
