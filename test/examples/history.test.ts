import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { InfluxServer } from "../support/programs/influx-server";
import type { FlowNode } from "../support/node-red/node-red";

const DEVICE = "/k1demoPk01/meter-07";
const HISTORY = `${DEVICE}/thing/event/property/history/post`;
const BATCH = `${DEVICE}/thing/property/batch/post`;
const TAGS = "k1demoPk01,deviceName=meter-07,productKey=k1demoPk01";
const [UNAUTHORIZED, WRITTEN] = [401, 204];

const withExample = examplesOn();
let influx: InfluxServer;
before(async () => {
  influx = await InfluxServer.start();
});
after(() => influx.stop());

/** The example's nodes with the database of the test. */
const node = (each: FlowNode): FlowNode =>
  each.type === "influxdb" ? { ...each, url: `http://127.0.0.1:${influx.port}` } : each;

/** What has been written, until there are so many points. */
async function written(count: number): Promise<string[]> {
  const lines: string[] = [];
  while (lines.length < count) {
    const write = await influx.next();
    if (write.status === WRITTEN) lines.push(...write.lines);
  }
  return lines;
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

test("the history example releases what the database refuses, and nothing is lost when it takes it again", () =>
  withExample(
    "Import history",
    async ({ emulator, nodeRed }) => {
      influx.failure = UNAUTHORIZED;
      const times = Array.from({ length: 20 }, (_, index) => 1_000 + index);
      const ids = times.map((time) =>
        emulator.push({ topic: HISTORY, payload: { items: { t: { value: 1, time } } } }),
      );
      await nodeRed.next("not written");
      equal(emulator.groups()[0]?.accepted, 0);
      influx.failure = undefined;
      const lines = await written(times.length);
      for (const id of ids) await emulator.expectSettled(id, "accepted");
      deepEqual(new Set(lines), new Set(times.map((time) => `${TAGS} t=1 ${time}`)));
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
