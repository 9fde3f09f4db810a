import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn, readExample } from "../support/node-red/example";
import type { Emulator } from "../../src/emulator/emulator";
import type { RunningExample } from "../support/node-red/example";
import type { FlowNode } from "../support/node-red/node-red";
import type { ProbeEvent } from "../support/node-red/probe-events";

const PRODUCT = "k1demoPk01";
const METER_1 = `${PRODUCT}/meter-1`;
const HOUR_MS = 3_600_000;
/** Earlier than this test, so that the platform's receipt does not bound it. */
const THEN = Date.now() - HOUR_MS / 2;

const withExample = examplesOn({ environment: { TEST_DASHBOARD: "true" } });

/** What a test does with the running dashboard. */
interface Dashboard {
  readonly emulator: Emulator;
  /** The next message behind an output whose payload is wanted. */
  readonly message: (output: string, wanted?: Wanted) => Promise<Fields>;
  readonly payload: (output: string, wanted?: Wanted) => Promise<unknown>;
  /** Hands a message to a node, as the page does. */
  readonly hand: (name: string, message: Fields) => void;
}

type Fields = Readonly<Record<string, unknown>>;
interface Point {
  readonly x: number;
  readonly y: number;
}
type Wanted = (payload: unknown) => boolean;

/** It lists the devices every 0.2 s. */
function hurried(node: FlowNode): FlowNode {
  return node["name"] === "every 2 s" ? { ...node, repeat: "0.2" } : node;
}

function withDashboard(work: (dashboard: Dashboard) => Promise<void>): Promise<void> {
  const run = async ({ emulator, nodeRed }: RunningExample) => {
    const message: Dashboard["message"] = async (output, wanted = () => true) => {
      const isWanted = ({ message }: ProbeEvent) => wanted(message?.["payload"]);
      return (await nodeRed.next(output, isWanted)).message ?? {};
    };
    await work({
      emulator,
      message,
      payload: async (output, wanted) => (await message(output, wanted))["payload"],
      hand(name, handed) {
        const node = readExample("Dashboard.json").find((node) => node["name"] === name);
        ok(node !== undefined, `The example has no ${name}.`);
        nodeRed.hand(node.id, handed);
      },
    });
  };
  return withExample("Dashboard", run, { node: hurried });
}

const holds = (text: string) => (payload: unknown) => JSON.stringify(payload).includes(text);
const length = (count: number) => (payload: unknown) =>
  Array.isArray(payload) && payload.length === count;

interface Report {
  readonly device?: string;
  readonly items: Readonly<Record<string, unknown>>;
}

function report(emulator: Emulator, { device = "meter-1", items }: Report): void {
  const topic = `/${PRODUCT}/${device}/thing/event/property/post`;
  emulator.push({ topic, payload: { items } });
}

/** Two values of a property, as collected by a device. */
function batch(emulator: Emulator, items: Readonly<Record<string, unknown>>): void {
  const topic = `/${METER_1}/thing/property/batch/post`;
  emulator.push({ topic, payload: { payload: items } });
}

interface Event {
  readonly device?: string;
  readonly identifier?: string;
  readonly type?: string;
  readonly time?: number;
}

function event(emulator: Emulator, options: Event = {}): void {
  const { device = "meter-1", identifier = "overheat", type = "alert", time = THEN } = options;
  const topic = `/${PRODUCT}/${device}/thing/event/${identifier}/post`;
  emulator.push({ topic, payload: { identifier, type, time, value: { celsius: 91.2 } } });
}

test("the dashboard has a row for each device, by name, and counts each as online, offline or not known", () =>
  withDashboard(async ({ emulator, payload }) => {
    report(emulator, { device: "meter-10", items: { temperature: { value: 20, time: THEN } } });
    const items = {
      temperature: { value: 23.5, time: THEN },
      pos: { value: { lat: 1 }, time: THEN },
    };
    report(emulator, { device: "meter-2", items });
    const topic = `/as/mqtt/status/${PRODUCT}/meter-2`;
    emulator.push({ topic, payload: { status: "offline", utcTime: new Date().toISOString() } });
    const rows = (await payload("rows and numbers 1", holds('"state":"offline"'))) as Fields[];
    deepEqual(
      rows.map(({ heard, ...rest }) => (equal(typeof heard, "number"), rest)),
      [
        {
          id: `${PRODUCT}/meter-2`,
          product: PRODUCT,
          device: "meter-2",
          state: "offline",
          tiles: ["devices", "offline"],
          values: [
            { name: "temperature", value: 23.5, unit: "°C" },
            { name: "pos", value: '{"lat":1}', unit: undefined },
          ],
          more: 0,
          controls: [],
        },
        {
          id: `${PRODUCT}/meter-10`,
          product: PRODUCT,
          device: "meter-10",
          state: "unknown",
          tiles: ["devices", "unknown"],
          values: [{ name: "temperature", value: 20, unit: "°C" }],
          more: 0,
          controls: [],
        },
      ],
    );
    const { connection, ...numbers } = (await payload(
      "rows and numbers 2",
      holds('"offline":1'),
    )) as Fields;
    deepEqual(numbers, { devices: 2, online: 0, offline: 1, unknown: 1, silent: 0, alarms: 0 });
    ok(holds('"isUp":true')(connection), JSON.stringify(connection));
    event(emulator);
    await payload("rows and numbers 2", holds('"alarms":1'));
  }));

test("the dashboard charts the chosen property, each value once and in the order of their times", () =>
  withDashboard(async ({ emulator, hand, message, payload }) => {
    report(emulator, { items: { a: { value: 1, time: THEN }, b: { value: 5, time: THEN } } });
    report(emulator, { device: "meter-2", items: { a: { value: 7, time: THEN } } });
    // The first that has a history, until somebody chooses.
    equal((await message("what to draw 4"))["topic"], "meter-1 · a");
    batch(emulator, {
      a: [
        { value: 3, time: THEN + 20 },
        { value: 2, time: THEN + 10 },
      ],
    });
    report(emulator, { items: { a: { value: 1, time: THEN }, text: { value: "x", time: THEN } } });
    emulator.push({
      topic: `/${METER_1}/thing/event/property/history/post`,
      payload: { items: { a: { value: 9, time: THEN - HOUR_MS } } },
    });
    report(emulator, { items: { a: { value: 4, time: THEN + 30 } } });
    const points = await payload("what to draw 4", holds(`"y":4`));
    deepEqual(
      points,
      [1, 2, 3, 4].map((y, index) => ({ x: THEN + 10 * index, y })),
    );
    deepEqual(await payload("what to draw 3", holds(`${THEN + 30},4]`)), {
      title: "meter-1 · a",
      minutes: 60,
      unit: undefined,
      empty: undefined,
      last: [THEN + 30, 4],
      since: THEN,
      low: 1,
      high: 4,
    });

    hand("what to draw", { topic: "property", payload: "b" });
    const chosen = await message("what to draw 4", holds(`"y":5`));
    deepEqual([chosen["topic"], chosen["payload"]], ["meter-1 · b", [{ x: THEN, y: 5 }]]);
    const choice = { device: `${PRODUCT}/meter-2`, property: "a" };
    hand("what to draw", { topic: "value", choice });
    equal((await message("what to draw 4", holds(`"y":7`)))["topic"], "meter-2 · a");
    const device = await message("what to draw 1", (value) => value === `${PRODUCT}/meter-2`);
    deepEqual(device["ui_update"], {
      options: [
        { value: METER_1, label: "meter-1" },
        { value: `${PRODUCT}/meter-2`, label: "meter-2" },
      ],
    });
    // A time that has not come yet is a wrong clock.
    report(emulator, { device: "meter-2", items: { a: { value: 8, time: Date.now() + HOUR_MS } } });
    const last = await payload("what to draw 4", holds(`"y":8`));
    ok(
      JSON.stringify(last).includes(`"y":7`),
      "The value with the wrong time took the others' place.",
    );
    ok(Array.isArray(last) && (last[1] as { x: number }).x <= Date.now());
  }));

/** The names of 10 properties, each with a value that tells the device's number, too. */
function tenValues(number: number): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: 10 }, (_, index) => [
      `p${index}`,
      { value: number * 10 + index, time: THEN },
    ]),
  );
}

test("the dashboard draws the value that was chosen of 200 devices with 10 values each, and never another", () =>
  withDashboard(async ({ emulator, hand, message, payload }) => {
    for (let number = 1; number <= 200; number += 1) {
      report(emulator, { device: `meter-${number}`, items: tenValues(number) });
    }
    await payload("rows and numbers 2", holds('"devices":200'));
    const choose = (device: string, property: string) => {
      hand("what to draw", {
        topic: "value",
        choice: { device: `${PRODUCT}/${device}`, property },
      });
    };
    choose("meter-150", "p7");
    const chart = await message("what to draw 4", holds(`"y":1507`));
    deepEqual([chart["topic"], chart["payload"]], ["meter-150 · p7", [{ x: THEN, y: 1507 }]]);
    for (const [device, property] of [
      ["meter-150", "mode"],
      ["meter-999", "p7"],
      ["meter-150", "__proto__"],
    ] as const) {
      choose(device, property);
      const newest = await payload("what to draw 3", holds(`${device} · ${property}`));
      ok(holds('"empty":"none"')(newest), JSON.stringify(newest));
      await payload("what to draw 4", length(0));
      choose("meter-150", "p7");
      await payload("what to draw 4", length(1));
    }
    report(emulator, { device: "pump", items: { level: { value: 3, time: THEN } } });
    await payload("rows and numbers 2", holds('"devices":201'));
    // A device without the property that was drawn.
    hand("what to draw", { topic: "device", payload: `${PRODUCT}/pump` });
    await payload("what to draw 3", holds('"empty":"choose"'));
  }));

test("the dashboard draws the range of time that was chosen, a long line by its lowest and highest values", () =>
  withDashboard(async ({ emulator, hand, payload }) => {
    const now = Date.now();
    const [early, late] = [now - 2 * HOUR_MS, now - HOUR_MS / 2];
    batch(emulator, {
      a: [
        { value: 1, time: now - 25 * HOUR_MS },
        { value: 2, time: early },
        { value: 3, time: late },
      ],
    });
    deepEqual(await payload("what to draw 4", length(1)), [{ x: late, y: 3 }]);
    hand("what to draw", { topic: "range", payload: 24 * 60 });
    deepEqual(await payload("what to draw 4", length(2)), [
      { x: early, y: 2 },
      { x: late, y: 3 },
    ]);
    hand("what to draw", { topic: "range", payload: 5 });
    ok(holds('"empty":"earlier"')(await payload("what to draw 3", holds('"minutes":5'))));
    hand("what to draw", { topic: "range", payload: 60 });
    const many = Array.from({ length: 1_000 }, (_, index) => ({
      value: index === 500 ? 99 : index === 501 ? -99 : 0,
      time: late + 1 + index,
    }));
    batch(emulator, { a: many });
    const line = (await payload("what to draw 4", holds(`"y":99`))) as Point[];
    ok(line.length < 320 && line.length > 100, `${line.length} points`);
    const peaks = line.filter(({ y }) => Math.abs(y) === 99);
    deepEqual(peaks, [
      { x: late + 501, y: 99 },
      { x: late + 502, y: -99 },
    ]);
  }));

test("the dashboard keeps 20,000 values of a device that was looked at, 600 of another, and 1,000 devices", () =>
  withDashboard(async ({ emulator, hand, payload }) => {
    const kept = async (device: string, property: string) => {
      const choice = { device: `${PRODUCT}/${device}`, property };
      hand("what to draw", { topic: "value", choice });
      const newest = await payload("what to draw 3", holds(`${device} · ${property}`));
      return (newest as { readonly low: number }).low;
    };
    const rising = Array.from({ length: 700 }, (_, value) => ({ value, time: THEN + value }));
    const other = (device: string) => ({
      topic: `/${PRODUCT}/${device}/thing/property/batch/post`,
      payload: { payload: { a: rising } },
    });
    report(emulator, { items: { a: { value: 0, time: THEN } } });
    equal(await payload("what to draw 1"), METER_1);
    emulator.push(other("meter-1"));
    emulator.push(other("meter-2"));
    report(emulator, { device: "meter-3", items: { a: { value: 0, time: THEN } } });
    await payload("rows and numbers 2", holds('"devices":3'));
    deepEqual([await kept("meter-1", "a"), await kept("meter-2", "a")], [0, 100]);
    // Its properties share the device's values evenly, however many they are.
    const names = Array.from({ length: 700 }, (_, number) => `p${number}`);
    report(emulator, {
      device: "meter-4",
      items: Object.fromEntries(names.map((name) => [name, { value: 1, time: THEN }])),
    });
    await payload("rows and numbers 2", holds('"devices":4'));
    equal(await kept("meter-4", "p699"), 1);
    hand("what to draw", {
      topic: "value",
      choice: { device: `${PRODUCT}/meter-4`, property: "p0" },
    });
    await payload("what to draw 3", holds('"empty":"none"'));
    const state = readExample("Dashboard.json").find(
      ({ type }) => type === "aliyun-iot-device-state",
    );
    equal(state?.["maxDevices"], 1000);
  }));

test("the dashboard lists alerts and errors, newest first, clears the list, and counts each of the last hour", () =>
  withDashboard(async ({ emulator, hand, payload }) => {
    event(emulator);
    event(emulator, { time: THEN + 10 });
    event(emulator, { identifier: "selfTest", type: "info" });
    event(emulator, { identifier: "old", time: Date.now() - 2 * HOUR_MS });
    // Earlier than the others, and the clock of the next one is ahead.
    event(emulator, { device: "meter-2", identifier: "leak", type: "error", time: THEN - 10 });
    event(emulator, { device: "meter-3", time: Date.now() + HOUR_MS });
    const alarms = await payload("alarms", length(4));
    ok(Array.isArray(alarms));
    const [ahead] = alarms as readonly { device: string; time: number }[];
    equal(ahead?.device, "meter-3");
    ok(ahead.time <= Date.now(), "An alarm is from the future.");
    const values = [{ name: "celsius", value: 91.2, unit: "°C" }];
    const common = { product: PRODUCT, values };
    deepEqual(alarms.slice(1, 3), [
      {
        ...common,
        event: "overheat",
        device: "meter-1",
        severity: "alert",
        count: 2,
        time: THEN + 10,
      },
      { ...common, event: "leak", device: "meter-2", severity: "error", count: 1, time: THEN - 10 },
    ]);
    emulator.push({
      topic: `/${METER_1}/thing/event/batch/post`,
      payload: { payload: { overheat: [{ value: { celsius: 99 }, time: THEN + 20 }] } },
    });
    await payload("alarms", holds('"count":3'));
    hand("alarms", { topic: "clear" });
    deepEqual(await payload("alarms", length(0)), []);
    for (let number = 0; number < 51; number += 1) {
      event(emulator, { device: `meter-${number}`, time: THEN + number });
    }
    const isLast = (payload: unknown) => length(50)(payload) && holds('"meter-50"')(payload);
    const most = await payload("alarms", isLast);
    ok(!holds('"meter-0"')(most), "Not the oldest alarm was dropped.");
    // Each is counted, of the list only as many as there is room for, and clearing it forgets none.
    await payload("rows and numbers 2", holds('"alarms":56'));
  }));

test("the dashboard tells the subscription's state, its counters and the messages per second", () =>
  withDashboard(async ({ emulator, payload }) => {
    for (let number = 0; number < 10; number += 1) event(emulator);
    const isCounted = holds('"received":10');
    await payload("messages a second", isCounted);
    const stats = (await payload("messages a second", (answer) => {
      return isCounted(answer) && !holds('"rate":null')(answer);
    })) as Readonly<Record<string, unknown>>;
    deepEqual(
      [stats["state"], stats["accepted"], stats["unsettled"], stats["reconnects"]],
      ["subscribed", 10, 0, 0],
    );
    ok(
      Number(stats["rate"]) >= 0 && Number(stats["rate"]) <= 10,
      `The rate is ${String(stats["rate"])}.`,
    );
  }));
