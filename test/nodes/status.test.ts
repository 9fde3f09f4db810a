import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { StatusLine } from "../../nodes/shared/status-line";
import { toFailure } from "../../nodes/shared/translation";
import { ErrorReporter } from "../../nodes/subscribe/error-reporter";
import { statusOf } from "../../nodes/subscribe/status";
import { NetworkError, RefusalError, SettingError } from "../../src/errors/error";
import { translator } from "../support/node-red/built-nodes";
import { ManualClock } from "../support/time/manual-clock";
import type { Failure } from "../../nodes/shared/translation";
import type { NodeMessage, NodeStatus } from "node-red";
import type { SubscriptionState } from "../../src/subscription/state";

const english = translator("aliyun-iot-subscribe", "en-US");
const chinese = translator("aliyun-iot-subscribe", "zh-CN");
const lost = new NetworkError("CONNECTION_LOST", { host: "h", reason: "reset" });
const refused = new RefusalError("SIGN_IN_REFUSED", { reason: "SASL code 1" });
const full = new RefusalError("TOO_MANY_CONNECTIONS", { condition: "c", description: "d" });
const atMs = new Date(2026, 10, 3, 9, 5, 7).getTime();

test("a status says the state, and when down the reason and the time of the next attempt", () => {
  const of = (state: SubscriptionState) => {
    const { fill, shape, text } = statusOf(state, english);
    return `${fill ?? ""} ${shape ?? ""} ${text ?? ""}`;
  };
  equal(of({ value: "idle" }).trim(), "");
  equal(of({ value: "connecting" }), "yellow ring connecting");
  equal(of({ value: "connecting", cause: refused }), "red ring connecting: sign-in refused");
  equal(of({ value: "subscribed", connected: 1, connections: 1 }), "green dot connected");
  equal(of({ value: "subscribed", connected: 4, connections: 4 }), "green dot connected 4/4");
  equal(
    of({ value: "subscribed", connected: 3, connections: 4, cause: full }),
    "yellow dot connected 3/4: too many connections",
  );
  equal(
    of({ value: "backoff", cause: lost, nextAttemptAtMs: atMs }),
    "yellow ring connection lost, retry 09:05:07",
  );
  equal(
    of({ value: "backoff", cause: refused, nextAttemptAtMs: atMs }),
    "red ring sign-in refused, retry 09:05:07",
  );
  equal(of({ value: "draining" }), "grey ring closing");
  equal(of({ value: "stopped" }), "grey ring stopped");
  const cause = new SettingError("SETTING_MISSING", { setting: "host" });
  equal(of({ value: "failed", cause }), "red ring Host missing");
  equal(statusOf({ value: "failed", cause }, chinese).text, "缺少接入域名");
});

function statusLine() {
  const clock = new ManualClock();
  const shown: (string | undefined)[] = [];
  const node = { status: ({ text }: NodeStatus) => shown.push(text) };
  const line = new StatusLine(node, clock);
  const show = (text: string) => {
    line.show({ text });
  };
  return { clock, line, show, shown };
}

test("a status is shown at once, then at most every second, and only when it has changed", async () => {
  const { clock, show, shown } = statusLine();
  for (const text of ["a", "b", "c", "d"]) show(text);
  deepEqual(shown, ["a"]);
  await clock.advance(999);
  deepEqual(shown, ["a"]);
  await clock.advance(1);
  deepEqual(shown, ["a", "d"]);
  await clock.advance(1_000);
  show("d");
  await clock.advance(1_000);
  deepEqual(shown, ["a", "d"]);
  show("e");
  deepEqual(shown, ["a", "d", "e"]);
});

test("closing a status line shows the last status and leaves no timer", () => {
  const { clock, line, show, shown } = statusLine();
  show("connected");
  show("stopped");
  line.close();
  deepEqual(shown, ["connected", "stopped"]);
  equal(clock.timers, 0);
});

function errorReporter() {
  const reported: (string | undefined)[] = [];
  const messages: NodeMessage[] = [];
  const error = ({ code }: Failure, message: NodeMessage) => {
    reported.push(code);
    messages.push(message);
  };
  return { reporter: new ErrorReporter({ error }, english), messages, reported };
}

test("a failure is reported when it begins and when it changes, not at every attempt", () => {
  const { reporter, messages, reported } = errorReporter();
  const backoff = (cause: typeof lost | typeof refused) => {
    reporter.reportState({ value: "backoff", cause, nextAttemptAtMs: atMs });
    reporter.reportState({ value: "connecting", cause });
  };
  reporter.reportState({ value: "connecting" });
  for (let attempt = 0; attempt < 3; attempt += 1) backoff(lost);
  deepEqual(reported, ["CONNECTION_LOST"]);
  for (let attempt = 0; attempt < 3; attempt += 1) backoff(refused);
  deepEqual(reported, ["CONNECTION_LOST", "SIGN_IN_REFUSED"]);
  reporter.reportState({ value: "subscribed", connected: 1, connections: 1 });
  backoff(refused);
  deepEqual(reported, ["CONNECTION_LOST", "SIGN_IN_REFUSED", "SIGN_IN_REFUSED"]);
  // Catch hears only errors that come with an object.
  deepEqual(messages, [{}, {}, {}]);
});

test("what goes wrong with a message is reported each time, with the message", () => {
  const { reporter, messages, reported } = errorReporter();
  reporter.report(refused, { payload: 1 });
  reporter.report(refused, { payload: 2 });
  deepEqual(reported, ["SIGN_IN_REFUSED", "SIGN_IN_REFUSED"]);
  deepEqual(messages, [{ payload: 1 }, { payload: 2 }]);
});

test("a failure for the flow is a text and a code: no Error, and without the cause", () => {
  const cause = new Error("a foreign error with anything in it");
  const failure = toFailure(new NetworkError("DNS_FAILED", { host: "h" }, cause), english);
  match(String(failure), /^The host name h .*\[DNS_FAILED\]$/);
  deepEqual(Object.keys(failure).sort(), ["code", "message", "name"]);
  equal(failure.code, "DNS_FAILED");
  equal(toFailure("thrown text", english).message, "thrown text");
});

test("an error that nobody expected keeps its stack, in the log and for Catch", () => {
  const bug = new TypeError("not a function");
  const failure = toFailure(bug, english);
  deepEqual([failure.message, failure.stack, String(failure)], [bug.message, bug.stack, bug.stack]);
  match(String(failure), /status\.test/);
});
