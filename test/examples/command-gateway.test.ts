import { deepEqual, equal } from "node:assert/strict";
import { after, before, test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { MqttBroker } from "../support/programs/mqtt-broker";
import { soon } from "../support/time/until";
import type { FaultRequest } from "../../src/emulator/faults/fault-table";
import type { ExampleChange, RunningExample } from "../support/node-red/example";
import type { FlowNode } from "../support/node-red/node-red";

const NAME = "Command over HTTP or MQTT";
const TOKEN = "a-token-for-this-test";
const METER_1 = "k1demoPk01/meter-01";

const withExample = examplesOn();
let broker: MqttBroker;
before(async () => {
  broker = await MqttBroker.away();
  await broker.comeBack();
});
after(() => broker.goAway());

/** On the test's broker, with the token in the flow's environment. */
function changed(node: FlowNode): FlowNode {
  if (node.type === "tab") {
    return { ...node, env: [{ name: "COMMAND_TOKEN", type: "str", value: TOKEN }] };
  }
  if (node.type === "aliyun-iot-command") return { ...node, waitForReply: 1 };
  return node.type === "mqtt-broker" ? { ...node, port: broker.port } : node;
}

const ONE_DEVICE: ExampleChange = { node: changed, emulator: { devices: 1, random: () => 0.5 } };

interface Post {
  readonly device?: string;
  readonly body?: string;
  readonly authorization?: string;
}

/** Posts properties, and gives the status code and the code in the answer. */
async function post({ nodeRed }: RunningExample, given: Post = {}): Promise<unknown[]> {
  const { device = METER_1, body = '{"switch":0}', authorization = `Bearer ${TOKEN}` } = given;
  const response = await fetch(`${nodeRed.url}/devices/${device}/properties`, {
    method: "POST",
    headers: { authorization, "content-type": "text/plain" },
    body,
  });
  return [response.status, codeIn(await response.text())];
}

const codeIn = (json: string) => (JSON.parse(json) as { readonly code?: unknown }).code;

const told = ({ emulator }: RunningExample) => emulator.commands.map(({ content }) => content);

test("the example “Command over HTTP or MQTT” answers an HTTP call once the device has obeyed", () =>
  withExample(
    NAME,
    async (example) => {
      deepEqual(await post(example, { body: '{"switch":0,"target":24.0}' }), [200, "OK"]);
      deepEqual(told(example), [{ switch: 0, target: 24 }]);
    },
    ONE_DEVICE,
  ));

test("the example “Command over HTTP or MQTT” says by the status code what went wrong", () =>
  withExample(
    NAME,
    async (example) => {
      const { emulator } = example;
      deepEqual(await post(example, { body: "no JSON" }), [400, "INPUT_INVALID"]);
      deepEqual(await post(example, { body: '{"level":1}' }), [400, "DATA_REFUSED"]);
      const nowhere = { device: "k1demoPk01/meter-99" };
      deepEqual(await post(example, nowhere), [404, "DEVICE_NOT_FOUND"]);
      const elsewhere = { device: "k1other/meter-01" };
      deepEqual(await post(example, elsewhere), [404, "PRODUCT_NOT_FOUND"]);
      deepEqual(told(example), []);
      const afterFault = (request: FaultRequest) => {
        emulator.fault(request);
        return post(example);
      };
      const offline = { fault: "fail-command", how: "offline" } as const;
      deepEqual(await afterFault(offline), [409, "DEVICE_OFFLINE"]);
      const refusal = { fault: "fail-command", how: "code" } as const;
      deepEqual(await afterFault(refusal), [409, "DEVICE_REFUSED"]);
      const permission = { fault: "refuse-call", reason: "no-permission" } as const;
      deepEqual(await afterFault(permission), [500, "API_PERMISSION_MISSING"]);
      deepEqual(told(example), []);
      deepEqual(await afterFault({ fault: "break-call" }), [504, "OUTCOME_UNKNOWN"]);
      const silence = { fault: "fail-command", how: "no-answer" } as const;
      deepEqual(await afterFault(silence), [504, "REPLY_MISSING"]);
      // Throttled calls are tried again, and at last given up.
      deepEqual(await afterFault({ fault: "refuse-call", count: 10 }), [503, "API_THROTTLED"]);
    },
    {
      ...ONE_DEVICE,
      codes: [
        ...["INPUT_INVALID", "DATA_REFUSED", "DEVICE_NOT_FOUND", "PRODUCT_NOT_FOUND"],
        ...["DEVICE_OFFLINE", "DEVICE_REFUSED", "API_PERMISSION_MISSING", "OUTCOME_UNKNOWN"],
        ...["REPLY_MISSING", "API_THROTTLED"],
      ],
    },
  ));

test("the example “Command over HTTP or MQTT” lets nobody in without the token", () =>
  withExample(
    NAME,
    async (example) => {
      for (const authorization of ["", "Bearer ", "Bearer wrong", TOKEN]) {
        deepEqual(await post(example, { authorization }), [401, "UNAUTHORIZED"], authorization);
      }
      deepEqual(told(example), []);
    },
    ONE_DEVICE,
  ));

test("the example “Command over HTTP or MQTT” as imported lets nobody in, and says why", () =>
  withExample(
    NAME,
    async (example) => {
      await example.shown("with the token only", ({ text }) => text === "COMMAND_TOKEN not set");
      for (const authorization of ["Bearer ", "Bearer undefined"]) {
        deepEqual(await post(example, { authorization }), [401, "UNAUTHORIZED"], authorization);
      }
      deepEqual(told(example), []);
    },
    {
      node: (node) => (node.type === "tab" ? node : changed(node)),
      emulator: { devices: 1, random: () => 0.5 },
    },
  ));

test("the example “Command over HTTP or MQTT” takes commands over MQTT, but none that was retained", async () => {
  const send = (id: string, payload: string, retain = false) =>
    broker.publish({ topic: `devices/${METER_1}/set/${id}`, payload, qos: 2, retain });
  await send("old", '{"switch":1}', true);
  await withExample(
    NAME,
    async (example) => {
      const { emulator, nodeRed } = example;
      const { message } = await nodeRed.next("over MQTT");
      equal(message?.["retain"], true);
      await send("a-1", '{"switch":0}');
      await nodeRed.next("answer 2");
      emulator.fault({ fault: "fail-command", how: "offline" });
      await send("a-2", '{"switch":1}');
      await nodeRed.next("answer 2");
      deepEqual(told(example), [{ switch: 0 }]);
      const results = () => broker.published.map(({ topic, payload }) => [topic, codeIn(payload)]);
      await soon(() => results().length >= 2, { sentence: () => "Nothing was published" });
      deepEqual(results(), [
        [`devices/${METER_1}/result/a-1`, "OK"],
        [`devices/${METER_1}/result/a-2`, "DEVICE_OFFLINE"],
      ]);
    },
    { ...ONE_DEVICE, codes: ["DEVICE_OFFLINE"] },
  );
});
