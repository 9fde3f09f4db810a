import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { EMULATOR_DEFAULTS } from "../src/settings/emulator";
import { examplesOn, groupsOf, readExample } from "./support/node-red/example";
import type { Emulator } from "../src/emulator/emulator";

const CHINESE = "Dashboard (Chinese)";
const EXAMPLES = [
  "Alarm on an event",
  "Ask and answer",
  "At least once into a database",
  "Bridge to MQTT",
  "Command over HTTP or MQTT",
  "Control a device",
  "Dashboard",
  CHINESE,
  "Filter by topic",
  "Import history",
  "Keep the tank level",
  "Read properties",
  "Receive and debug",
  "Route by type and product",
  "Settle when done",
  "Try faults",
  "Two consumer groups",
  "Who is offline",
];
/** What an example's comment says of the platform, in each language. */
const OF_PLATFORM = {
  "en-US":
    /the platform.*host.*port 5671.*instance ID.*AccessKey.*TLS on.*group's ID.*SECOND_GROUP/s,
  "zh-CN": /平台.*接入域名.*端口 5671.*实例 ID.*AccessKey.*打开 TLS.*消费组 ID.*SECOND_GROUP/s,
};
const DEVICE = "/k1demoPk01/meter-07";
const STATUS_TOPIC = "/as/mqtt/status/k1demoPk01/meter-07";
const PROPERTY_TOPIC = `${DEVICE}/thing/event/property/post`;

const withExample = examplesOn({ environment: { TEST_DASHBOARD: "true" } });

function propertyPost(emulator: Emulator, value: number): string {
  const items = { temperature: { value, time: 1_715_000_130_120 } };
  return emulator.push({ topic: PROPERTY_TOPIC, payload: { items } });
}

test("the examples are the ones that the import menu should offer", () => {
  deepEqual(readdirSync("examples").sort(), EXAMPLES.map((name) => `${name}.json`).sort());
});

for (const name of EXAMPLES) {
  test(`the example “${name}” runs on the emulator's defaults as imported, and explains itself`, () => {
    const nodes = readExample(`${name}.json`);
    const instance = nodes.find(({ type }) => type === "aliyun-iot-instance");
    const { host, port, httpPort, iotInstanceId, accessKeyId, accessKeySecret } = EMULATOR_DEFAULTS;
    deepEqual(
      [instance?.["host"], instance?.["port"], instance?.["iotInstanceId"], instance?.["useTls"]],
      [host, port, iotInstanceId, false],
    );
    deepEqual(instance?.["credentials"], { accessKeyId, accessKeySecret });
    const sends = nodes.some(({ type }) => type === "aliyun-iot-command");
    equal(instance["apiEndpoint"], sends ? `http://${host}:${httpPort}` : undefined);
    const groups = groupsOf(nodes);
    deepEqual(groups.slice(0, 1), EMULATOR_DEFAULTS.consumerGroupIds);
    const options = groups.map((id) => ` --group ${id}`).join("");
    const command = `\`npx @iot-flows/node-red-aliyun-iot emulator${groups.length === 1 ? "" : options}\``;
    const comment = nodes.find(({ type }) => type === "comment");
    const said = String(comment?.["info"]).split("\n\n---\n\n");
    // The dashboard has a flow for each language.
    const languages =
      name === CHINESE ? (["zh-CN"] as const) : (["en-US", "zh-CN"] as const).slice(0, said.length);
    equal(said.length, name.startsWith("Dashboard") ? 1 : 2);
    for (const [index, language] of languages.entries()) {
      const info = said[index] ?? "";
      ok(info.includes(command), command);
      ok(info.includes(`${options} --group SECOND_GROUP\``), "How does another one run beside it?");
      match(info, OF_PLATFORM[language]);
    }
    const ids = new Set(nodes.map(({ id }) => id));
    equal(ids.size, nodes.length, "Two nodes share an ID.");
  });
}

for (const page of ["docs/examples.md", "docs/examples.zh-CN.md"]) {
  test(`${page} has a row for each example`, () => {
    const text = readFileSync(page, "utf8");
    const rows = [...text.matchAll(/^\| _(.+?)_ /gm)].map(([, name]) => name);
    deepEqual(rows.sort(), EXAMPLES);
  });
}

test("no two examples share a node ID, so that all can be imported into one flow", () => {
  const ids = EXAMPLES.flatMap((name) => readExample(`${name}.json`).map(({ id }) => id));
  equal(new Set(ids).size, ids.length);
});

test("the example “Receive and debug” hands on whatever a device sends", () =>
  withExample("Receive and debug", async ({ emulator, nodeRed }) => {
    const messageId = emulator.push({ topic: `${DEVICE}/user/update`, payload: { t: 21 } });
    const { message } = await nodeRed.next("aliyun-iot-subscribe");
    deepEqual([message?.["messageId"], message?.["payload"]], [messageId, { t: 21 }]);
    await emulator.expectSettled(messageId);
  }));

test("the example “Filter by topic” lets properties and status through, apart, and nothing else", () =>
  withExample("Filter by topic", async ({ emulator, nodeRed, payload }) => {
    const dropped = emulator.push({ topic: `${DEVICE}/user/update`, payload: { t: 21 } });
    propertyPost(emulator, 23.5);
    emulator.push({ topic: STATUS_TOPIC, payload: { status: "offline" } });
    match(JSON.stringify(await payload("which type? 1")), /23\.5/);
    deepEqual(await payload("which type? 2"), { status: "offline" });
    await emulator.expectSettled(dropped);
    equal(nodeRed.taken("properties and status").length, 2);
  }));

test("the example “Settle when done” accepts what went well or can never go well, and releases what failed until it does", () =>
  withExample("Settle when done", async ({ emulator, nodeRed, payload }) => {
    const ids = Array.from({ length: 100 }, () => {
      return emulator.push({ topic: `${DEVICE}/user/update`, payload: { t: 21 } });
    });
    for (const id of ids) await emulator.expectSettled(id, "accepted");
    const { accepted, released } = emulator.groups()[0] ?? {};
    equal(accepted, ids.length);
    equal(nodeRed.taken("failed").length, released);
    // One in ten fails; that none of a hundred does has a chance of 1 : 37,000.
    ok(Number(released) > 0, "nothing failed");
    const refused = nodeRed.taken("work that sometimes fails 2");
    const wanted = ids.filter((id) => id.endsWith("7"));
    deepEqual(refused.map(({ message }) => message?.["messageId"]).sort(), wanted.sort());
    ok(wanted.length > 0, "nothing was refused");
    nodeRed.hand("b400003000000000", { action: "stats" });
    match(JSON.stringify(await payload("stats or a message? 1")), /"accepted":100/);
  }));

test("the example “Read properties” leads each value by its property, and shows what was refused", () =>
  withExample("Read properties", async ({ emulator, nodeRed }) => {
    const time = 1_715_000_130_120;
    const items = { temperature: { value: 23.5, time }, pos: { value: { lat: 30.1 }, time } };
    const ghost = { value: 7, time, code: 6304, message: "tsl parse: params not exist -> ghost" };
    emulator.push({ topic: PROPERTY_TOPIC, payload: { items, checkFailedData: { ghost } } });
    const temperature = await nodeRed.next("which property? 1");
    deepEqual(
      [temperature.message?.["payload"], temperature.message?.["timestamp"]],
      [23.5, 1_715_000_130_120],
    );
    const other = await nodeRed.next("which property? 3");
    deepEqual([other.message?.["topic"], other.message?.["payload"]], ["pos.lat", 30.1]);
    const refused = await nodeRed.next("aliyun-iot-properties 2");
    deepEqual([refused.message?.["topic"], refused.message?.["payload"]], ["ghost", 7]);
    match(JSON.stringify(refused.message?.["refused"]), /6304.*params not exist/);
    deepEqual(nodeRed.taken("which property? 2"), []);
  }));
