// Node-RED's contexts behind promises, and who shares them; on a clock that the test moves.
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { ContextStore } from "../../nodes/device-state/context-store";
import { StatesRegistry } from "../../nodes/device-state/shared-states";
import { countStatus, StateStatus } from "../../nodes/device-state/state-status";
import { translator } from "../support/node-red/built-nodes";
import { propertyPost, T0 } from "../support/messages/device-messages";
import { ManualClock, settled } from "../support/time/manual-clock";
import type { NodeContextData, NodeStatus } from "node-red";
import { observationsOf } from "../../src/device-state/observation";
import { RequestError, StoreError } from "../../src/errors/error";
import { tells } from "../support/english";

type Callback = (error: unknown, ...values: readonly unknown[]) => void;

/** A context of Node-RED whose store answers when the test says so. */
class HeldContext {
  readonly calls: { readonly what: string; readonly answer: Callback }[] = [];

  /** As Node-RED hands it to nodes. */
  get data(): NodeContextData {
    const held = (what: string, callback: unknown) => {
      this.calls.push({ what, answer: callback as Callback });
    };
    const data = {
      get: (keys: readonly string[], store: string, callback: unknown) => {
        held(`get ${keys.join(" ")} ${store}`, callback);
      },
      set: (...[key, value, store, callback]: [string, unknown, string, unknown]) => {
        if (key === "refused") throw new TypeError("not this key");
        held(`set ${key} ${JSON.stringify(value)} ${store}`, callback);
      },
      keys: (store: string, callback: unknown) => {
        held(`keys ${store}`, callback);
      },
    };
    return data as unknown as NodeContextData;
  }

  /** Answers the call that waits for the longest time. */
  answer(...answer: Parameters<Callback>): string {
    const call = this.calls.shift();
    call?.answer(...answer);
    return call?.what ?? "no call";
  }
}

function contextStore() {
  const [context, clock] = [new HeldContext(), new ManualClock()];
  const store = new ContextStore({ context: context.data, store: "file" }, clock);
  return { context, clock, store };
}

test("a context store is asked with callbacks, and its answers are told as they are", async () => {
  const { context, clock, store } = contextStore();
  const values = store.get(["a", "b"]);
  // Node-RED leaves out what is not there where the whole scope is missing.
  equal(context.answer(null, 1), "get a b file");
  deepEqual(await values, [1, undefined]);
  const keys = store.keys();
  equal(context.answer(undefined, ["a", "b"]), "keys file");
  deepEqual(await keys, ["a", "b"]);
  const none = store.keys();
  context.answer(undefined);
  deepEqual(await none, []);
  const written = store.set("a", undefined);
  equal(context.answer(null), "set a undefined file");
  await written;
  equal(clock.timers, 0);
});

test("an error, thrown or handed over, fails the call with its own words", async () => {
  const { context, clock, store } = contextStore();
  const failing = rejects(store.get(["a"]), /^Error: no disk$/);
  context.answer(new Error("no disk"));
  await failing;
  const text = rejects(store.keys(), /^Error: a text$/);
  context.answer("a text");
  await text;
  await rejects(store.set("refused", 1), /^TypeError: not this key$/);
  equal(clock.timers, 0);
});

test("a call without an answer fails after 10 s, and none is made before the answer has come", async () => {
  const { context, clock, store } = contextStore();
  const fails = (pattern: RegExp) => (error: unknown) => {
    tells(pattern)(error);
    return error instanceof StoreError && error.code === "STORE_FAILED";
  };
  const first = rejects(store.set("a", 1), fails(/“file”.*within 10 s/));
  await clock.advance(9_999);
  equal(clock.timers, 1);
  await clock.advance(1);
  await first;
  await rejects(store.get(["a"]), fails(/“file”.*earlier call/));
  equal(context.calls.length, 1);
  context.answer(null);
  await settled();
  const second = store.get(["a"]);
  context.answer(null, 2);
  deepEqual(await second, [2]);
});

test("a closed store waits for nothing and asks for nothing", async () => {
  const { context, clock, store } = contextStore();
  const waiting = rejects(store.get(["a"]), tells(/stopped before it answered/));
  store.close();
  await waiting;
  await rejects(store.set("a", 1), tells(/stopped/));
  deepEqual([context.calls.length, clock.timers], [1, 0]);
});

function places() {
  const [context, clock] = [new HeldContext(), new ManualClock()];
  const { data } = context;
  const place = { context: data, store: "file", key: "devices" };
  return { context, clock, place, registry: new StatesRegistry(clock) };
}

test("nodes of one place share the states until the last of them has left", async () => {
  const { context, clock, place, registry } = places();
  const [one, two] = [{ name: "one" }, { name: "two" }];
  const heard: string[] = [];
  const states = registry.at(place);
  for (const node of [one, two]) {
    registry.at({ ...place }).join(node, (failure, devices) => {
      heard.push(`${node.name} ${String(failure)} ${String(devices)}`);
    });
  }
  for (const other of [
    { store: "redis" },
    { key: "meters" },
    { context: new HeldContext().data },
  ]) {
    const others = registry.at({ ...place, ...other });
    others.join(one, () => undefined);
    equal(others === states, false);
    await others.leave(one);
  }
  const opened = states.use((all) => all.open());
  await settled();
  context.answer(null, []);
  await opened;
  deepEqual(heard, ["one undefined 0", "two undefined 0"]);
  await states.leave(one);
  equal(registry.size, 1);
  equal(registry.at(place), states);
  await states.leave(two);
  equal(registry.size, 0);
  equal(clock.timers, 0);
});

test("who leaves waits for what is being written, but no longer than 5 s", async () => {
  const { context, clock, place, registry } = places();
  const node = {};
  const states = registry.at(place);
  states.join(node, () => undefined);
  const [observations, changed] = [
    observationsOf(propertyPost("d1", { t: 1 }), T0),
    () => undefined,
  ];
  const update = states.use((all) => all.update(observations, 9, changed));
  await settled();
  context.answer(null, []);
  await settled();
  let hasLeft = false;
  const leaving = states.leave(node).then(() => (hasLeft = true));
  context.answer(null);
  await settled();
  match(context.calls[0]?.what ?? "", /^set devices_k1_d1 /);
  equal(hasLeft, false);
  context.answer(null);
  await update;
  await leaving;
  deepEqual([registry.size, clock.timers], [0, 0]);

  const next = registry.at(place);
  next.join(node, () => undefined);
  const opened = rejects(
    next.use((all) => all.open()),
    tells(/stopped before it answered/),
  );
  await settled();
  hasLeft = false;
  const left = next.leave(node).then(() => (hasLeft = true));
  await clock.advance(4_999);
  equal(hasLeft, false);
  await clock.advance(1);
  await left;
  await opened;
  deepEqual([registry.size, clock.timers], [0, 0]);
});

test("a status counts devices in both languages, one of them or several", () => {
  const [english, chinese] = (["en-US", "zh-CN"] as const).map((language) =>
    translator("aliyun-iot-device-state", language),
  );
  const told = (devices: number | undefined, maxDevices: number) =>
    [english, chinese].map((translate) => {
      const { fill, text } = countStatus({ devices, maxDevices }, translate ?? String);
      return fill === undefined ? "" : `${fill} ${text ?? ""}`;
    });
  deepEqual(told(undefined, 9), ["", ""]);
  deepEqual(told(0, 9), ["green 0 devices", "green 0 台设备"]);
  deepEqual(told(1, 9), ["green 1 device", "green 1 台设备"]);
  deepEqual(told(3, 9), ["green 3 devices", "green 3 台设备"]);
  deepEqual(told(1, 1), ["yellow 1 device, limit reached", "yellow 1 台设备，已达上限"]);
  deepEqual(told(9, 9), ["yellow 9 devices, limit reached", "yellow 9 台设备，已达上限"]);
});

test("the store's failure is shown until a call succeeds; what was wrong with a request is not", async () => {
  const clock = new ManualClock();
  const shown: unknown[] = [];
  const translate = translator("aliyun-iot-device-state", "en-US");
  const node = { status: ({ text }: NodeStatus) => shown.push(text) };
  const status = new StateStatus(node, translate, clock);
  const count = { devices: 1, maxDevices: 9 };
  const ends = async (failure: unknown) => {
    status.showCall(failure, count);
    await clock.advance(1_000);
  };
  await ends(undefined);
  await ends(new StoreError("STORE_FAILED", { store: "file", reason: "no disk" }));
  await ends(new RequestError("DEVICE_MISSING"));
  await ends(undefined);
  await ends(new RequestError("DEVICE_MISSING"));
  status.close();
  deepEqual(shown, ["1 device", "context store failed", "1 device"]);
  equal(clock.timers, 0);
});
