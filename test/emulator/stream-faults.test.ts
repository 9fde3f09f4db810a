import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { seeded } from "../../src/emulator/random";
import { Emulator } from "../../src/emulator/emulator";
import { TestCa } from "../support/certificates";
import { ManualClock, settled } from "../support/time/manual-clock";
import { attached } from "../support/emulator/raw-client";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { RawClient } from "../support/emulator/raw-client";

/** Everything that a client reads from now on. */
function listen({ socket }: RawClient): () => Buffer {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks);
}

for (const tls of [false, true]) {
  test(`a silent peer sends and reads nothing, and goes on when calmed${tls ? ", also over TLS" : ""}`, async () => {
    const ca = new TestCa();
    const clock = new ManualClock();
    await withEmulator({ clock, ...(tls ? ca.leaf() : {}) }, async (emulator) => {
      const client = await attached(emulator.port, 10, tls ? { tls: { ca: ca.cert } } : {});
      emulator.push({ topic: "/t", messageId: "before" });
      const [first] = await client.have(1);
      const heard = listen(client);
      deepEqual(emulator.fault({ fault: "silent" }), { silent: 1 });
      first?.delivery.accept();
      emulator.push({ topic: "/t", messageId: "during" });
      await until(() => emulator.history("during")?.sent === 1, "it has been sent");
      await settled(50);
      deepEqual(emulator.history("before"), { sent: 1, endings: [] }, "the outcome was read");
      // Ten times what our own watch for silent clients allows.
      await clock.advance(900_000);
      await settled(20);
      equal(heard().length, 0);
      equal(emulator.history("before")?.endings[0], "timeout");
      equal(emulator.connections().length, 1);
      equal(emulator.endFaults(), 1);
      await client.have(2);
      client.close();
      await until(() => emulator.connections().length === 0, "the close is heard again");
    });
  });
}

test("a silence of so many seconds is a stalled network: what was held back comes then", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock }, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.push({ topic: "/t", messageId: "1" });
    const [first] = await client.have(1);
    emulator.fault({ fault: "silent", seconds: 10 });
    first?.delivery.accept();
    emulator.push({ topic: "/t", messageId: "2" });
    await clock.advance(9_999);
    await settled(20);
    equal(client.received.length, 1);
    await clock.advance(1);
    await client.have(2);
    await emulator.expectSettled("1");
    client.received[1]?.delivery.accept();
    await emulator.expectSettled("2");
  });
});

test("a silent connection is no one's target, and its client's going ends the silence", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.fault({ fault: "silent" });
    deepEqual(emulator.fault({ fault: "kick" }), { kicked: 0 });
    deepEqual(emulator.fault({ fault: "silent" }), { silent: 0 });
    equal(emulator.connections().length, 1);
    client.socket.destroy(new Error("gives up"));
    await until(() => emulator.connections().length === 0, "it is gone");
    equal(emulator.endFaults(), 0);
  }));

test("a stop does not wait for silent connections, and leaves no timer", async (t) => {
  // Clients get 1 s to answer a close. Here 20 s: no pause of a busy computer takes that long.
  const realClock = { ...systemClock };
  let hasWaited = false;
  t.mock.method(systemClock, "after", (_delayMs: number, action: () => void) =>
    realClock.after(20_000, () => {
      hasWaited = true;
      action();
    }),
  );
  const clock = new ManualClock();
  for (const request of [
    { fault: "silent" },
    { fault: "silent", seconds: 60 },
    { fault: "half-frame" },
  ] as const) {
    const emulator = await Emulator.start({ clock });
    const client = await attached(emulator.port);
    emulator.fault(request);
    await emulator.stop();
    equal(hasWaited, false, "the stop waited for an answer");
    await client.ended;
    equal(clock.timers, 0);
  }
});

test("what a silenced client sends is kept up to a limit, and beyond that not read", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    emulator.fault({ fault: "silent" });
    // Heartbeats with a long header: 32 MiB, more than the sockets' buffers take by themselves.
    const heartbeat = Buffer.alloc(1_020);
    heartbeat.writeUInt32BE(heartbeat.length);
    heartbeat.writeUInt8(heartbeat.length / 4, 4);
    client.socket.write(Buffer.concat(Array.from({ length: 32_896 }, () => heartbeat)));
    await settled(1_000);
    equal(client.socket.writableLength > 0, true, "all of it has been read");
    emulator.endFaults();
    await until(() => client.socket.writableLength === 0, "the rest is read");
    emulator.push({ topic: "/t" });
    await client.have(1);
  }));

test("half a frame comes, then nothing; once calmed the rest, and all that was held back", () =>
  withEmulator({}, async (emulator) => {
    const client = await attached(emulator.port);
    const heard = listen(client);
    deepEqual(emulator.fault({ fault: "half-frame" }), { silent: 1 });
    emulator.push({ topic: "/t", messageId: "held" });
    await until(() => emulator.history("held")?.sent === 1, "it has been sent");
    await until(() => heard().length > 0, "something has come");
    await settled(20);
    const half = heard();
    equal(half.length < half.readUInt32BE(0), true, "less than the size that it announces");
    emulator.endFaults();
    const [held] = await client.have(1);
    held?.delivery.accept();
    await emulator.expectSettled("held");
  }));

test("garbage is random bytes between two frames, the same for the same seed", async () => {
  const seen: string[] = [];
  for (const seed of [7, 7, 8]) {
    await withEmulator({ random: seeded(seed) }, async (emulator) => {
      const client = await attached(emulator.port);
      const heard = listen(client);
      deepEqual(emulator.fault({ fault: "garbage" }), { garbled: 1 });
      await until(() => heard().length >= 64, "they have come");
      seen.push(heard().toString("hex"));
      client.socket.destroy(new Error("done")); // it still waits for the frame that it has read of
    });
  }
  equal(seen[0], seen[1]);
  match(seen[0] ?? "", /^[0-9a-f]{128}$/);
  equal(seen[0] === seen[2], false);
});
