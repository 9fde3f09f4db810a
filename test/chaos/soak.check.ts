// Long runs under load; by `npm run test:soak`. SOAK_MINUTES (10) is how long the steady one takes.
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import type { TestContext } from "node:test";
import { Emulator } from "../../src/emulator/emulator";
import { ACK, PLACE } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { numberFrom } from "../support/random";
import { allAccepted, pushEvenly, receiving } from "./load";
import type { FlowNode } from "../support/node-red/node-red";
import type { Inventory } from "../support/node-red/probe-events";

const MEGABYTE = 1024 * 1024;
const CONNECTIONS = 4;
const SAMPLE_MS = 1_000;
const PATIENCE_MS = 120_000;
/** What V8 may keep from one moment to the next without anything having leaked. */
const MOST_GROWTH_BYTES = 32 * MEGABYTE;
const PUSH = {
  topic: "/k1demoPk01/meter-07/thing/event/property/post",
  payload: {
    deviceType: "Meter",
    productKey: "k1demoPk01",
    deviceName: "meter-07",
    gmtCreate: 1_715_000_130_190,
    items: {
      temperature: { value: 23.5, time: 1_715_000_130_120 },
      humidity: { value: 55.1, time: 1_715_000_130_120 },
    },
  },
};

interface Load {
  readonly messages: number;
  readonly settleMode: "auto" | "manual";
  /** Pushes all of them. */
  readonly pushAll: (emulator: Emulator) => Promise<void>;
}

function flow(port: number, settleMode: Load["settleMode"]): FlowNode[] {
  const subscribe = { connections: CONNECTIONS, creditWindow: 500, settleMode };
  return [
    ...receiving({ port, subscribe }, settleMode === "manual" ? ACK : "counter"),
    { id: ACK, type: "aliyun-iot-ack", ...PLACE, wires: [["counter"]] },
    { id: "counter", type: "test-counter", every: 1_000, ...PLACE },
  ];
}

/** The resident memory of a Node-RED once a second, until the work is done. */
async function sampled(nodeRed: NodeRed, work: Promise<void>): Promise<number[]> {
  const rss: number[] = [];
  const timer = setInterval(() => {
    void nodeRed.inventory().then(({ memory }) => rss.push(memory.rss));
  }, SAMPLE_MS);
  await work.finally(() => {
    clearInterval(timer);
  });
  return rss;
}

/** Says what the load took, and fails unless the memory was flat after the first third. */
function judge(
  t: TestContext,
  rss: readonly number[],
  { before, after, tookMs, messages }: { before: Inventory; after: Inventory } & Figures,
): void {
  const cpuUs = after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system;
  const [perSecond, each] = [(messages * 1_000) / tookMs, cpuUs / messages];
  t.diagnostic(
    `${messages} messages in ${(tookMs / 1_000).toFixed(1)} s: ${perSecond.toFixed(0)} a second, ` +
      `${each.toFixed(0)} us CPU each in Node-RED`,
  );
  const third = Math.floor(rss.length / 3);
  const thirds = [rss.slice(0, third), rss.slice(third, -third), rss.slice(-third)];
  const most = thirds.map((values) => Math.max(...values));
  const told = [before.memory.rss, ...most].map((bytes) => `${(bytes / MEGABYTE).toFixed(0)} MB`);
  t.diagnostic(`RSS before, and the most of each third of ${rss.length} s: ${told.join(", ")}`);
  const [, middle = NaN, late = NaN] = most;
  ok(late - middle < MOST_GROWTH_BYTES, "the memory grows");
}

interface Figures {
  readonly tookMs: number;
  readonly messages: number;
}

/** Puts a load on a Node-RED and tells what that takes; fails unless its memory stays flat. */
async function soak(t: TestContext, { messages, settleMode, pushAll }: Load): Promise<void> {
  const emulator = await Emulator.start();
  const nodeRed = await NodeRed.start();
  let counted = 0;
  nodeRed.each("counted", ({ count = 0 }) => (counted = count));
  try {
    await nodeRed.deploy(flow(emulator.port, settleMode));
    const all = `connected ${CONNECTIONS}/${CONNECTIONS}`;
    await nodeRed.next("shown", ({ status }) => status?.text === all);
    const before = await nodeRed.inventory();
    const startMs = performance.now();
    const rss = await sampled(
      nodeRed,
      pushAll(emulator).then(() => allAccepted(emulator, PATIENCE_MS)),
    );
    const tookMs = performance.now() - startMs;
    const after = await nodeRed.inventory();
    const { accepted, released, rejected, timedOut, lost, expired } = emulator.groups()[0] ?? {};
    deepEqual([accepted, released, rejected, timedOut, lost, expired], [messages, 0, 0, 0, 0, 0]);
    equal(counted, messages, "a message came twice or never");
    equal(emulator.signIns.length, CONNECTIONS, "a connection was lost");
    judge(t, rss, { before, after, tookMs, messages });
  } finally {
    await nodeRed.stop();
    await emulator.stop();
  }
}

test("a million messages at full speed leave the memory flat", { timeout: 900_000 }, (t) => {
  const messages = 1_000_000;
  return soak(t, {
    messages,
    settleMode: "auto",
    async pushAll(emulator) {
      let pushed = 0;
      while (pushed < messages) {
        // Always some that wait; the emulator drops the oldest of more than 100,000.
        const backlog = emulator.groups()[0]?.backlog ?? 0;
        const due = backlog < 20_000 ? Math.min(2_000, messages - pushed) : 0;
        for (let count = 0; count < due; count += 1) emulator.push(PUSH);
        pushed += due;
        await turn();
      }
    },
  });
});

const minutes = numberFrom("SOAK_MINUTES") ?? 10;
const steady = `${minutes} minutes at 1,000 a second, settled by the flow, leave the memory flat`;
test(steady, { timeout: (minutes + 5) * 60_000 }, (t) => {
  const messages = minutes * 60 * 1_000;
  return soak(t, {
    messages,
    settleMode: "manual",
    pushAll: (emulator) => pushEvenly(messages, 1_000, () => emulator.push(PUSH)),
  });
});
