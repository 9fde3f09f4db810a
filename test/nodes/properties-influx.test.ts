// What the properties node makes of a report, written by the real “influxdb out” node.
import { deepEqual, equal, match } from "node:assert/strict";
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
import type { FlowMessage } from "../../src/protocol/flow-message";
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
  const output = { output: "influx", wires: [["out"], ["refused"]] };
  return [
    ...subscriberFlow({ port }).map((node) =>
      node.id === SUBSCRIBER ? { ...node, wires: [["properties"]] } : node,
    ),
    { id: "properties", type: "aliyun-iot-properties", ...PLACE, ...output },
    { id: "out", type: "influxdb out", ...PLACE, influxdb: "database", ...out, wires: [] },
    { id: "database", type: "influxdb", ...database },
    { id: "complete", type: "complete", ...PLACE, scope: ["out"], wires: [["complete-probe"]] },
    { id: "refused", type: "test-probe", kind: "refused", ...PLACE },
    { id: "complete-probe", type: "test-probe", kind: "complete", ...PLACE },
  ];
}

interface Written extends Write {
  /** What the properties node has sent to its second output. */
  readonly refused: readonly FlowMessage[];
}

/** What is written of a report. */
async function written(settings: InfluxSettings, topic: string, payload: object): Promise<Written> {
  let written: Written | undefined;
  await withEmulator({}, async (emulator) => {
    try {
      await nodeRed.deploy(influxFlow(emulator.port, settings));
      await nodeRed.next("shown", isConnected);
      emulator.push({ topic, payload });
      const write = await influx.next();
      await nodeRed.next("complete");
      const refused = nodeRed.taken("refused").map(({ message = {} }) => message);
      written = { ...write, refused };
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
  if (written === undefined) throw new Error("Nothing was written.");
  return written;
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

function version2() {
  const url = `http://127.0.0.1:${influx.port}`;
  const database = { influxdbVersion: "2.0", url, credentials: { token: "any" } };
  return { database, out: { org: "org", bucket: "bucket", precisionV18FluxV20: "ms" } };
}

test("into InfluxDB 2 a report goes with its times in ms, as the node is set at first", async () => {
  const write = await written(version2(), POST, { items: ITEMS });
  equal(write.url.pathname, "/api/v2/write");
  equal(write.url.searchParams.get("precision"), "ms");
  deepEqual(write.lines, LINES(TAGS.v2, "T"));
});

test("a batch is one write with a point for each time", async () => {
  const payload = { t: [at(2, 8), at(1, 5)], on: [at(false, 5)] };
  const { lines } = await written({ database: version1() }, BATCH, { payload });
  deepEqual(lines, [`k1,${TAGS.v1} on=false,t=1 5`, `k1,${TAGS.v1} t=2 8`]);
});

/** What “influxdb out” or InfluxDB would stumble over. */
const ODD = {
  model: at("12i", 1),
  "": at(1, 1),
  "a\nb\\": at("x\ny", 1),
  late: at(7, 253_402_300_799_000),
};

for (const version of ["1.x", "2.0"]) {
  test(`InfluxDB ${version} stores all of a report that has odd names and texts, and a time that it cannot hold is told`, async () => {
    const settings = version === "2.0" ? version2() : { database: version1() };
    const { status, lines, refused } = await written(settings, POST, { items: ODD });
    equal(status, 204);
    const tags = version === "2.0" ? TAGS.v2 : TAGS.v1;
    deepEqual(lines, [`k1,${tags} _=1,a_b_="x\ny",model="\\"12i\\"" 1`]);
    const [late] = refused;
    const { code, message: text } = late?.["refused"] as Readonly<Record<string, string>>;
    deepEqual([late?.["topic"], late?.["payload"], code], ["late", 7, "VALUE_UNSTORABLE"]);
    match(String(text), /“late” cannot be stored: InfluxDB keeps times until the year 2262 only\./);
  });
}
