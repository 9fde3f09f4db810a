import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { Account, accountOf } from "../../src/openapi/account";
import { createApiClient } from "../../src/openapi/client";
import { answer, withApi } from "../support/api/api-server";
import { apiAt, ASK, failureOf, SET } from "../support/api/calls";
import { ManualClock } from "../support/time/manual-clock";
import { until } from "../support/time/until";
import type { ApiAction } from "../../src/openapi/actions";

/** The times at which so many calls of an action start, all asked for at once. */
async function starts(action: ApiAction, count: number, forMs: number): Promise<number[]> {
  const clock = new ManualClock();
  const account = new Account(clock);
  const times: number[] = [];
  const all = Array.from({ length: count }, () =>
    account.inTurn(action, () => {
      times.push(clock.monotonicMs());
      return Promise.resolve();
    }),
  );
  await clock.advance(forMs);
  await Promise.all(all);
  equal(clock.timers, 0);
  return times;
}

for (const [action, perSecond] of [
  ["SetDeviceProperty", 500],
  ["QueryDevicePropertyStatus", 200],
  ["QueryThingModelPublished", 10],
] as const) {
  test(`${action} stays below its ${perSecond} calls in any second, and uses most of them`, async () => {
    const times = await starts(action, perSecond * 2, 4_000);
    equal(times.length, perSecond * 2);
    const inSecond = times.map(
      (from) => times.filter((atMs) => atMs >= from && atMs < from + 1_000).length,
    );
    const most = Math.max(...inSecond);
    ok(most < perSecond, `${most} in a second`);
    ok(most >= perSecond * 0.75, `${most} in a second`);
  });
}

test("calls of one action start in their order, and do not hold up those of another", async () => {
  const clock = new ManualClock();
  const account = new Account(clock);
  const started: string[] = [];
  const start = (action: ApiAction, name: string) =>
    account.inTurn(action, () => {
      started.push(name);
      return Promise.resolve();
    });
  const all = [
    start("QueryThingModelPublished", "model 1"),
    start("QueryThingModelPublished", "model 2"),
    start("QueryThingModelPublished", "model 3"),
    start("SetDeviceProperty", "set"),
  ];
  await clock.advance(0);
  deepEqual(started, ["model 1", "set"]);
  await clock.advance(1_000);
  deepEqual(started, ["model 1", "set", "model 2", "model 3"]);
  await Promise.all(all);
});

test("no more than 256 calls are under way at a time; the oldest is next", async () => {
  const clock = new ManualClock();
  const account = new Account(clock);
  const ends: (() => void)[] = [];
  const all = Array.from({ length: 262 }, () =>
    account.inTurn("Pub", () => new Promise<void>((end) => ends.push(end))),
  );
  await clock.advance(1_000);
  equal(ends.length, 256);
  ends[5]?.();
  await clock.advance(0);
  equal(ends.length, 257);
  for (let index = 0; index < 262; index += 1) {
    ends[index]?.();
    await clock.advance(0);
  }
  await Promise.all(all);
  equal(clock.timers, 0);
});

test("a try that fails makes room for the next", async () => {
  const clock = new ManualClock();
  const account = new Account(clock);
  for (let count = 0; count < 300; count += 1) {
    await clock.advance(1);
    await rejects(
      account.inTurn("Pub", () => Promise.reject(new Error("no"))),
      /no/,
    );
  }
});

test("of more than a thousand calls the rest is refused, and there is room when they have ended", () =>
  withApi([answer({ Success: true, RequestId: "r1" })], async (server) => {
    const client = createApiClient(server.options());
    const other = createApiClient(server.options());
    const first = Array.from({ length: 1_000 }, (_, index) =>
      (index % 2 === 0 ? client : other).call(SET),
    );
    const error = await failureOf(client.call(ASK));
    equal(error.code, "COMMANDS_FULL");
    deepEqual(error.details, { waiting: 1_000 });
    await Promise.all(first);
    equal((await client.call(ASK)).requestId, "r1");
    equal(server.seen.length, 1_001);
    ok(server.connections <= 2 * 256, `${server.connections} connections`);
    client.close();
    other.close();
    await until(() => server.open === 0, "all were closed");
  }));

test("an account is one access key at one endpoint", () => {
  const clock = new ManualClock();
  const options = apiAt(1);
  equal(accountOf(options, clock), accountOf({ ...options, iotInstanceId: "other" }, clock));
  ok(accountOf(options, clock) !== accountOf({ ...options, accessKeyId: "other" }, clock));
  ok(accountOf(options, clock) !== accountOf(apiAt(2), clock));
});
