import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn } from "../support/node-red/example";

const withExample = examplesOn();

const reportTopic = (product: string) => `/${product}/device-1/thing/event/property/post`;
const ROWS = [
  { topic: reportTopic("k1demoPk01"), output: "which product? 1" },
  { topic: reportTopic("k1demoGw01"), output: "which product? 2" },
  { topic: reportTopic("k1other"), output: "which product? 3" },
  { topic: "/k1demoPk01/device-1/thing/event/overheat/post", output: "which type? 2" },
  { topic: "/as/mqtt/status/k1demoPk01/device-1", output: "which type? 3" },
  { topic: "/k1demoPk01/device-1/user/update", output: "which type? 4" },
  { topic: "/k1demoPk01/device-1/thing/lifecycle", output: "which type? 4" },
  { topic: "elsewhere", output: "which type? 4" },
];
const DEBUG_NODES = ["meters", "gateways", "another product", "events", "online and offline"];

test("the routing example sends each message one way by type and product, and the rest to “anything else”", () =>
  withExample("Route by type and product", async ({ emulator, nodeRed, shown }) => {
    for (const [number, { topic }] of ROWS.entries()) emulator.push({ topic, payload: { number } });
    for (const [number, { output }] of ROWS.entries()) {
      const { message } = await nodeRed.next(output);
      deepEqual([message?.["payload"], output], [{ number }, output]);
    }
    for (const name of DEBUG_NODES) await shown(name, ({ text }) => String(text) === "1");
    await shown("anything else", ({ text }) => String(text) === "3");
    const outputs = new Set(ROWS.map(({ output }) => output));
    for (const output of outputs) deepEqual(nodeRed.taken(output), [], output);
  }));
