import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Settlements } from "../../src/emulator/groups/settlements";
import { ManualClock } from "../support/time/manual-clock";
import { attached } from "../support/emulator/raw-client";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";

test("the history of a message tells every delivery and how each has ended", async () => {
  const clock = new ManualClock();
  await withEmulator({ clock, backlogRetryMs: 10_000 }, async (emulator) => {
    equal(emulator.history("7"), undefined);
    const client = await attached(emulator.port);
    emulator.push({ topic: "/t", messageId: "7" });
    const [first] = await client.have(1);
    deepEqual(emulator.history("7"), { sent: 1, endings: [] });
    first?.delivery.release();
    await emulator.expectSettled("7", "released");
    await clock.advance(10_000);
    await client.have(2);
    await clock.advance(30_000);
    deepEqual(emulator.history("7"), { sent: 2, endings: ["released", "timeout"] });
    await clock.advance(10_000);
    const third = (await client.have(3))[2];
    third?.delivery.accept();
    await emulator.expectSettled("7");
    deepEqual(emulator.history("7"), { sent: 3, endings: ["released", "timeout", "accepted"] });
  });
});

test("a delivery that is unsettled when its connection or its link goes is lost, and counted", () =>
  withEmulator({}, async (emulator) => {
    for (const [count, how] of (["destroy", "close", "detach", "kick"] as const).entries()) {
      const client = await attached(emulator.port);
      const messageId = emulator.push({ topic: "/t" });
      await client.have(1);
      if (how === "destroy") client.socket.destroy(new Error("pulled"));
      if (how === "close") client.close();
      if (how === "detach") client.receiver?.close();
      if (how === "kick") emulator.kick();
      await until(() => emulator.groups()[0]?.consumers === 0, `the link is gone after ${how}`);
      deepEqual(emulator.history(messageId), { sent: 1, endings: ["lost"] }, how);
      equal(emulator.groups()[0]?.lost, count + 1);
      client.close();
      await client.ended;
    }
  }));

test("a hundred thousand messages are remembered, and of more the last ones", () => {
  const settlements = new Settlements();
  for (let id = 0; id < 100_001; id += 1) settlements.note(String(id), "sent");
  equal(settlements.history("0"), undefined);
  deepEqual(settlements.history("1"), { sent: 1, endings: [] });
  deepEqual(settlements.history("100000"), { sent: 1, endings: [] });
});

test("thousands may wait for their messages while many more are noted", async () => {
  const settlements = new Settlements();
  const ids = Array.from({ length: 300_000 }, (_, id) => String(id));
  const waiting = ids.slice(-5_000).map((id) => settlements.expect(id, "accepted"));
  const late = settlements.expect("never", "accepted", 1);
  const startMs = performance.now();
  for (const id of ids) {
    settlements.note(id, "sent");
    settlements.note(id, "accepted");
  }
  await Promise.all(waiting);
  // A search through all that wait, or for the oldest, would take minutes.
  equal(performance.now() - startMs < 5_000, true);
  await rejects(late, /never was not accepted .*never sent/);
});

test("several may wait for the same message, each for its own outcome", async () => {
  const settlements = new Settlements();
  const all = [
    settlements.expect("7", "released"),
    settlements.expect("7", "accepted"),
    settlements.expect("7", "accepted"),
  ];
  settlements.note("7", "released");
  await all[0];
  settlements.note("7", "accepted");
  await Promise.all(all);
  await settlements.expect("7", "accepted");
});
