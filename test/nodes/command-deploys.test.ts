import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import {
  COMMAND,
  commandFlow,
  commanding,
  deployCommand,
  DEVICE,
  failureIn,
} from "../support/node-red/command-flow";
import { ACK, EMPTY_FLOW, PLACE, SUBSCRIBER } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
import { until } from "../support/time/until";
import type { Emulator } from "../../src/emulator/emulator";
import type { CommandFlowSettings } from "../support/node-red/command-flow";
import type { DeployType, FlowNode } from "../support/node-red/node-red";

/** A close that waits for a command would take as long as its reply may take. */
const WAIT_FOR_REPLY = 60;
/** What a deploy may take that waits for nothing. */
const SOON_MS = 4_500;
const DEPLOYS = ["full", "flows", "nodes"] as const satisfies readonly DeployType[];
const WAITING: CommandFlowSettings = {
  command: { waitForReply: WAIT_FOR_REPLY },
  hasSubscriber: true,
};

let nodeRed: NodeRed;
let nothing: object;

before(async () => {
  nodeRed = await NodeRed.start();
  // Once round, so that what is loaded and kept for good is there already.
  await commanding(nodeRed, WAITING, async () => {
    nodeRed.hand(COMMAND, { device: DEVICE, payload: { switch: 1 } });
    await nodeRed.next("answer");
  });
  nothing = await open();
});
after(() => nodeRed.stop());

async function open() {
  const { resources, listeners } = await nodeRed.inventory();
  return { resources, listeners };
}

/** Fails unless the process has soon no more open than when no flow had run. */
async function nothingLeft(): Promise<void> {
  let left: object = await open();
  const endMs = performance.now() + SOON_MS;
  while (!isDeepStrictEqual(left, nothing) && performance.now() < endMs) left = await open();
  deepEqual(left, nothing);
}

/** Hands commands to nodes whose replies are held back; resolves when devices have carried them out. */
async function send(emulator: Emulator, ids: readonly string[]): Promise<readonly string[]> {
  emulator.fault({ fault: "fail-command", how: "no-answer", count: ids.length });
  for (const [index, id] of ids.entries()) {
    nodeRed.hand(id, { device: DEVICE, payload: { switch: 1 }, from: id });
    await until(() => emulator.commands.length > index, `command ${index} has been carried out`);
  }
  return emulator.commands.map(({ messageId }) => messageId);
}

function reply(emulator: Emulator, requestId: string, fields: object = {}): void {
  const topic = `/${DEVICE.productKey}/${DEVICE.deviceName}/thing/downlink/reply/message`;
  emulator.push({ topic, payload: { requestId, code: 200, data: { requestId }, ...fields } });
}

/** The same flow, changed so that the deploy makes the command node and what is around it anew. */
function changed(nodes: readonly FlowNode[]): FlowNode[] {
  return nodes.map((node) => {
    const isChanged = node.type === "aliyun-iot-command" || node.type === "test-probe";
    return isChanged ? { ...node, name: "changed" } : node;
  });
}

/** Three instances of a subflow with a command node; each has a probe of its own behind it. */
const INSTANCES = ["one", "two", "three"] as const;
function subflow(emulator: Emulator): FlowNode[] {
  const inside = { id: "sub", type: "subflow", name: "send", in: [], env: [] };
  const nodes = commandFlow(emulator, WAITING).map((node) =>
    node.id === COMMAND ? { ...node, z: "sub", wires: [[]] } : node,
  );
  return [
    { ...inside, out: [{ x: 300, y: 40, wires: [{ id: COMMAND, port: 0 }] }] },
    ...nodes,
    ...INSTANCES.flatMap((id) => [
      { id, type: "subflow:sub", ...PLACE, wires: [[`${id}-probe`]] },
      { id: `${id}-probe`, type: "test-probe", kind: id, ...PLACE },
    ]),
  ];
}

for (const type of DEPLOYS) {
  test(`a deploy (${type}) in the middle: each instance of a subflow sends its own answer`, () =>
    commanding(nodeRed, WAITING, async (emulator) => {
      const nodes = subflow(emulator);
      await deployCommand(nodeRed, nodes);
      const ids = await send(
        emulator,
        INSTANCES.map((id) => `${id}-${COMMAND}`),
      );
      await nodeRed.deploy(changed(nodes), type);
      for (const messageId of [...ids].reverse()) reply(emulator, messageId);
      for (const [index, kind] of INSTANCES.entries()) {
        const { message = {} } = await nodeRed.next(kind);
        equal(message["from"], `${kind}-${COMMAND}`);
        deepEqual(message["payload"], { requestId: ids[index] });
        equal(nodeRed.taken(kind).length, 0);
      }
    }));

  test(`a deploy (${type}) in the middle: answer and error go to the new nodes, each once`, () =>
    commanding(nodeRed, WAITING, async (emulator) => {
      const [first = "", second = ""] = await send(emulator, [COMMAND, COMMAND]);
      const nodes = changed(commandFlow(emulator, WAITING));
      await nodeRed.deploy(nodes, type);
      reply(emulator, first);
      deepEqual((await nodeRed.next("answer")).message?.["payload"], { requestId: first });
      await nodeRed.next("complete");
      const shown = await nodeRed.next("shown", ({ id, status }) => {
        return id === COMMAND && status?.fill === "green";
      });
      match(shown.status?.text ?? "", /^meter-01 /);
      reply(emulator, second, { code: 100_001 });
      const { code, message } = failureIn(await nodeRed.next("catch"));
      deepEqual([code, message["from"]], ["DEVICE_REFUSED", COMMAND]);
      // What is sent next comes through, and nothing of the others before it.
      nodeRed.hand(COMMAND, { device: DEVICE, payload: { switch: 0 }, from: "next" });
      equal((await nodeRed.next("answer")).message?.["from"], "next");
      await nodeRed.next("complete");
      equal(["answer", "complete", "catch"].flatMap((kind) => nodeRed.taken(kind)).length, 0);
    }));
}

test("a call under way at a deploy ends as it would, though its instance is made anew", () =>
  commanding(nodeRed, { command: { action: "get-status" } }, async (emulator) => {
    emulator.fault({ fault: "delay-call", seconds: 2 });
    nodeRed.hand(COMMAND, { device: DEVICE });
    await nodeRed.next("shown", ({ status }) => status?.text === "sending meter-01");
    const settings = { command: { action: "get-status" }, instance: { name: "changed" } };
    await nodeRed.deploy(commandFlow(emulator, settings), "nodes");
    const { message = {} } = await nodeRed.next("answer");
    equal((message["payload"] as { status: string }).status, "online");
  }));

test("a successor whose settings are wrong still sends the answer on", () =>
  commanding(nodeRed, WAITING, async (emulator) => {
    const [id = ""] = await send(emulator, [COMMAND]);
    const command = { ...WAITING.command, timeout: 0 };
    await nodeRed.deploy(commandFlow(emulator, { ...WAITING, command }));
    reply(emulator, id);
    deepEqual((await nodeRed.next("answer")).message?.["payload"], { requestId: id });
  }));

test("an answer that comes while a deploy stops nodes waits for those in their place", () => {
  const command = { action: "get-status" };
  const subscribe = { settleMode: "manual" };
  const ack = { id: ACK, type: "aliyun-iot-ack", wires: [[]] };
  const settings = { command, subscribe, hasSubscriber: true, others: [ack] };
  return commanding(nodeRed, settings, async (emulator) => {
    // The subscriber waits 5 s for the ack node, because this one is never settled.
    emulator.push({ topic: "/k1/d1/user/update", payload: "unsettled" });
    await nodeRed.next("message", ({ message }) => message?.["payload"] === "unsettled");
    emulator.fault({ fault: "delay-call", seconds: 2 });
    nodeRed.hand(COMMAND, { device: DEVICE });
    await nodeRed.next("shown", ({ id }) => id === COMMAND);
    const nodes = commandFlow(emulator, settings).map((node) => {
      if (node.id === SUBSCRIBER) return { ...node, name: "changed" };
      return node.id === "answer-probe" ? { ...node, kind: "new" } : node;
    });
    await nodeRed.deploy(nodes, "nodes");
    await nodeRed.next("new");
  });
});

for (const [what, fields, says] of [
  ["answer", {}, /set-properties to meter-01 succeeded \(RequestId [0-9A-F-]{36}\)\.$/],
  ["error", { code: 100_001 }, /set-properties to meter-01 failed: DEVICE_REFUSED$/],
] as const) {
  test(`the ${what} of a node that a deploy removes is a line of the log, without its data`, () =>
    commanding(nodeRed, WAITING, async (emulator) => {
      const [id = ""] = await send(emulator, [COMMAND]);
      const isOther = ({ id: other }: FlowNode) => other !== COMMAND;
      await deployCommand(nodeRed, commandFlow(emulator, WAITING).filter(isOther));
      reply(emulator, id, { data: { secret: "of the device" }, ...fields });
      const { text = "" } = await nodeRed.next("log", ({ type }) => type === "aliyun-iot-command");
      match(text, says);
      ok(!text.includes("of the device") && !text.includes("\n"), text);
    }));
}

test("no deploy waits for a command, and when that has ended nothing is left", async () => {
  await commanding(nodeRed, WAITING, async (emulator) => {
    const [id = ""] = await send(emulator, [COMMAND]);
    const startMs = performance.now();
    await nodeRed.deploy(EMPTY_FLOW);
    const tookMs = performance.now() - startMs;
    ok(tookMs < SOON_MS, `the deploy took ${tookMs} ms`);
    await deployCommand(nodeRed, commandFlow(emulator, { hasSubscriber: true }));
    reply(emulator, id);
    deepEqual((await nodeRed.next("answer")).message?.["payload"], { requestId: id });
  });
  await nothingLeft();
});

test("Node-RED stops at once with commands under way", () =>
  withEmulator({ httpPort: 0, devices: 1, rate: 0 }, async (emulator) => {
    const own = await NodeRed.start();
    await own.deploy(commandFlow(emulator, { command: { action: "get-status" } }));
    emulator.fault({ fault: "delay-call", seconds: 60 });
    own.hand(COMMAND, { device: DEVICE });
    await own.next("shown", ({ status }) => status?.text === "sending meter-01");
    const startMs = performance.now();
    await own.stop();
    const tookMs = performance.now() - startMs;
    ok(tookMs < SOON_MS, `the stop took ${tookMs} ms`);
  }));
