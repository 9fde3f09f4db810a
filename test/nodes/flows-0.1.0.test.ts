// The directory holds what version 0.1.0 wrote when a flow with every node type was deployed.
import { deepEqual, equal } from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
import type { FlowNode } from "../support/node-red/node-red";

const RECORDED = "test/nodes/flows-0.1.0";

test("flows that version 0.1.0 has stored start, receive and settle, and stay as they are", () =>
  withEmulator({}, async (emulator) => {
    const userDirectory = mkdtempSync(join(tmpdir(), "node-red-test-"));
    cpSync(RECORDED, userDirectory, { recursive: true });
    const environment = { EMULATOR_PORT: String(emulator.port) };
    const nodeRed = await NodeRed.start({ userDirectory, environment });
    try {
      const time = 1_715_000_130_190;
      const items = { Temperature: { value: 23.5, time }, Humidity: { value: 40, time } };
      const id = emulator.push({
        topic: "/k1/d1/thing/event/property/post",
        payload: { productKey: "k1", deviceName: "d1", items },
      });
      const value = await nodeRed.next("value");
      equal(value.message?.["topic"], "Temperature");
      equal(value.message["payload"], 23.5);
      const state = await nodeRed.next("state");
      deepEqual(state.message?.["device"], { productKey: "k1", deviceName: "d1" });
      const settled = await nodeRed.next("settled");
      equal(settled.message?.["messageId"], id);
      await emulator.expectSettled(id, "accepted");
      // The recorded properties node asks for one identifier only.
      deepEqual(nodeRed.taken("value"), []);
      const recorded = JSON.parse(readFileSync(`${RECORDED}/flows.json`, "utf8")) as FlowNode[];
      const { flows } = (await nodeRed.request("GET", "/flows")) as { flows: FlowNode[] };
      deepEqual(flows, recorded);
    } finally {
      await nodeRed.stop();
      rmSync(userDirectory, { recursive: true, force: true });
    }
  }));

test("the recorded flows have every node type of this package that 0.1.0 had", () => {
  const recorded = JSON.parse(readFileSync(`${RECORDED}/flows.json`, "utf8")) as FlowNode[];
  const types = recorded.map(({ type }) => type).filter((type) => type.startsWith("aliyun-iot-"));
  deepEqual([...types].sort(), [
    "aliyun-iot-ack",
    "aliyun-iot-device-state",
    "aliyun-iot-instance",
    "aliyun-iot-properties",
    "aliyun-iot-subscribe",
  ]);
});
