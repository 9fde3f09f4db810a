import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { InfluxBucket } from "../support/programs/influx-bucket";
import { InfluxServer } from "../support/programs/influx-server";
import type { FlowNode } from "../support/node-red/node-red";

const DEVICE = "/k1demoPk01/meter-07";
const HISTORY = `${DEVICE}/thing/event/property/history/post`;
const BATCH = `${DEVICE}/thing/property/batch/post`;
const TAGS = "k1demoPk01,deviceName=meter-07,productKey=k1demoPk01";
const withExample = examplesOn();
let influx: InfluxServer;
before(async () => {
  influx = await InfluxServer.start();
});
after(() => influx.stop());

/** The example's nodes with the database of the test. */
const node = (each: FlowNode): FlowNode =>
  each.type === "influxdb" ? { ...each, url: `http://127.0.0.1:${influx.port}` } : each;

/** The same for InfluxDB 1.x. */
const nodeOfVersion1 = (each: FlowNode): FlowNode =>
  each.type === "influxdb"
    ? { ...each, influxdbVersion: "1.x", hostname: "127.0.0.1", port: influx.port }
    : each;

beforeEach(() => {
  influx.bucket = new InfluxBucket();
  influx.failure = undefined;
});

/** What has been stored, once there are so many points. */
async function written(count: number): Promise<string[]> {
  while (influx.bucket.stored.size < count) await influx.next();
  return [...influx.bucket.stored];
}

test("the history example writes history and batches with the times of measuring, and accepts what is written", () =>
  withExample(
    "Import history",
    async ({ emulator }) => {
      const ids = [
        emulator.push({ topic: HISTORY, payload: { items: { t: { value: 1.5, time: 1_000 } } } }),
        emulator.push({
          topic: BATCH,
          payload: {
            payload: {
              t: [
                { value: 2, time: 3_000 },
                { value: 3, time: 2_000 },
              ],
            },
          },
        }),
      ];
      deepEqual((await written(3)).sort(), [
        `${TAGS} t=1.5 1000`,
        `${TAGS} t=2 3000`,
        `${TAGS} t=3 2000`,
      ]);
      for (const id of ids) await emulator.expectSettled(id, "accepted");
    },
    { node },
  ));

for (const [version, change, tags] of [
  ["2", node, TAGS],
  ["1.x", nodeOfVersion1, "k1demoPk01,productKey=k1demoPk01,deviceName=meter-07"],
] as const) {
  test(`of a report with values that InfluxDB ${version} will never take, the history example stores all others, and accepts it at once`, () =>
    withExample(
      "Import history",
      async ({ emulator, nodeRed }) => {
        influx.bucket = new InfluxBucket(1_000);
        const number = { items: { t: { value: 1, time: 1_000 }, u: { value: 2, time: 1_000 } } };
        await emulator.expectSettled(emulator.push({ topic: HISTORY, payload: number }));
        const values = {
          t: [{ value: "12i", time: 5_000 }],
          u: [5, 6, 7, 8].map((second) => ({ value: second, time: second * 1_000 })),
          old: [{ value: 1, time: 999 }],
          late: [{ value: 1, time: 253_402_300_799_000 }],
        };
        const id = emulator.push({ topic: BATCH, payload: { payload: values } });
        await emulator.expectSettled(id, "accepted");
        deepEqual(emulator.history(id)?.endings, ["accepted"]);
        const good = [5, 6, 7, 8].map((u) => `${tags} u=${u} ${u}000`);
        deepEqual(influx.bucket.stored, new Set([`${tags} t=1,u=2 1000`, ...good]));
        const refused = nodeRed
          .taken("refused or down? 2")
          .map(({ message }) => message?.["payload"]);
        const device = { productKey: "k1demoPk01", deviceName: "meter-07" };
        deepEqual(refused, [
          [[{ old: 1, time: 999 }, device]],
          [[{ t: '"12i"', time: 5_000 }, device]],
        ]);
        const unreadable = emulator.push({ topic: HISTORY, payload: { items: { t: null } } });
        await emulator.expectSettled(unreadable, "accepted");
        deepEqual(emulator.history(unreadable)?.endings, ["accepted"]);
        const { message } = await nodeRed.next("refused or down? 2");
        equal(message?.["messageId"], unreadable);
        const [late] = nodeRed.taken("aliyun-iot-properties 2");
        equal(late?.message?.["topic"], "late");
      },
      { node: change, codes: ["unprocessable entity", "MESSAGE_MALFORMED"] },
    ));
}

test("the history example accepts 1,000 points only once they are written, though influxdb out is done with them at once", () =>
  withExample(
    "Import history",
    async ({ emulator, nodeRed }) => {
      influx.failure = 401;
      const t = Array.from({ length: 1_000 }, (_, time) => ({ value: 1, time }));
      const id = emulator.push({ topic: BATCH, payload: { payload: { t } } });
      await nodeRed.next("not written");
      influx.failure = undefined;
      await emulator.expectSettled(id, "accepted");
      equal(influx.bucket.stored.size, 1_000);
    },
    { node },
  ));

test("the history example settles a report of which everything was refused, writes nothing of it and leaves live reports out", () =>
  withExample(
    "Import history",
    async ({ emulator, nodeRed }) => {
      const value = { value: 7, time: 1_000, code: 6304, message: "no such property" };
      const refused = emulator.push({
        topic: HISTORY,
        payload: { items: {}, checkFailedData: { ghost: value } },
      });
      const both = emulator.push({
        topic: HISTORY,
        payload: { items: { t: { value: 1, time: 5 } }, checkFailedData: { ghost: value } },
      });
      const live = emulator.push({
        topic: `${DEVICE}/thing/event/property/post`,
        payload: { items: { t: { value: 1, time: 9 } } },
      });
      for (const id of [refused, both, live]) await emulator.expectSettled(id, "accepted");
      deepEqual(await written(1), [`${TAGS} t=1 5`]);
      deepEqual(nodeRed.taken("not written"), []);
    },
    { node },
  ));

test("the button of the history example has the emulator send an hour of history, which is written", () =>
  withExample(
    "Import history",
    async ({ press }) => {
      press("make an hour of history");
      const lines = await written(60);
      const times = lines.map((line) => Number(line.split(" ").at(-1)));
      equal(new Set(times).size, 60);
      equal(Math.max(...times) - Math.min(...times), 59 * 60_000);
      ok(lines.every((line) => line.startsWith("k1demoPk01,deviceName=meter-01,")));
    },
    { node },
  ));

// The last one: the client of influxdb out writes what met 503 once more, later.
test("the history example releases reports while InfluxDB is down, and nothing is lost when it takes them again", () =>
  withExample(
    "Import history",
    async ({ emulator, nodeRed }) => {
      const [LETS_NOBODY_IN, KNOWS_NO_DATABASE, TOO_BUSY] = [401, 400, 503];
      const ids: string[] = [];
      for (const failure of [LETS_NOBODY_IN, KNOWS_NO_DATABASE, TOO_BUSY]) {
        influx.failure = failure;
        const items = { t: { value: 1, time: failure } };
        const id = emulator.push({ topic: HISTORY, payload: { items } });
        await nodeRed.next("not written", ({ message }) => message?.["messageId"] === id);
        ids.push(id);
      }
      equal(emulator.groups()[0]?.accepted, 0);
      influx.failure = undefined;
      for (const id of ids) await emulator.expectSettled(id, "accepted");
      deepEqual(
        influx.bucket.stored,
        new Set([401, 400, 503].map((time) => `${TAGS} t=1 ${time}`)),
      );
      deepEqual(nodeRed.taken("refused or down? 2"), []);
    },
    { node },
  ));
