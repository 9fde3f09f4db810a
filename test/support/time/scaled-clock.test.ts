import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ScaledClock } from "./scaled-clock";

test("all of a scaled clock's times run faster by its factor", async () => {
  // Read before and after each reading of the clock: exact, however long the computer pauses.
  const earliest = { nowMs: Date.now(), realMs: performance.now() };
  const clock = new ScaledClock(1_000);
  const latest = { nowMs: Date.now(), realMs: performance.now() };
  await new Promise<void>((resolve) => clock.after(30_000, resolve));
  const leastMs = (performance.now() - latest.realMs) * 1_000;
  const [scaledMs, nowMs] = [clock.monotonicMs(), clock.now()];
  const tookMs = performance.now() - earliest.realMs;
  const mostMs = tookMs * 1_000;
  ok(scaledMs >= 30_000 && tookMs < 15_000, `30 s took ${tookMs} ms`);
  ok(scaledMs >= leastMs && scaledMs <= mostMs, `${scaledMs} ms`);
  // `now` is rounded.
  ok(nowMs >= earliest.nowMs + leastMs - 1 && nowMs <= latest.nowMs + mostMs + 1, `${nowMs} ms`);
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
