// What the properties node makes of a report, written by the real “influxdb out” node.
import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  EMPTY_FLOW,
  isConnected,
  PLACE,
  subscriberFlow,
  SUBSCRIBER,
} from "../support/node-red/flow";
import { InfluxServer } from "../support/programs/influx-server";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
import type { FlowNode } from "../support/node-red/node-red";
import type { Write } from "../support/programs/influx-server";

const POST = "/k1/d1/thing/event/property/post";
const BATCH = "/k1/d1/thing/property/batch/post";

const nodeRed = NodeRed.forFile();
let influx: InfluxServer;
before(async () => {
  influx = await InfluxServer.start();
});
after(() => influx.stop());

interface InfluxSettings {
  readonly database: Readonly<Record<string, unknown>>;
  readonly out?: Readonly<Record<string, unknown>>;
}

/** The subscriber's messages, by way of the properties node, into a database. */
function influxFlow(port: number, { database, out = {} }: InfluxSettings): FlowNode[] {
  const output = { output: "influx", wires: [["out"], []] };
  return [
    ...subscriberFlow({ port }).map((node) =>
      node.id === SUBSCRIBER ? { ...node, wires: [["properties"]] } : node,
    ),
    { id: "properties", type: "aliyun-iot-properties", ...PLACE, ...output },
    { id: "out", type: "influxdb out", ...PLACE, influxdb: "database", ...out, wires: [] },
    { id: "database", type: "influxdb", ...database },
    { id: "complete", type: "complete", ...PLACE, scope: ["out"], wires: [["complete-probe"]] },
    { id: "complete-probe", type: "test-probe", kind: "complete", ...PLACE },
  ];
}

/** What is written of a report. */
async function written(settings: InfluxSettings, topic: string, payload: object): Promise<Write> {
  let write: Write | undefined;
  await withEmulator({}, async (emulator) => {
    try {
      await nodeRed.deploy(influxFlow(emulator.port, settings));
      await nodeRed.next("shown", isConnected);
      emulator.push({ topic, payload });
      write = await influx.next();
      await nodeRed.next("complete");
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
  if (write === undefined) throw new Error("Nothing was written.");
  return write;
}

const at = (value: unknown, time: number) => ({ value, time });
const ITEMS = {
  temperature: at(23, 1_715_000_130_120),
  pos: at({ lat: 30.1, lon: null }, 1_715_000_130_120),
  list: at([1, "b"], 1_715_000_130_120),
  "fb:on": at(true, 1_715_000_130_120),
  text: at('say "hi", now', 1_715_000_130_000),
  time: at("noon", 0),
};
const TAGS = { v1: "productKey=k1,deviceName=d1", v2: "deviceName=d1,productKey=k1" };
const LINES = (tags: string, yes: string) => [
  `k1,${tags} time_="noon" 0`,
  `k1,${tags} text="say \\"hi\\", now" 1715000130000`,
  `k1,${tags} fb:on=${yes},list="[1,\\"b\\"]",pos.lat=30.1,temperature=23 1715000130120`,
];

function version1() {
  const { port } = influx;
  return { influxdbVersion: "1.x", hostname: "127.0.0.1", port, database: "db" };
}

for (const precision of ["", "n", "s"]) {
  test(`into InfluxDB 1.x a report goes with its times in ms, the node's precision being “${precision}”`, async () => {
    const settings = { database: version1(), out: { precision } };
    const { url, lines } = await written(settings, POST, { items: ITEMS });
    equal(url.pathname, "/write");
    deepEqual([url.searchParams.get("db"), url.searchParams.get("precision")], ["db", "ms"]);
    deepEqual(lines, LINES(TAGS.v1, "true"));
  });
}

test("into InfluxDB 2 a report goes with its times in ms, as the node is set at first", async () => {
  const url = `http://127.0.0.1:${influx.port}`;
  const database = { influxdbVersion: "2.0", url, credentials: { token: "any" } };
  const out = { org: "org", bucket: "bucket", precisionV18FluxV20: "ms" };
  const write = await written({ database, out }, POST, { items: ITEMS });
  equal(write.url.pathname, "/api/v2/write");
  equal(write.url.searchParams.get("precision"), "ms");
  deepEqual(write.lines, LINES(TAGS.v2, "T"));
});

test("a batch is one write with a point for each time", async () => {
  const payload = { t: [at(2, 8), at(1, 5)], on: [at(false, 5)] };
  const { lines } = await written({ database: version1() }, BATCH, { payload });
  deepEqual(lines, [`k1,${TAGS.v1} on=false,t=1 5`, `k1,${TAGS.v1} t=2 8`]);
});
