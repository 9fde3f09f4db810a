import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ScaledClock } from "./scaled-clock";

test("all of a scaled clock's times run faster by its factor", async () => {
  const clock = new ScaledClock(1_000);
  const [nowMs, monotonicMs, realMs] = [clock.now(), clock.monotonicMs(), performance.now()];
  ok(Math.abs(nowMs - Date.now()) < 60_000, "it starts at another time than now");
  await new Promise<void>((resolve) => clock.after(30_000, resolve));
  const tookMs = performance.now() - realMs;
  ok(tookMs >= 30 && tookMs < 2_000, `30 s took ${tookMs} ms`);
  const scaledMs = clock.monotonicMs() - monotonicMs;
  ok(scaledMs >= 30_000 && Math.abs(scaledMs - tookMs * 1_000) < 5_000, `${scaledMs} ms`);
  ok(Math.abs(clock.now() - nowMs - scaledMs) < 5_000);
  equal(clock.realMs(30_000), 30);
});

test("no timer of a scaled clock fires early", async () => {
  const clock = new ScaledClock(250);
  const fired = Array.from({ length: 200 }, (_, index) => {
    const dueMs = clock.monotonicMs() + index * 17;
    return new Promise<number>((resolve) => {
      clock.after(index * 17, () => {
        resolve(clock.monotonicMs() - dueMs);
      });
    });
  });
  for (const lateMs of await Promise.all(fired)) ok(lateMs >= 0, `${-lateMs} ms early`);
  equal(clock.timers, 0);
});

test("a cancelled timer does not fire, and is not counted", async () => {
  const clock = new ScaledClock(1_000);
  let fired = 0;
  const cancel = clock.after(1_000, () => (fired += 1));
  equal(clock.timers, 1);
  cancel();
  cancel();
  equal(clock.timers, 0);
  await new Promise<void>((resolve) => clock.after(5_000, resolve));
  equal(fired, 0);
});
