import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { ACK, EMPTY_FLOW, SUBSCRIBER, settlingFlow, isConnected } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { freePort } from "../support/programs/free-port";
import { PeerServer } from "../support/peer/peer-server";
import { withEmulator } from "../support/emulator/with-emulator";
import { isDeepStrictEqual } from "node:util";
import type { AddressInfo } from "node:net";
import type { Emulator } from "../../src/emulator/emulator";
import type { DeployType } from "../support/node-red/node-red";
import type { Inventory, ProbeEvent } from "../support/node-red/probe-events";

const TOPIC = "/k1/d1/user/update";
/** What a close may take where nothing has to be waited for: less than the 5 s that an ack node gets. */
const SOON_MS = 4_500;
/** Sockets and timers end some turns after the close that ended them; this long at most. */
const PATIENCE_MS = 5_000;

let nodeRed: NodeRed;
let nothing: Pick<Inventory, "resources" | "listeners">;

before(async () => {
  nodeRed = await NodeRed.start();
  // Once round, so that what is loaded and kept for good is there already.
  await withEmulator({}, async (emulator) => {
    await nodeRed.deploy(settlingFlow({ port: emulator.port }));
    await nodeRed.next("shown", isConnected);
    await nodeRed.deploy(EMPTY_FLOW);
  });
  nothing = await open();
});
after(() => nodeRed.stop());

const says = (text: RegExp) => (event: ProbeEvent) => text.test(event.status?.text ?? "");

const isMessage =
  (id: string) =>
  ({ message }: ProbeEvent) =>
    message?.["messageId"] === id;

async function open() {
  const { resources, listeners } = await nodeRed.inventory();
  return { resources, listeners };
}

/** Fails unless the process has soon no more open than when no flow had run. */
async function nothingLeft(): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  let left = await open();
  while (!isDeepStrictEqual(left, nothing) && performance.now() < endMs) {
    left = await open();
  }
  deepEqual(left, nothing);
}

/** How long an action takes, in ms. */
async function timed(action: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await action();
  return performance.now() - startMs;
}

/** Runs `work` with a subscriber that has `count` unsettled messages, and hands those over. */
function withUnsettled(
  count: number,
  work: (emulator: Emulator, messages: readonly ProbeEvent["message"][]) => Promise<void>,
): Promise<void> {
  return withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
    await nodeRed.deploy(settlingFlow({ port: emulator.port, ...FOUR }));
    await nodeRed.next("shown", says(/^connected 4/));
    const messages = [];
    for (let index = 0; index < count; index += 1) {
      emulator.push({ topic: TOPIC, payload: index });
      messages.push((await nodeRed.next("message")).message);
    }
    await work(emulator, messages);
    await nodeRed.deploy(EMPTY_FLOW);
    deepEqual(emulator.connections(), []);
    await nothingLeft();
  });
}
const FOUR = { subscribe: { connections: 4 } };

test("when everything is stopped nobody is left to settle: all is released at once, nothing left", () =>
  withUnsettled(20, async (emulator) => {
    const tookMs = await timed(() => nodeRed.deploy(EMPTY_FLOW));
    ok(tookMs < SOON_MS, `the stop took ${tookMs} ms`);
    const { released, accepted, unsettled } = emulator.groups()[0] ?? {};
    deepEqual([released, accepted, unsettled], [20, 0, 0]);
  }));

for (const type of ["full", "flows", "nodes"] satisfies DeployType[]) {
  test(`a redeploy (${type}) of a changed subscriber leaves one set of connections, and goes on`, () =>
    withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
      for (const name of ["one", "two", "three"]) {
        const subscribe = { ...FOUR.subscribe, name };
        await nodeRed.deploy(settlingFlow({ port: emulator.port, subscribe }), type);
        await nodeRed.next("shown", says(/^connected 4/));
        equal(emulator.connections().length, 4);
      }
      const id = emulator.push({ topic: TOPIC, payload: "after" });
      await nodeRed.next("message", isMessage(id));
      await nodeRed.deploy(EMPTY_FLOW);
      deepEqual(emulator.connections(), []);
      await nothingLeft();
    }));
}

test("a changed instance restarts its subscriber, with the new settings", () =>
  withEmulator({}, async (emulator) => {
    await nodeRed.deploy(settlingFlow({ port: emulator.port }));
    await nodeRed.next("shown", isConnected);
    const instance = { signMethod: "hmacsha256" };
    await nodeRed.deploy(settlingFlow({ port: emulator.port, instance }), "nodes");
    await nodeRed.next("shown", isConnected);
    equal(emulator.connections().length, 1);
    ok(emulator.signIns.at(-1)?.username.includes("hmacsha256"));
    await nodeRed.deploy(EMPTY_FLOW);
    await nothingLeft();
  }));

test("while a subscriber alone is redeployed, its ack node still settles what is out", () =>
  withUnsettled(3, async (emulator, messages) => {
    const subscribe = { ...FOUR.subscribe, name: "renamed" };
    const deployed = timed(() => {
      return nodeRed.deploy(settlingFlow({ port: emulator.port, subscribe }), "nodes");
    });
    await nodeRed.next("shown", says(/^closing$/));
    for (const message of messages) nodeRed.hand(ACK, message ?? {});
    const tookMs = await deployed;
    ok(tookMs < SOON_MS, `the redeploy took ${tookMs} ms`);
    const { accepted, released } = emulator.groups()[0] ?? {};
    deepEqual([accepted, released], [3, 0]);
  }));

test("what an ack node does not settle within 5 s of a redeploy is released", () =>
  withUnsettled(3, async (emulator) => {
    const subscribe = { ...FOUR.subscribe, name: "renamed", settleMode: "auto" };
    const tookMs = await timed(() => {
      return nodeRed.deploy(settlingFlow({ port: emulator.port, subscribe }), "nodes");
    });
    // After 15 s Node-RED would go on without the close.
    ok(tookMs > 4_500 && tookMs < 15_000, `the redeploy took ${tookMs} ms`);
    equal(emulator.groups()[0]?.released, 3);
    for (let index = 0; index < 3; index += 1) await nodeRed.next("message");
  }));

test("a subscriber that is removed while it connects leaves nothing, at once", async () => {
  const mute = createServer();
  mute.listen(0, "127.0.0.1");
  await once(mute, "listening");
  const { port } = mute.address() as AddressInfo;
  const connected = once(mute, "connection");
  await nodeRed.deploy(settlingFlow({ port, ...FOUR }));
  await connected;
  ok((await timed(() => nodeRed.deploy(EMPTY_FLOW))) < SOON_MS);
  mute.close();
  await nothingLeft();
});

test("a subscriber that is removed while it attaches leaves nothing, at once", async () => {
  let opened: () => void = () => undefined;
  const isOpen = new Promise<void>((resolve) => (opened = resolve));
  const server = await PeerServer.start(async (peer) => {
    await peer.open();
    opened();
  });
  await nodeRed.deploy(settlingFlow({ port: server.port }));
  await isOpen;
  // The peer answers no close: 2 s are given to it.
  ok((await timed(() => nodeRed.deploy(EMPTY_FLOW))) < 2_000 + SOON_MS);
  await server.stop();
  server.check();
  await nothingLeft();
});

test("a subscriber that is removed in backoff leaves nothing, at once", async () => {
  const port = await freePort();
  await nodeRed.deploy(settlingFlow({ port, ...FOUR }));
  await nodeRed.next("shown", says(/retry/));
  ok((await timed(() => nodeRed.deploy(EMPTY_FLOW))) < SOON_MS);
  await nothingLeft();
});

test("a subscriber that is removed while it drains ends when the ack nodes go", () =>
  withEmulator({}, async (emulator) => {
    await nodeRed.deploy(settlingFlow({ port: emulator.port, subscribe: { inputs: 1 } }));
    await nodeRed.next("shown", isConnected);
    emulator.push({ topic: TOPIC, payload: "unsettled" });
    await nodeRed.next("message");
    nodeRed.hand(SUBSCRIBER, { action: "disconnect" });
    await nodeRed.next("shown", says(/^closing$/));
    ok((await timed(() => nodeRed.deploy(EMPTY_FLOW))) < SOON_MS);
    equal(emulator.groups()[0]?.released, 1);
    await nothingLeft();
  }));

test("a Node-RED that is stopped releases what it has, exits by itself and starts again", () =>
  withEmulator({ backlogRetryMs: 20 }, async (emulator) => {
    const flow = settlingFlow({ port: emulator.port, ...FOUR });
    const run = async (): Promise<NodeRed> => {
      const other = await NodeRed.start();
      await other.deploy(flow);
      await other.next("shown", says(/^connected 4/));
      return other;
    };
    const first = await run();
    const ids = Array.from({ length: 20 }, () => emulator.push({ topic: TOPIC, payload: "x" }));
    for (const id of ids) await first.next("message", isMessage(id));
    ok((await timed(() => first.stop())) < SOON_MS);
    deepEqual([emulator.groups()[0]?.released, emulator.connections().length], [20, 0]);
    const second = await run();
    for (const id of ids) await second.next("message", isMessage(id));
    await second.stop();
  }));

test("fifty redeploys leave no listener and no timer, and every message still comes", () =>
  withEmulator({ backlogRetryMs: 20, maxConnectsPerMinute: 1_000 }, async (emulator) => {
    for (let round = 0; round < 50; round += 1) {
      const subscribe = { name: String(round) };
      await nodeRed.deploy(settlingFlow({ port: emulator.port, subscribe }), "nodes");
    }
    await nodeRed.next("shown", isConnected);
    equal(emulator.connections().length, 1);
    await nodeRed.deploy(EMPTY_FLOW);
    await nothingLeft();
  }));
