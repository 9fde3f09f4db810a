import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { soon } from "../support/time/until";
import type { FlowNode, NodeRed } from "../support/node-red/node-red";

const NAME = "Two consumer groups";
const TOPIC = "/k1demoPk01/meter-07/user/update";
const COUNT = 20;
/** The most that the example's test holds. */
const HELD = 10;

const withExample = examplesOn();

/** The next `count` messages behind an output, sorted. */
async function numbers(nodeRed: NodeRed, output: string, count: number): Promise<unknown[]> {
  const found: number[] = [];
  while (found.length < count) {
    found.push(Number((await nodeRed.next(output)).message?.["payload"]));
  }
  return found.sort((one, other) => one - other);
}

const ALL = Array.from({ length: COUNT }, (_, number) => number);

test("a slow or paused test takes no message from production in the example with two consumer groups", () =>
  withExample(NAME, async ({ emulator, nodeRed, payload, press, shown }) => {
    for (const number of ALL) emulator.push({ topic: TOPIC, payload: String(number) });
    deepEqual(await numbers(nodeRed, "production", COUNT), ALL);
    const group = (id: string) =>
      emulator.groups().find(({ consumerGroupId }) => consumerGroupId === id);
    const isTold = () => group("DEFAULT_GROUP")?.accepted === COUNT;
    const sentence = () => "Production has not accepted its messages";
    await soon(isTold, { sentence });
    const { unsettled = 0, backlog = 0, accepted = 0 } = group("TEST_GROUP") ?? {};
    equal(unsettled + backlog + accepted, COUNT);
    ok(unsettled <= HELD, `The test holds ${unsettled}.`);
    ok(backlog > 0, "None waits for the test.");

    press("pause");
    await shown("test", ({ fill, shape }) => fill === "grey" && shape === "dot");
    emulator.push({ topic: TOPIC, payload: String(COUNT) });
    deepEqual(await numbers(nodeRed, "production", 1), [COUNT]);

    press("backlog?");
    const { groups } = (await payload("ask the emulator")) as { groups: { backlog: number }[] };
    deepEqual(
      groups.map(({ backlog }) => backlog > 0),
      [false, true],
    );
    press("resume");
    await shown("test", ({ fill }) => fill === "green");
  }));

test("each of the two consumer groups gets every message", () =>
  withExample(
    NAME,
    async ({ emulator, nodeRed }) => {
      for (const number of ALL) emulator.push({ topic: TOPIC, payload: String(number) });
      deepEqual(await numbers(nodeRed, "production", COUNT), ALL);
      deepEqual(await numbers(nodeRed, "aliyun-iot-ack", COUNT), ALL);
    },
    {
      // A thousand a second.
      node: (node: FlowNode) =>
        node.type === "delay" ? { ...node, rate: "1000", nbRateUnits: "1" } : node,
    },
  ));
