import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import type { RunningExample } from "../support/node-red/example";
import type { FlowNode } from "../support/node-red/node-red";

const CONTROL = "Control a device";
const ASK = "Ask and answer";
const ONE_DEVICE = { emulator: { devices: 1, random: () => 0.5 } };

const withExample = examplesOn();

/** What the devices have done, oldest first. */
function done({ emulator }: RunningExample): unknown[] {
  return emulator.commands.map(({ action, deviceName, content }) => [action, deviceName, content]);
}

/** The code of the error that comes behind an output. */
async function failure({ nodeRed }: RunningExample, output: string): Promise<unknown> {
  const { message } = await nodeRed.next(output);
  return (message?.["error"] as { readonly code?: unknown } | undefined)?.code;
}

/** A delay that a test need not wait for. */
const atOnce = (node: FlowNode): FlowNode =>
  node.type === "delay" ? { ...node, timeout: "1", timeoutUnits: "milliseconds" } : node;

test("the example “Control a device” sets properties and shows the device's reply", () =>
  withExample(
    CONTROL,
    async (example) => {
      const { nodeRed, press } = example;
      for (const button of ["pump off", "pump on", "target 24.0"]) {
        press(button);
        const { message } = await nodeRed.next("set the property");
        deepEqual(message?.["reply"], { code: 200, message: "success" }, button);
        await nodeRed.next("replies");
      }
      deepEqual(done(example), [
        ["SetDeviceProperty", "meter-01", { switch: 0 }],
        ["SetDeviceProperty", "meter-01", { switch: 1 }],
        ["SetDeviceProperty", "meter-01", { target: 24 }],
      ]);
    },
    ONE_DEVICE,
  ));

test("the example “Control a device” shows the result of a service, and the last values", () =>
  withExample(
    CONTROL,
    async (example) => {
      const { payload, press } = example;
      press("pump off");
      await payload("set the property");
      press("self test");
      match(JSON.stringify(await payload("run the self test")), /"passed":1/);
      press("which values?");
      match(JSON.stringify(await payload("last values")), /"switch":0/);
    },
    ONE_DEVICE,
  ));

test("the example “Control a device” shows with its code what went wrong, and repeats nothing", () =>
  withExample(
    CONTROL,
    async (example) => {
      const { emulator, nodeRed, press } = example;
      emulator.fault({ fault: "fail-command", how: "offline" });
      press("pump off");
      equal(await failure(example, "failed"), "DEVICE_OFFLINE");
      emulator.fault({ fault: "fail-command", how: "code", code: 100_001 });
      press("pump off");
      equal(await failure(example, "failed"), "DEVICE_REFUSED");
      deepEqual(done(example), []);
      emulator.fault({ fault: "break-call" });
      press("pump off");
      equal(await failure(example, "failed"), "OUTCOME_UNKNOWN");
      deepEqual(done(example), [["SetDeviceProperty", "meter-01", { switch: 0 }]]);
      deepEqual(nodeRed.taken("set the property"), []);
    },
    { ...ONE_DEVICE, codes: ["DEVICE_OFFLINE", "DEVICE_REFUSED", "OUTCOME_UNKNOWN"] },
  ));

test("the example “Ask and answer” asks by a button, and each device that comes online", () =>
  withExample(
    ASK,
    async (example) => {
      const { nodeRed, press } = example;
      const asked = { request: { ask: "properties" } };
      const { message: online } = await nodeRed.next("ask");
      const { properties, ...question } = online?.["payload"] as Readonly<Record<string, unknown>>;
      deepEqual(question, asked);
      match(JSON.stringify(properties), /"level":\d/);
      press("ask meter-01");
      const { message: button } = await nodeRed.next("ask");
      match(JSON.stringify(button?.["payload"]), /"level":\d/);
      deepEqual(
        done(example),
        [1, 2].map(() => ["RRpc", "meter-01", '{"ask":"properties"}']),
      );
    },
    { ...ONE_DEVICE, node: atOnce },
  ));

test("the example “Ask and answer” tells an offline device from one that does not answer in time", () =>
  withExample(
    ASK,
    async (example) => {
      const { emulator, nodeRed, press } = example;
      await nodeRed.next("ask"); // the device has come online
      emulator.fault({ fault: "fail-command", how: "offline" });
      press("ask meter-01");
      equal(await failure(example, "why? 1"), "DEVICE_OFFLINE");
      emulator.fault({ fault: "fail-command", how: "no-answer" });
      press("ask meter-01");
      equal(await failure(example, "why? 2"), "OUTCOME_UNKNOWN");
      emulator.fault({ fault: "refuse-call", reason: "no-permission" });
      press("ask meter-01");
      equal(await failure(example, "why? 3"), "API_PERMISSION_MISSING");
      deepEqual(nodeRed.taken("ask"), []);
    },
    {
      ...ONE_DEVICE,
      node: (node) => (node.type === "aliyun-iot-command" ? { ...node, timeout: 1 } : atOnce(node)),
      codes: ["DEVICE_OFFLINE", "OUTCOME_UNKNOWN", "API_PERMISSION_MISSING"],
    },
  ));
