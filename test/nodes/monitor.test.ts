import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { Monitor } from "../../nodes/subscribe/monitor";
import { NetworkError } from "../../src/errors/error";
import { translator } from "../support/node-red/built-nodes";
import { ManualClock } from "../support/time/manual-clock";

test("the last error keeps its time while the states after it still name it", async () => {
  const clock = new ManualClock();
  const translate = translator("aliyun-iot-subscribe", "en-US");
  const node = { status: () => undefined, error: () => undefined };
  const monitor = new Monitor(node, translate, clock);
  const lost = () => new NetworkError("CONNECTION_LOST", { host: "h", reason: "reset" });
  const cause = lost();
  const lostAtMs = clock.now();
  monitor.showState({ value: "backoff", cause, nextAttemptAtMs: lostAtMs + 1_000 });
  await clock.advance(1_000);
  monitor.showState({ value: "connecting", cause });
  await clock.advance(1_000);
  monitor.showState({ value: "subscribed", connected: 1, connections: 1, cause });
  const { lastError, sinceMs } = monitor.snapshot("en-US");
  deepEqual([lastError?.code, lastError?.atMs], ["CONNECTION_LOST", lostAtMs]);
  equal(sinceMs, lostAtMs + 2_000);

  monitor.showState({ value: "backoff", cause: lost(), nextAttemptAtMs: 0 });
  equal(monitor.snapshot("en-US").lastError?.atMs, lostAtMs + 2_000);
  monitor.close();
  equal(clock.timers, 0);
});
