import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { NetworkError, RefusalError, SettingError } from "../../src/errors/error";
import { sameState, summarise } from "../../src/subscription/summary";
import type { MachineState } from "../../src/subscription/machine";
import type { SubscriptionState } from "../../src/subscription/state";

const lost = new NetworkError("CONNECTION_LOST", { host: "h", reason: "reset" });
const refused = new RefusalError("SIGN_IN_REFUSED", { reason: "SASL 1" });
const wrong = new SettingError("SETTING_MISSING", { setting: "host" });
const none = { count: 0, retry: "fast" } as const;
const once = { count: 1, retry: "fast", cause: lost } as const;

const idle: MachineState = { value: "idle" };
const connecting: MachineState = { value: "connecting", failures: none };
const again: MachineState = { value: "attaching", failures: once };
const up: MachineState = { value: "subscribed", failures: none };
const down: MachineState = { value: "backoff", failures: once, cause: lost, delayMs: 5 };
const out: MachineState = { value: "backoff", failures: once, cause: refused, delayMs: 9 };
const draining: MachineState = { value: "draining" };
const stopped: MachineState = { value: "stopped" };
const failed: MachineState = { value: "failed", cause: wrong };

const TABLE: readonly [string, readonly MachineState[], SubscriptionState][] = [
  ["all idle", [idle, idle], { value: "idle" }],
  ["one connecting", [connecting, idle], { value: "connecting" }],
  ["one tries again", [again, connecting], { value: "connecting", cause: lost }],
  ["all up", [up, up], { value: "subscribed", connected: 2, connections: 2 }],
  ["one of two up", [down, up], { value: "subscribed", connected: 1, connections: 2, cause: lost }],
  ["all waiting", [down, out], { value: "backoff", cause: refused, nextAttemptAtMs: 1 }],
  ["one waiting, one trying", [down, connecting], { value: "connecting", cause: lost }],
  ["one has stopped before the other", [stopped, up], { value: "draining" }],
  ["one drains", [stopped, draining], { value: "draining" }],
  ["all have stopped", [stopped, stopped], { value: "stopped" }],
  ["a setting is wrong", [up, failed], { value: "failed", cause: wrong }],
];

for (const [name, states, expected] of TABLE) {
  test(`a subscription of which ${name} is ${expected.value}`, () => {
    // The second connection is due before the first.
    const views = states.map((state, index) => ({ state, nextAttemptAtMs: 2 - index }));
    deepEqual(summarise(views, false), expected);
  });
}

test("a pause is told while a connection is up, and elsewhere what keeps it down", () => {
  const views = [{ state: up, nextAttemptAtMs: 0 }];
  const paused = { value: "subscribed", connected: 1, connections: 1, paused: true } as const;
  deepEqual(summarise(views, true), paused);
  deepEqual(summarise([{ state: draining, nextAttemptAtMs: 0 }], true), { value: "draining" });
});

test("summaries are the same when value, numbers and error code are", () => {
  const twin = new NetworkError("CONNECTION_LOST", { host: "h", reason: "something else" });
  const waiting = { value: "backoff", cause: lost, nextAttemptAtMs: 1 } as const;
  equal(sameState(waiting, { ...waiting, cause: twin }), true);
  equal(sameState(waiting, { ...waiting, cause: refused }), false);
  equal(sameState(waiting, { ...waiting, nextAttemptAtMs: 2 }), false);
});
