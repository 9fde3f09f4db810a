import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { createApiClient } from "../../src/openapi/client";
import { answer, withApi } from "../support/api/api-server";
import { ASK, failureOf, SET } from "../support/api/calls";
import { ManualClock } from "../support/time/manual-clock";
import type { IotAmqpError } from "../../src/errors/error";
import type { Script } from "../support/api/api-server";

const NOW_MS = Date.parse("2026-01-02T03:04:05Z");
const DONE = answer({ Success: true, RequestId: "r1" });

/** A platform that refuses what is not signed within 15 minutes of its own time. */
function strict(now: () => number, { hasDate = true } = {}): Script {
  return (seen, response, socket) => {
    response.sendDate = false;
    const date = hasDate ? { date: new Date(now()).toUTCString() } : {};
    const offMs = Math.abs(Date.parse(String(seen.headers["x-acs-date"])) - now());
    const isOff = offMs > 15 * 60_000;
    const refused = { RequestId: "r1", Code: "InvalidTimeStamp.Expired", Message: "leak" };
    const script = isOff ? answer(refused, { status: 400, headers: date }) : DONE;
    script(seen, response, socket);
  };
}

test("a clock that is 20 min slow is corrected by the platform's, told once, for good", () => {
  const clock = new ManualClock(NOW_MS);
  return withApi([strict(() => clock.now() + 1_200_000)], async (server) => {
    const warnings: IotAmqpError[] = [];
    const warn = (error: IotAmqpError) => warnings.push(error);
    const client = createApiClient(server.options(), { clock, warn });
    await client.call(SET);
    const dates = () => server.seen.map(({ headers }) => headers["x-acs-date"]);
    deepEqual(dates(), ["2026-01-02T03:04:05Z", "2026-01-02T03:24:05Z"]);
    await client.call(SET);
    equal(dates()[2], "2026-01-02T03:24:05Z");
    const other = createApiClient(server.options(), { clock, warn });
    await other.call(ASK);
    equal(server.seen.length, 4, "all clients of the account know");
    deepEqual(
      warnings.map(({ code, details }) => [code, details]),
      [["API_CLOCK_CORRECTED", { reasonCode: "clockBehind", seconds: 1_200 }]],
    );
    client.close();
    other.close();
  });
});

test("a clock that is put right meanwhile is believed again, without a word", () => {
  const clock = new ManualClock(NOW_MS);
  let aheadMs = -1_200_000;
  return withApi([strict(() => clock.now() + aheadMs)], async (server) => {
    const warnings: IotAmqpError[] = [];
    const warn = (error: IotAmqpError) => warnings.push(error);
    const client = createApiClient(server.options(), { clock, warn });
    await client.call(SET);
    aheadMs = 0;
    await client.call(SET);
    await client.call(SET);
    equal(server.seen.length, 5);
    equal(server.seen[4]?.headers["x-acs-date"], "2026-01-02T03:04:05Z");
    equal(warnings.length, 1);
    equal(warnings[0]?.details["reasonCode"], "clockAhead");
    client.close();
  });
});

test("a time that is refused again ends the call", () => {
  const clock = new ManualClock(NOW_MS);
  const refused = answer(
    { RequestId: "r1", Code: "InvalidTimeStamp.Expired" },
    { status: 400, headers: { date: new Date(NOW_MS - 60_000).toUTCString() } },
  );
  return withApi([refused], async (server) => {
    const client = createApiClient(server.options(), { clock });
    const error = await failureOf(client.call(ASK));
    equal(error.code, "API_CLOCK_OFF");
    const { seconds, reasonCode, apiCode } = error.details;
    deepEqual([seconds, reasonCode, apiCode], [60, "clockAhead", "InvalidTimeStamp.Expired"]);
    equal(server.seen.length, 2);
    client.close();
  });
});

test("an answer without a date ends the call at once", () => {
  const clock = new ManualClock(NOW_MS);
  return withApi([strict(() => NOW_MS + 1_200_000, { hasDate: false })], async (server) => {
    const client = createApiClient(server.options(), { clock });
    const error = await failureOf(client.call(SET));
    equal(error.code, "API_CLOCK_OFF");
    equal(error.details["reasonCode"], "clockUnknown");
    equal(server.seen.length, 1);
    client.close();
  });
});
