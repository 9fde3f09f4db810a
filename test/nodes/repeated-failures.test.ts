import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { RepeatedFailures } from "../../nodes/shared/repeated-failures";
import { SettingError, SettlementError } from "../../src/errors/error";
import { translator } from "../support/node-red/built-nodes";
import { ManualClock } from "../support/time/manual-clock";
import type { Failure } from "../../nodes/shared/translation";
import type { NodeMessage, NodeStatus } from "node-red";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const lost = (token = "t") => new SettlementError("DELIVERY_LINK_LOST", { token });
const settled = new SettlementError("DELIVERY_SETTLED", { token: "t" });

function repeatedFailures() {
  const clock = new ManualClock();
  const told: { failure: Failure; message: NodeMessage }[] = [];
  const shown: (string | undefined)[] = [];
  const node = {
    error: (failure: Failure, message: NodeMessage) => told.push({ failure, message }),
    status: ({ fill, text }: NodeStatus) => shown.push(fill && `${fill} ${text ?? ""}`),
  };
  const failures = new RepeatedFailures(node, translator("aliyun-iot-ack", "en-US"), clock);
  return { clock, failures, shown, told };
}

test("of 4,793 failures with one cause the first is told, and after a minute how many followed", async () => {
  const { clock, failures, shown, told } = repeatedFailures();
  for (let payload = 1; payload <= 4_793; payload += 1) failures.report(settled, { payload });
  deepEqual(
    told.map(({ message }) => message),
    [{ payload: 1 }],
  );
  await clock.advance(1_000);
  deepEqual(shown, ["red already settled", "red already settled × 4793"]);

  await clock.advance(MINUTE_MS);
  const { failure, message } = told[1] ?? {};
  match(String(failure), /4792 more times.*\[DELIVERY_SETTLED\]$/);
  deepEqual([told.length, failure?.code, message], [2, "DELIVERY_SETTLED", { payload: 4_793 }]);
});

test("a cause that goes on is told hourly, and one that does not begins anew", async () => {
  const { clock, failures, shown, told } = repeatedFailures();
  for (const token of ["a", "b"]) failures.report(lost(token), {});
  await clock.advance(MINUTE_MS);
  equal(told.length, 2);
  for (let minute = 0; minute < 119; minute += 1) {
    failures.report(lost(), {});
    await clock.advance(MINUTE_MS);
  }
  equal(told.length, 3);
  await clock.advance(2 * HOUR_MS);
  equal(told.length, 4);
  equal(shown.at(-1), undefined);
  equal(clock.timers, 0);
  failures.report(lost(), {});
  deepEqual([told.length, shown.at(-1)], [5, "yellow link lost"]);
});

test("each cause is told, and the last one shown", async () => {
  const { clock, failures, shown, told } = repeatedFailures();
  failures.report(settled, {});
  failures.report(lost(), {});
  await clock.advance(1_000);
  failures.report(settled, {});
  await clock.advance(1_000);
  deepEqual(
    told.map(({ failure }) => failure.code),
    ["DELIVERY_SETTLED", "DELIVERY_LINK_LOST"],
  );
  equal(shown.at(-1), "red already settled × 2");
  failures.close();
  deepEqual([shown.at(-1), clock.timers], [undefined, 0]);
});

test("a wrong setting stays in the status, and counts the messages that it has cost", async () => {
  const { clock, failures, shown, told } = repeatedFailures();
  const wrong = new SettingError("SETTING_MISSING", { setting: "outcome" });
  await failures.reportStart(wrong, Promise.resolve());
  await clock.advance(10 * HOUR_MS);
  deepEqual([told.length, shown], [1, ["red Outcome missing"]]);
  for (const payload of [1, 2, 3]) failures.report(wrong, { payload });
  await clock.advance(1_000);
  equal(shown.at(-1), "red Outcome missing × 3");
  await clock.advance(HOUR_MS);
  match(String(told[1]?.failure), /3 more times/);
  deepEqual(told[1]?.message, { payload: 3 });
  failures.close();
  equal(clock.timers, 0);
});
