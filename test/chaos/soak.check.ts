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
const PATIENCE_MS = 120_000;
/** Compiled code and full histories; a leak of 16 bytes a message would be more at full speed. */
const MOST_GROWTH_BYTES = 8 * MEGABYTE;
/** Twice what V8 was seen to take, for what leaks outside of its heap. */
const MOST_RSS_BYTES = 512 * MEGABYTE;
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
  readonly push: (emulator: Emulator, messages: number) => Promise<void>;
}

function flow(port: number, settleMode: Load["settleMode"]): FlowNode[] {
  const subscribe = { connections: CONNECTIONS, creditWindow: 500, settleMode };
  return [
    ...receiving({ port, subscribe }, settleMode === "manual" ? ACK : "counter"),
    { id: ACK, type: "aliyun-iot-ack", ...PLACE, wires: [["counter"]] },
    { id: "counter", type: "test-counter", every: 1_000, ...PLACE },
  ];
}

/** What is in use after a garbage collection: the resident memory also tells what V8 keeps spare. */
function liveBytes({ memory }: Inventory): number {
  return memory.heapUsed + memory.external;
}

const inMegabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(1)} MB`;

/** Says what a load took, and fails if the memory has grown since the warm-up. */
function judge(t: TestContext, { warm, after, tookMs, messages }: Figures): void {
  const cpuUs = after.cpu.user + after.cpu.system - warm.cpu.user - warm.cpu.system;
  const [perSecond, each] = [(messages * 1_000) / tookMs, cpuUs / messages];
  t.diagnostic(
    `${messages} messages in ${(tookMs / 1_000).toFixed(1)} s: ${perSecond.toFixed(0)} a second, ` +
      `${each.toFixed(0)} us CPU each in Node-RED`,
  );
  const [before, now] = [liveBytes(warm), liveBytes(after)];
  t.diagnostic(
    `in use ${inMegabytes(before)} before, ${inMegabytes(now)} after; ` +
      `resident at most ${inMegabytes(after.mostRssBytes)}`,
  );
  ok(now - before < MOST_GROWTH_BYTES, "the memory grows");
  ok(after.mostRssBytes < MOST_RSS_BYTES, "the resident memory grows");
}

interface Figures {
  readonly warm: Inventory;
  readonly after: Inventory;
  readonly tookMs: number;
  readonly messages: number;
}

/** Puts a load on a Node-RED and tells what that takes; fails unless its memory stays flat. */
async function soak(t: TestContext, { messages, settleMode, push }: Load): Promise<void> {
  const emulator = await Emulator.start();
  const nodeRed = await NodeRed.start({ nodeArguments: ["--expose-gc"] });
  let counted = 0;
  nodeRed.each("counted", ({ count = 0 }) => (counted = count));
  try {
    await nodeRed.deploy(flow(emulator.port, settleMode));
    const all = `connected ${CONNECTIONS}/${CONNECTIONS}`;
    await nodeRed.next("shown", ({ status }) => status?.text === all);
    const warmUp = Math.round(messages / 3);
    await push(emulator, warmUp);
    await allAccepted(emulator, PATIENCE_MS);
    const warm = await nodeRed.inventory();
    const startMs = performance.now();
    await push(emulator, messages - warmUp);
    await allAccepted(emulator, PATIENCE_MS);
    const tookMs = performance.now() - startMs;
    const after = await nodeRed.inventory();
    const { accepted, released, rejected, timedOut, lost, expired } = emulator.groups()[0] ?? {};
    deepEqual([accepted, released, rejected, timedOut, lost, expired], [messages, 0, 0, 0, 0, 0]);
    equal(counted, messages, "a message came twice or never");
    equal(emulator.signIns.length, CONNECTIONS, "a connection was lost");
    judge(t, { warm, after, tookMs, messages: messages - warmUp });
  } finally {
    await nodeRed.stop();
    await emulator.stop();
  }
}

/** Pushes as fast as they go. Some always wait; the emulator drops the oldest of over 100,000. */
async function pushAtFullSpeed(emulator: Emulator, messages: number): Promise<void> {
  let pushed = 0;
  while (pushed < messages) {
    const backlog = emulator.groups()[0]?.backlog ?? 0;
    const due = backlog < 20_000 ? Math.min(2_000, messages - pushed) : 0;
    for (let count = 0; count < due; count += 1) emulator.push(PUSH);
    pushed += due;
    await turn();
  }
}

test("a million messages at full speed leave the memory flat", { timeout: 900_000 }, (t) =>
  soak(t, { messages: 1_000_000, settleMode: "auto", push: pushAtFullSpeed }),
);

const minutes = numberFrom("SOAK_MINUTES") ?? 10;
const steady = `${minutes} minutes at 1,000 a second, settled by the flow, leave the memory flat`;
test(steady, { timeout: (minutes + 5) * 60_000 }, (t) =>
  soak(t, {
    messages: minutes * 60 * 1_000,
    settleMode: "manual",
    push: (emulator, messages) => pushEvenly(messages, 1_000, () => emulator.push(PUSH)),
  }),
);
