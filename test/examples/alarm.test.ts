import { deepEqual, equal } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { PATIENCE_MS } from "../support/time/until";
import type { RequestListener as RequestHandler } from "node:http";
import type { AddressInfo } from "node:net";
import type { Emulator } from "../../src/emulator/emulator";
import type { FlowNode } from "../support/node-red/node-red";

const NAME = "Alarm on an event";
const ALARM = "one in 10 minutes";

const withExample = examplesOn();

interface Event {
  readonly device?: string;
  readonly identifier?: string;
  readonly type?: string;
}

/** An event as the simulated devices send it; time 2024-05-06 12:55:40 UTC. */
function pushEvent(emulator: Emulator, event: Event): string {
  const { device = "meter-07", identifier = "overheat", type = "alert" } = event;
  const topic = `/k1demoPk01/${device}/thing/event/${identifier}/post`;
  const value = { celsius: 91.2, zones: [1, 2] };
  return emulator.push({ topic, payload: { identifier, type, time: 1_715_000_140_000, value } });
}

test("the alarm example sends one text for each device and event, and counts what it holds back", () =>
  withExample(NAME, async ({ emulator, nodeRed, payload, shown }) => {
    pushEvent(emulator, { type: "info" });
    emulator.push({
      topic: "/k1demoPk01/meter-07/thing/event/property/post",
      payload: { items: {} },
    });
    for (let time = 0; time < 3; time += 1) pushEvent(emulator, {});
    pushEvent(emulator, { identifier: "doorOpen", type: "error" });
    pushEvent(emulator, { device: "meter-08" });
    const alarms = [await payload(ALARM), await payload(ALARM), await payload(ALARM)];
    deepEqual(alarms, [
      "Alarm: overheat (alert) of meter-07, celsius 91.2, zones [1,2], 2024-05-06 20:55:40",
      "Alarm: doorOpen (error) of meter-07, celsius 91.2, zones [1,2], 2024-05-06 20:55:40",
      "Alarm: overheat (alert) of meter-08, celsius 91.2, zones [1,2], 2024-05-06 20:55:40",
    ]);
    await shown("all alarms", ({ text }) => String(text) === "5");
    await shown("alarms sent", ({ text }) => String(text) === "3");
    deepEqual(nodeRed.taken(ALARM), []);
  }));

test("the alarm example raises the next alarm when the pause is over", () =>
  withExample(
    NAME,
    async ({ emulator, nodeRed, payload, shown }) => {
      pushEvent(emulator, {});
      await payload(ALARM);
      await shown(ALARM, ({ fill }) => fill === "blue");
      await shown(ALARM, ({ fill }) => fill === undefined);
      pushEvent(emulator, {});
      await payload(ALARM);
      deepEqual(nodeRed.taken(ALARM), []);
    },
    {
      node: (node) => (node.type === "trigger" ? { ...node, duration: "300", units: "ms" } : node),
    },
  ));

test("the alarm example tells the robot of a DingTalk group, once its node is enabled", async () => {
  const robot = createServer();
  robot.listen(0, "127.0.0.1");
  await once(robot, "listening");
  const { port } = robot.address() as AddressInfo;
  const variable = {
    name: "DINGTALK_WEBHOOK",
    type: "str",
    value: `http://127.0.0.1:${port}/robot`,
  };
  const node = (same: FlowNode): FlowNode => {
    if (same.type === "tab") return { ...same, env: [variable] };
    return same.type === "http request" ? { ...same, d: false } : same;
  };
  try {
    const asked = once(robot, "request", { signal: AbortSignal.timeout(PATIENCE_MS) });
    await withExample(
      NAME,
      async ({ emulator, payload }) => {
        pushEvent(emulator, {});
        const alarm = await payload(ALARM);
        const [request, response] = (await asked) as Parameters<RequestHandler>;
        deepEqual(JSON.parse(await text(request)), {
          msgtype: "text",
          text: { content: alarm },
        });
        equal(request.headers["content-type"], "application/json");
        response.end('{"errcode":0}');
        deepEqual(await payload("robot"), { errcode: 0 });
      },
      { node },
    );
  } finally {
    robot.closeAllConnections();
    robot.close();
  }
});
