import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { Monitor } from "../../nodes/subscribe/monitor";
import { NetworkError, RefusalError } from "../../src/errors/error";
import { translator } from "../support/node-red/built-nodes";
import { ManualClock } from "../support/time/manual-clock";
import type { Failure } from "../../nodes/shared/translation";
import type { IotAmqpError } from "../../src/errors/error";
import type { SubscriptionState } from "../../src/subscription/state";

test("the last error keeps its time while the states after it still name it", async () => {
  const clock = new ManualClock();
  const translate = translator("aliyun-iot-subscribe", "en-US");
  const node = { status: () => undefined, error: () => undefined, log: () => undefined };
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

const CONNECTIONS = 4;
const refused = new RefusalError("SIGN_IN_REFUSED", { reason: "SASL code 1" });
const reset = () => new NetworkError("CONNECTION_LOST", { host: "h", reason: "reset" });
const up = (connected = CONNECTIONS, cause?: IotAmqpError): SubscriptionState => {
  const state = { value: "subscribed", connected, connections: CONNECTIONS } as const;
  return cause === undefined ? state : { ...state, cause };
};

/** A subscriber as it logs, with what went to the log and to Catch. */
function logged() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const errors: Failure[] = [];
  const node = {
    status: () => undefined,
    error: (failure: Failure) => errors.push(failure),
    log: (line: string) => lines.push(line),
  };
  const monitor = new Monitor(node, translator("aliyun-iot-subscribe", "en-US"), clock);
  monitor.logConnections({ host: "h", port: 5671, group: "g" });
  const down = (cause: IotAmqpError): SubscriptionState => {
    return { value: "backoff", cause, nextAttemptAtMs: clock.now() + 60_000 };
  };
  /** All connections go, and come, one after another. */
  const lose = (cause: IotAmqpError) => {
    for (let left = CONNECTIONS - 1; left > 0; left -= 1) monitor.showState(up(left, cause));
    monitor.showState(down(cause));
  };
  const connect = (cause?: IotAmqpError) => {
    for (let count = 1; count <= CONNECTIONS; count += 1) monitor.showState(up(count, cause));
  };
  return { clock, monitor, lines, errors, down, lose, connect };
}

test("20 reconnects of four connections leave one line for each loss and one for each return", async () => {
  const { clock, connect, errors, lines, lose, monitor } = logged();
  monitor.showState({ value: "connecting" });
  connect();
  await clock.advance(1_000);
  deepEqual(lines, ["Connected to h:5671, consumer group g, 4 of 4."]);
  for (let round = 1; round <= 20; round += 1) {
    const cause = reset();
    lose(cause);
    await clock.advance(5_000);
    monitor.showState({ value: "connecting", cause });
    connect(cause);
    await clock.advance(5_000);
    // Every other time it proves good.
    if (round % 2 === 0) monitor.showState(up());
    equal(lines.length + errors.length, 1 + 2 * round);
  }
  equal(errors.length, 10);
  const back = "Connected again to h:5671, consumer group g, 4 of 4, after 5 s (connection lost).";
  equal(lines.filter((line) => line === back).length, 20);
  match(lines.join("\n"), /^Disconnected: connection lost\. Next attempt at \d\d:\d\d:\d\d\.$/m);
  monitor.close();
  equal(clock.timers, 0);
});

test("an outage of less than a second is one line, and one that goes on is no more", async () => {
  const { clock, connect, down, lines, lose, monitor } = logged();
  connect();
  await clock.advance(1_000);
  lose(reset());
  await clock.advance(500);
  connect();
  await clock.advance(1_000);
  lose(reset());
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await clock.advance(60_000);
    monitor.showState({ value: "connecting", cause: reset() });
    monitor.showState(down(attempt % 2 === 0 ? refused : reset()));
  }
  equal(lines.length, 2);
  match(lines[1] ?? "", /^Connected again .* after 1 s /);
});

test("a start that fails is no loss, and what msg.action asks for is told as such", async () => {
  const { clock, connect, down, lines, monitor } = logged();
  monitor.showState(down(refused));
  await clock.advance(60_000);
  equal(lines.length, 0);
  connect();
  await clock.advance(1_000);
  for (const value of ["draining", "stopped"] as const) monitor.showState({ value });
  await clock.advance(1_000);
  monitor.showState({ value: "connecting" });
  await clock.advance(2_000);
  connect();
  await clock.advance(1_000);
  deepEqual(
    lines.map((line) => line.split(" ")[0]),
    ["Connected", "Disconnected", "Connected"],
  );
});

test("a connection of several that stays down is told by its error, and its return by a line", async () => {
  const { clock, connect, errors, lines, monitor } = logged();
  connect();
  await clock.advance(1_000);
  monitor.showState(up(3, reset()));
  await clock.advance(60_000);
  monitor.showState(up());
  await clock.advance(60_000);
  deepEqual([errors.length, lines.length], [1, 2]);
});
