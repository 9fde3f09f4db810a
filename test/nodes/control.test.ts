import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_FLOW, PLACE, SUBSCRIBER, settlingFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { FlowNode } from "../support/node-red/node-red";
import type { ProbeEvent } from "../support/node-red/probe-events";
import type { SettlingSettings } from "../support/node-red/flow";

const TOPIC = "/k1/d1/user/update";

const nodeRed = NodeRed.forFile();

const shows = (text: string) => (event: ProbeEvent) =>
  event.id === SUBSCRIBER && event.status?.text === text;

/** Runs `work` with a subscriber that has a control input and is connected. */
function controlled(
  flow: Partial<SettlingSettings>,
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  // What is on its way when the node pauses is given back, and comes again soon.
  return withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
    const subscribe = { settleMode: "auto", inputs: 1, ...flow.subscribe };
    try {
      await nodeRed.deploy(settlingFlow({ port: emulator.port, ...flow, subscribe }));
      await nodeRed.next("shown", shows("connected"));
      await work(emulator);
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

/** Asks for an action and waits until the node has completed the message. */
async function act(action: string): Promise<void> {
  nodeRed.hand(SUBSCRIBER, { action });
  const { message } = await nodeRed.next("complete");
  equal(message?.["action"], action);
}

async function stats(more: object = {}): Promise<Readonly<Record<string, unknown>>> {
  nodeRed.hand(SUBSCRIBER, { action: "stats", topic: "asked", ...more });
  const { message } = await nodeRed.next(
    "message",
    ({ message: { action } = {} }) => action === "stats",
  );
  await nodeRed.next("complete");
  equal(message?.["topic"], "asked");
  return message["payload"] as Readonly<Record<string, unknown>>;
}

test("disconnect closes until connect, and both may be asked for again", () =>
  controlled({}, async (emulator) => {
    await act("disconnect");
    await act("disconnect");
    equal(emulator.connections().length, 0);
    await nodeRed.next("shown", shows("stopped"));
    const id = emulator.push({ topic: TOPIC, payload: "waits" });
    await act("connect");
    await act("connect");
    await nodeRed.next("shown", shows("connected"));
    equal((await nodeRed.next("message")).message?.["messageId"], id);
    deepEqual([emulator.signIns.length, emulator.connections().length], [2, 1]);
    deepEqual(nodeRed.taken("catch"), []);
  }));

test("pause holds messages back until resume, connected all the while", () =>
  controlled({}, async (emulator) => {
    await act("pause");
    await act("pause");
    await nodeRed.next("shown", shows("paused"));
    const id = emulator.push({ topic: TOPIC, payload: "waits" });
    await until(() => emulator.groups()[0]?.backlog === 1, "the message waits");
    deepEqual(
      nodeRed.taken("message").filter(({ message }) => message?.["messageId"] === id),
      [],
    );
    await act("resume");
    await act("resume");
    await nodeRed.next("shown", shows("connected"));
    const { message } = await nodeRed.next("message", ({ message: m }) => m?.["messageId"] === id);
    equal(message?.["payload"], "waits");
    equal(emulator.signIns.length, 1);
  }));

test("stats tell the state, what was counted and what is unsettled", () =>
  controlled(
    { subscribe: { settleMode: "manual", connections: 1, topicFilters: ["/k1/#"] } },
    async (emulator) => {
      await emulator.expectSettled(emulator.push({ topic: "/k2/d1/user/update", payload: 2 }));
      const id = emulator.push({ topic: TOPIC, payload: 1 });
      await nodeRed.next("message", ({ message }) => message?.["messageId"] === id);
      const { lastMessageAtMs, ...rest } = await stats();
      ok(Math.abs(Number(lastMessageAtMs) - Date.now()) < 60_000, String(lastMessageAtMs));
      deepEqual(rest, {
        ...{ state: "subscribed", connected: 1, connections: 1, paused: false, unsettled: 1 },
        ...{ received: 2, delivered: 1, accepted: 1, released: 0, rejected: 0, duplicates: 0 },
        ...{ filtered: 1, undecodable: 0, expired: 0, reconnects: 0 },
        ...{ cause: null, nextAttemptAtMs: null },
      });
      const fields = Object.keys({ ...rest, lastMessageAtMs }).sort();
      await act("pause");
      equal((await stats())["paused"], true);
      await act("disconnect");
      const down = await stats();
      deepEqual(Object.keys(down).sort(), fields);
      const { state, paused, connected, connections, released } = down;
      deepEqual([state, paused, connected, connections, released], ["stopped", true, 0, 1, 1]);
      await act("connect");
      await nodeRed.next("shown", shows("paused"));
      equal((await stats())["paused"], true);
    },
  ));

test("stats of a subscriber that is down tell why, in the language asked for, and when it tries again", () =>
  withEmulator({}, async (emulator) => {
    const credentials = { accessKeySecret: "wrong" };
    const subscribe = { inputs: 1 };
    await nodeRed.deploy(settlingFlow({ port: emulator.port, credentials, subscribe }));
    await nodeRed.next("catch");
    const { state, cause, nextAttemptAtMs, ...rest } = await stats();
    equal(state, "backoff");
    const { connected, connections, paused, lastMessageAtMs } = rest;
    deepEqual([connected, connections, paused, lastMessageAtMs], [0, 1, false, null]);
    ok(Number(nextAttemptAtMs) > Date.now());
    const { code, text } = cause as { code: string; text: string };
    equal(code, "SIGN_IN_REFUSED");
    match(text, /AccessKey Secret/);
    const { cause: inChinese } = await stats({ language: "zh-CN" });
    equal((inChinese as { code: string }).code, "SIGN_IN_REFUSED");
    match((inChinese as { text: string }).text, /平台拒绝了登录/);
    await nodeRed.deploy(EMPTY_FLOW);
  }));

test("an action that does not exist is an error that names those that do", () =>
  controlled({}, async () => {
    for (const action of ["restart", undefined, 7, "constructor", "CONNECT"]) {
      nodeRed.hand(SUBSCRIBER, { action });
      const { message } = await nodeRed.next("catch");
      const error = message?.["error"] as { code: string; message: string };
      equal(error.code, "ACTION_INVALID");
      match(error.message, /msg\.action.*connect, disconnect, pause, resume, stats/);
    }
    deepEqual(nodeRed.taken("complete"), []);
  }));

test("an action on a subscriber whose settings are wrong is answered with what is wrong", () =>
  withEmulator({}, async (emulator) => {
    const subscribe = { inputs: 1, heartbeat: 7 };
    await nodeRed.deploy(settlingFlow({ port: emulator.port, subscribe }));
    await nodeRed.next("catch");
    nodeRed.hand(SUBSCRIBER, { action: "connect" });
    const { message } = await nodeRed.next("catch");
    deepEqual(
      [(message?.["error"] as { code: string }).code, message?.["action"]],
      ["SETTING_INVALID", "connect"],
    );
    await nodeRed.deploy(EMPTY_FLOW);
  }));

test("an action that comes before the flows have started is done when they have", () =>
  withEmulator({}, async (emulator) => {
    const early: FlowNode = {
      ...{ id: "early", type: "test-probe", kind: "none", ...PLACE, wires: [[SUBSCRIBER]] },
      early: { action: "pause" },
    };
    const flow = settlingFlow({
      port: emulator.port,
      subscribe: { inputs: 1, settleMode: "auto" },
    });
    await nodeRed.deploy([...flow, early]);
    await nodeRed.next("complete");
    await nodeRed.next("shown", shows("paused"));
    await nodeRed.deploy(EMPTY_FLOW);
  }));
