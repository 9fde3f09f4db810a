import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { shownRate, Throughput } from "../../nodes/subscribe/throughput";
import { ManualClock } from "../support/time/manual-clock";

function measured() {
  const clock = new ManualClock();
  const told: number[] = [];
  const throughput = new Throughput(clock, (rate) => told.push(shownRate(rate)));
  const second = async (messages: number) => {
    for (let left = messages; left > 0; left -= 1) throughput.count();
    await clock.advance(1_000);
  };
  return { clock, told, throughput, second };
}

test("a steady rate is told after three seconds, and then no more", async () => {
  const { told, throughput, second } = measured();
  for (let seconds = 0; seconds < 30; seconds += 1) await second(120);
  deepEqual(told, [40, 80, 120]);
  equal(throughput.ratePerSecond, 120);
});

test("a rate that changes by more than a fifth is told again, and its end within eleven seconds", async () => {
  const { told, second, clock } = measured();
  for (const messages of [100, 110, 105, 95]) await second(messages);
  deepEqual(told, [33, 70, 110]);
  for (let seconds = 0; seconds < 10; seconds += 1) await second(200);
  // What is shown is never more than a fifth off.
  ok((told.at(-1) ?? 0) >= 160, told.join(", "));
  for (let seconds = 0; seconds < 11; seconds += 1) await second(0);
  equal(told.at(-1), 0);
  equal(clock.timers, 0);
});

test("a single message is less than one a second, then nothing", async () => {
  const { told, second } = measured();
  await second(1);
  for (let seconds = 0; seconds < 11; seconds += 1) await second(0);
  deepEqual([...new Set(told)], [0.3, 0.2, 0.1, 0]);
});

test("closing leaves no timer, and nothing more is told", async () => {
  const { clock, told, throughput, second } = measured();
  throughput.count();
  throughput.close();
  equal(clock.timers, 0);
  await clock.advance(5_000);
  deepEqual(told, []);
  await second(0);
});

test("a rate is shown in two digits", () => {
  const shown = [0, 0.123, 0.96, 1.04, 9.96, 12.4, 123, 1_234].map(shownRate);
  deepEqual(shown, [0, 0.1, 1, 1, 10, 12, 120, 1_200]);
});
