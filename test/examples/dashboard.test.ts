import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn, readExample } from "../support/node-red/example";
import type { Emulator } from "../../src/emulator/emulator";
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
type Wanted = (payload: unknown) => boolean;

function withDashboard(work: (dashboard: Dashboard) => Promise<void>): Promise<void> {
  return withExample("Dashboard", async ({ emulator, nodeRed }) => {
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
  });
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

test("the dashboard has a row for each device, by name, and counts them", () =>
  withDashboard(async ({ emulator, payload }) => {
    report(emulator, { device: "meter-10", items: { temperature: { value: 20, time: THEN } } });
    const items = {
      temperature: { value: 23.5, time: THEN },
      pos: { value: { lat: 1 }, time: THEN },
    };
    report(emulator, { device: "meter-2", items });
    const topic = `/as/mqtt/status/${PRODUCT}/meter-2`;
    emulator.push({ topic, payload: { status: "offline", utcTime: new Date().toISOString() } });
    deepEqual(await payload("rows and numbers 1", holds('"online":false')), [
      {
        id: `${PRODUCT}/meter-2`,
        product: PRODUCT,
        device: "meter-2",
        online: false,
        heard: THEN,
        values: [
          ["temperature", "23.5"],
          ["pos", '{"lat":1}'],
        ],
        controls: [],
      },
      {
        id: `${PRODUCT}/meter-10`,
        product: PRODUCT,
        device: "meter-10",
        online: undefined,
        heard: THEN,
        values: [["temperature", "20"]],
        controls: [],
      },
    ]);
    const numbers = { devices: 2, online: 0, offline: 1, silent: 2, alarms: 0 };
    deepEqual(await payload("rows and numbers 2", holds('"offline":1')), numbers);
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
    const newest = { title: "meter-1 · a", since: THEN, until: THEN + 30, values: [1, 2, 3, 4] };
    deepEqual(await payload("what to draw 3", holds("[1,2,3,4]")), newest);

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

test("the dashboard keeps 300 values of a property, 500 properties and 1,000 devices at most", () =>
  withDashboard(async ({ emulator, message, payload }) => {
    const values = Array.from({ length: 310 }, (_, value) => ({ value, time: THEN + value }));
    batch(emulator, { a: values });
    const points = await payload("what to draw 4");
    ok(Array.isArray(points));
    deepEqual([points.length, points[0]], [300, { x: THEN + 10, y: 10 }]);
    const names = Array.from({ length: 600 }, (_, number) => `p${String(number).padStart(3, "0")}`);
    const now = Date.now();
    report(emulator, {
      items: Object.fromEntries(names.map((name) => [name, { value: 1, time: now }])),
    });
    const isFull = (message: Fields) => holds("p000")(message["ui_update"]);
    let full = await message("what to draw 2");
    while (!isFull(full)) full = await message("what to draw 2");
    const { options } = full["ui_update"] as { readonly options: readonly string[] };
    // The last of a was heard half an hour ago, so it stays.
    deepEqual([options.length, options[0], options[499]], [500, "a", "p498"]);
    const state = readExample("Dashboard.json").find(
      ({ type }) => type === "aliyun-iot-device-state",
    );
    equal(state?.["maxDevices"], 1000);
  }));

test("the dashboard lists alerts and errors, newest first, counts repeated ones, and clears them", () =>
  withDashboard(async ({ emulator, hand, payload }) => {
    event(emulator);
    event(emulator, { time: THEN + 10 });
    event(emulator, { identifier: "selfTest", type: "info" });
    // Earlier than the others, and the clock of the next one is ahead.
    event(emulator, { device: "meter-2", identifier: "leak", type: "error", time: THEN - 10 });
    event(emulator, { device: "meter-3", time: Date.now() + HOUR_MS });
    const alarms = await payload("alarms", length(3));
    ok(Array.isArray(alarms));
    const [ahead] = alarms as readonly { device: string; time: number }[];
    equal(ahead?.device, "meter-3");
    ok(ahead.time <= Date.now(), "An alarm is from the future.");
    const common = { product: PRODUCT, values: "celsius 91.2" };
    deepEqual(alarms.slice(1), [
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
