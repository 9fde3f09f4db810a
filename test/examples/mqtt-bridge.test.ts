import { deepEqual, equal } from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { Mqtt5Broker } from "../support/programs/mqtt-5-broker";
import { MqttBroker } from "../support/programs/mqtt-broker";
import { PATIENCE_MS, soon } from "../support/time/until";
import type { ExampleChange, RunningExample } from "../support/node-red/example";
import type { FlowNode } from "../support/node-red/node-red";

const NAME = "Bridge to MQTT";
const DEVICE = "/k1demoPk01/meter-07";
const STATUS_TOPIC = "/as/mqtt/status/k1demoPk01/meter-07";
/** What a message meets that reached the mqtt out node when its broker had just gone. */
const LATE = ["ACK_TIMEOUT", "DELIVERY_EXPIRED"];

const withExample = examplesOn();
let broker: MqttBroker;
before(async () => {
  broker = await MqttBroker.away();
});
beforeEach(async () => {
  await broker.goAway();
  broker.published.length = 0;
});
after(() => broker.goAway());

/** On the test's broker, and released after a second in place of 25. */
function changed(node: FlowNode): FlowNode {
  if (node.type === "mqtt-broker") return { ...node, port: broker.port };
  if (node.type === "aliyun-iot-subscribe") return { ...node, ackTimeout: 1 };
  return node;
}

function pushed({ emulator }: RunningExample, texts: readonly string[]): string[] {
  return texts.map((payload) => emulator.push({ topic: `${DEVICE}/user/update`, payload }));
}

async function allAccepted({ emulator }: RunningExample, ids: readonly string[]): Promise<void> {
  for (const id of ids) await emulator.expectSettled(id, "accepted", { timeoutMs: PATIENCE_MS });
}

async function reachedBroker(count: number): Promise<void> {
  const sentence = () => `${broker.published.length} of ${count} messages reached the broker`;
  await soon(() => broker.published.length === count, { sentence });
}

/** Two more attempts at the broker, which is away: time enough for messages that would come. */
async function twoAttempts({ nodeRed, shown }: RunningExample): Promise<void> {
  nodeRed.taken("shown");
  await shown("publish", isConnecting);
  await shown("publish", isConnecting);
}

/** Runs the example once it is connected on both sides: without its broker mqtt out drops messages. */
async function withBridge(
  work: (example: RunningExample) => Promise<void>,
  change: ExampleChange,
): Promise<void> {
  await broker.comeBack();
  await withExample(
    NAME,
    async (example) => {
      await example.shown("publish", isConnected);
      await work(example);
    },
    change,
  );
}

const isPaused = ({ fill, shape }: { fill?: string; shape?: string }) =>
  fill === "grey" && shape === "dot";
const isConnected = ({ fill }: { fill?: string }) => fill === "green";
const isConnecting = ({ fill }: { fill?: string }) => fill === "yellow";
const payloads = () => new Set(broker.published.map(({ payload }) => payload));

test("the MQTT bridge publishes each message under its type, byte for byte, and accepts what the broker has confirmed", async () => {
  await withBridge(
    async ({ emulator }) => {
      const path = "aliyun/k1demoPk01/meter-07";
      const rows = [
        [
          `${DEVICE}/thing/event/property/post`,
          '{"id":1790000000000000123}',
          `${path}/property-post`,
        ],
        [`${DEVICE}/thing/event/overheat/post`, '{"celsius": 91.2}', `${path}/event-post/overheat`],
        [`${DEVICE}/user/raw/a+b`, Buffer.from([0, 255, 10]), `${path}/custom/raw/a_b`],
        ["/k1demoPk01/pkg-demo/job-demo/ota/job/status", "{}", "aliyun/-/-/ota-job-status"],
        ["elsewhere", "", "aliyun/-/-/unknown"],
      ] as const;
      broker.hold();
      const ids = rows.map(([topic, payload]) => emulator.push({ topic, payload }));
      await reachedBroker(ids.length);
      const { accepted, released, unsettled } = emulator.groups()[0] ?? {};
      deepEqual({ accepted, released, unsettled }, { accepted: 0, released: 0, unsettled: 5 });
      broker.confirm();
      for (const id of ids) await emulator.expectSettled(id);
      const wanted = rows.map(([, payload, topic]) => {
        return { topic, payload: Buffer.from(payload).toString("latin1"), qos: 1, retain: false };
      });
      deepEqual(broker.published, wanted);
    },
    { node: (node) => (node.type === "mqtt-broker" ? changed(node) : node) },
  );
});

test("the MQTT bridge retains the newest status of each device, whatever the order they come in", async () => {
  await withBridge(
    async ({ emulator }) => {
      for (const second of [2, 1, 3]) {
        const payload = { status: "online", utcTime: `2024-05-06T12:15:0${second}.120Z` };
        await emulator.expectSettled(emulator.push({ topic: STATUS_TOPIC, payload }));
      }
      await emulator.expectSettled(emulator.push({ topic: STATUS_TOPIC, payload: "no JSON" }));
      const topics = new Set(broker.published.map(({ topic }) => topic));
      deepEqual([...topics], ["aliyun/k1demoPk01/meter-07/device-status"]);
      deepEqual(
        broker.published.map(({ retain }) => retain),
        [true, false, true, false],
      );
    },
    { node: changed },
  );
});

test("the MQTT bridge loses nothing when the broker goes away with unconfirmed messages and comes back", async () => {
  await withBridge(
    async (example) => {
      const { emulator, shown } = example;
      broker.hold();
      const unconfirmed = pushed(example, ["a", "b", "c"]);
      await reachedBroker(unconfirmed.length);
      await broker.goAway();
      broker.published.length = 0;
      // Some of these may reach the mqtt out node, which drops them.
      const between = pushed(example, ["d", "e"]);
      await shown("all messages", isPaused);
      const waiting = pushed(example, ["f", "g"]);
      await twoAttempts(example);
      deepEqual(
        waiting.map((id) => emulator.history(id)),
        waiting.map(() => undefined),
      );
      await broker.comeBack();
      await allAccepted(example, [...unconfirmed, ...between, ...waiting]);
      deepEqual([...payloads()].sort(), ["a", "b", "c", "d", "e", "f", "g"]);
    },
    { node: changed, codes: LATE },
  );
});

test("the MQTT bridge takes no message before the broker is there", () =>
  withExample(
    NAME,
    async (example) => {
      await example.shown("all messages", isPaused);
      const waiting = pushed(example, ["a", "b"]);
      await twoAttempts(example);
      equal(example.emulator.groups()[0]?.unsettled, 0);
      await broker.comeBack();
      await allAccepted(example, waiting);
      deepEqual([...payloads()].sort(), ["a", "b"]);
    },
    { node: changed, isReady: false, codes: LATE },
  ));

test("the MQTT bridge releases what fails on the way, and publishes it when it comes again", async () => {
  await broker.comeBack();
  const failure =
    'if (!context.get("hasFailed")) { context.set("hasFailed", true); throw new Error("once"); }';
  await withExample(
    NAME,
    async (example) => {
      const { emulator } = example;
      const [id = ""] = pushed(example, ["a"]);
      await emulator.expectSettled(id, "released");
      await allAccepted(example, [id]);
      deepEqual(emulator.history(id)?.endings, ["released", "accepted"]);
      equal(broker.published.length, 1);
    },
    {
      node: (node) =>
        node["name"] === "topic and retain"
          ? { ...node, func: `${failure}\n${String(node["func"])}` }
          : changed(node),
    },
  );
});

test("the MQTT bridge accepts and shows what an MQTT 5 broker will never take, and releases what it may take later", async () => {
  const [TAKEN, NOT_NOW, NEVER] = [0, 0x97, 0x99];
  const answers: Readonly<Record<string, number[]>> = { later: [NOT_NOW], never: [NEVER, NEVER] };
  const mqtt5 = await Mqtt5Broker.start((payload) => answers[payload]?.shift() ?? TAKEN);
  const node = (each: FlowNode): FlowNode =>
    each.type === "mqtt-broker" ? { ...each, port: mqtt5.port, protocolVersion: 5 } : each;
  try {
    await withExample(
      NAME,
      async (example) => {
        await example.shown("publish", isConnected);
        const [later = "", never = ""] = pushed(example, ["later", "never"]);
        await allAccepted(example, [later, never]);
        const endings = [later, never].map((id) => example.emulator.history(id)?.endings);
        deepEqual(endings, [["released", "accepted"], ["accepted"]]);
        const { message } = await example.nodeRed.next("refused or down? 1");
        equal(message?.["messageId"], never);
      },
      { node, codes: [NOT_NOW, NEVER].map(String) },
    );
  } finally {
    await mqtt5.stop();
  }
});
