import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { EMPTY_FLOW, SUBSCRIBER, settlingFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { soon } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { FlowNode } from "../support/node-red/node-red";

const TOPIC = "/k1/d1/user/update";
const CONNECTIONS = 4;
const CREDIT_WINDOW = 50;
const WINDOWS = CONNECTIONS * CREDIT_WINDOW;
const MESSAGES = 20_000;
const MOST_GROWTH_BYTES = 4 * 1024 * 1024;

const nodeRed = NodeRed.forFile({ nodeArguments: ["--expose-gc"] });

/** Keeps messages back until one comes that opens it; `others` lets all through but those to hold. */
const GATE: FlowNode = {
  ...{ id: "gate", type: "function", outputs: 1, timeout: 0, libs: [] },
  ...{ initialize: "", finalize: "" },
  func: `
    const held = context.get("held") ?? [];
    if (msg.gate !== undefined) {
      context.set("gate", msg.gate);
      if (msg.gate !== "open") return;
      context.set("held", []);
      return [held];
    }
    const gate = context.get("gate");
    if (gate === "open" || (gate === "others" && !msg.payload.hold)) return msg;
    held.push(msg);
    context.set("held", held);`,
};

/** Runs `work` with a subscriber whose messages wait at a gate that is shut. */
function gated(work: (emulator: Emulator, most: () => number) => Promise<void>): Promise<void> {
  return withEmulator({}, async (emulator) => {
    let most = 0;
    emulator.use({
      onTransfer() {
        most = Math.max(most, emulator.groups()[0]?.unsettled ?? 0);
        return undefined;
      },
    });
    const subscribe = { connections: CONNECTIONS, creditWindow: CREDIT_WINDOW };
    const flow = settlingFlow({ port: emulator.port, subscribe, path: [GATE] });
    // The probes hand each message to the test, which would be most of the work.
    const quiet = flow.map((node) =>
      node.id === SUBSCRIBER ? { ...node, wires: [["gate"]] } : node,
    );
    try {
      await nodeRed.deploy(quiet.filter(({ id }) => !/^(message|settled|complete)/.test(id)));
      await nodeRed.next(
        "shown",
        ({ status }) => status?.text === `connected ${CONNECTIONS}/${CONNECTIONS}`,
      );
      await work(emulator, () => most);
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

/** Waits until it is so; under load, so that a slow machine gets its time. */
const until = (isSo: () => boolean, what: string) =>
  soon(isSo, { withinMs: 60_000, sentence: () => `it was not so that ${what}` });

const group = (emulator: Emulator) => emulator.groups()[0];

function push(emulator: Emulator, count: number, payload = {}): void {
  for (let index = 0; index < count; index += 1) emulator.push({ topic: TOPIC, payload });
}

test("a flow that settles nothing gets no more than the windows hold, and all when it does again", () =>
  gated(async (emulator, most) => {
    push(emulator, WINDOWS);
    await until(() => group(emulator)?.unsettled === WINDOWS, "the windows are full");
    const full = await nodeRed.inventory();
    push(emulator, MESSAGES - WINDOWS);
    // Were there any credit left, some of these would come before the inventory is answered.
    for (let round = 0; round < 20; round += 1) await nodeRed.inventory();
    const later = await nodeRed.inventory();
    const { unsettled, backlog } = group(emulator) ?? {};
    deepEqual([unsettled, backlog], [WINDOWS, MESSAGES - WINDOWS]);
    const grownBytes = later.memory.heapUsed - full.memory.heapUsed;
    ok(grownBytes < MOST_GROWTH_BYTES, `the heap has grown by ${grownBytes} bytes`);
    nodeRed.hand("gate", { gate: "open" });
    await until(() => group(emulator)?.accepted === MESSAGES, "all has drained");
    ok(most() <= WINDOWS, `${most()} were in flight`);
    deepEqual(nodeRed.taken("catch"), []);
  }));

test("a platform that throttles is waited for, and holds up nothing that is out", () =>
  gated(async (emulator, most) => {
    nodeRed.hand("gate", { gate: "open" });
    push(emulator, 1_000);
    await until(() => group(emulator)?.accepted === 1_000, "the first have drained");
    emulator.fault({ fault: "throttle", perSecond: 0 });
    push(emulator, 1_000);
    for (let round = 0; round < 20; round += 1) await nodeRed.inventory();
    equal(group(emulator)?.accepted, 1_000);
    emulator.endFaults();
    await until(() => group(emulator)?.accepted === 2_000, "the rest has drained");
    ok(most() <= WINDOWS, `${most()} were in flight`);
  }));

test("while most of the windows stay unsettled, thousands go through the rest of them", () =>
  gated(async (emulator) => {
    const held = WINDOWS - 50; // by chance one connection may hold them up to its window, not all
    nodeRed.hand("gate", { gate: "others" });
    push(emulator, held, { hold: true });
    await until(() => group(emulator)?.unsettled === held, "those to be held are out");
    push(emulator, 5_000);
    await until(() => group(emulator)?.accepted === 5_000, "the others have gone through");
    equal(group(emulator)?.unsettled, held);
    nodeRed.hand("gate", { gate: "open" });
    await until(() => group(emulator)?.accepted === 5_000 + held, "all is accepted");
    equal(emulator.signIns.length, CONNECTIONS);
  }));
