// The stores that device states are kept in: a file, a database, one that is slow, fails or is dumb.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { propertyPost, T0 } from "../support/device-messages";
import { isConnected } from "../support/flow";
import { NodeRed } from "../support/node-red";
import { Redis, REDIS_MISSING } from "../support/redis";
import { settledStateFlow, STATE, stateFlow } from "../support/state-flow";
import { withEmulator } from "../support/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { FlowNode, NodeRedOptions, ProbeEvent } from "../support/node-red";

const ANOTHER_FLOW: readonly FlowNode[] = [{ id: "another", type: "tab", label: "another" }];
/** What comes back comes soon, so that nothing has to be waited for. */
const RETRY_MS = 20;

const shows = (text: string, fill: string) => (event: ProbeEvent) =>
  event.id === STATE && event.status?.text === text && event.status.fill === fill;

interface State {
  readonly deviceName: string;
  readonly properties: Readonly<Record<string, { readonly value: unknown }>>;
}

async function list(nodeRed: NodeRed): Promise<readonly State[]> {
  nodeRed.hand(STATE, { action: "list" });
  const { message } = await nodeRed.next(STATE, ({ message: m }) => m?.["action"] === "list");
  return message?.["payload"] as readonly State[];
}

const names = (states: readonly State[]) => states.map(({ deviceName }) => deviceName);

async function withNodeRed(
  options: NodeRedOptions,
  work: (nodeRed: NodeRed) => Promise<void>,
  signal?: "SIGKILL",
): Promise<void> {
  const nodeRed = await NodeRed.start(options);
  try {
    await work(nodeRed);
  } finally {
    await nodeRed.stop(signal);
  }
}

async function withDirectory(work: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "device-state-"));
  try {
    await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Two posts before Node-RED ends, and what is known of them when it has started again. */
function survives(store: string, signal?: "SIGKILL"): Promise<void> {
  return withDirectory(async (userDirectory) => {
    const options = { userDirectory, environment: { TEST_STORES: `memory,${store}` } };
    await withNodeRed(
      options,
      async (nodeRed) => {
        await nodeRed.deploy(stateFlow({ context: `#:(${store})::devices` }));
        for (const name of ["d1", "d2.x"]) {
          nodeRed.hand(STATE, propertyPost(name, { t: 21 }));
          await nodeRed.next("complete");
        }
      },
      signal,
    );
    await withNodeRed(options, async (nodeRed) => {
      await nodeRed.next("shown", shows("2 devices", "green"));
      deepEqual(names(await list(nodeRed)), ["d1", "d2.x"]);
      nodeRed.hand(STATE, propertyPost("d1", { t: 20 }, T0 - 1));
      nodeRed.hand(STATE, propertyPost("d1", { t: 23 }, T0 + 1));
      const { message } = await nodeRed.next(STATE);
      const changed = { part: "properties", name: "t", value: 23, previous: 21, time: T0 + 1 };
      deepEqual(message?.["changed"], [changed]);
    });
  });
}

test("with the file store the states survive an orderly restart", () => survives("file"));

test("with the file store without its cache what is done survives even a kill", () =>
  survives("uncached", "SIGKILL"));

/** What the emulator's messages became, with a subscriber in manual mode. */
async function settling(
  nodeRed: NodeRed,
  store: string,
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  await withEmulator({ backlogRetryMs: RETRY_MS }, async (emulator) => {
    const state = { context: `#:(${store})::devices` };
    await nodeRed.deploy(settledStateFlow({ port: emulator.port }, state));
    await nodeRed.next("shown", isConnected);
    await work(emulator);
    await nodeRed.deploy(ANOTHER_FLOW);
  });
}

async function expectStoreFailed(nodeRed: NodeRed, says: RegExp): Promise<void> {
  const { message } = await nodeRed.next("catch");
  const error = message?.["error"] as { code: string; message: string };
  equal(error.code, "STORE_FAILED", error.message);
  match(error.message, says);
}

test("a store that fails in between loses nothing: what it did not take comes again", () =>
  withNodeRed({ environment: { TEST_STORES: "memory,slow" } }, (nodeRed) =>
    settling(nodeRed, "slow", async (emulator) => {
      const push = (index: number) =>
        emulator.push(propertyPost(`d${index % 5}`, { [`p${index}`]: index }, T0 + index));
      const before = Array.from({ length: 50 }, (_, index) => push(index));
      await nodeRed.next(STATE);
      nodeRed.storeMode("failing");
      await expectStoreFailed(nodeRed, /“slow”.*the disk is full/);
      await nodeRed.next("shown", shows("context store failed", "red"));
      const during = Array.from({ length: 10 }, (_, index) => push(50 + index));
      for (const id of during) await emulator.expectSettled(id, "released");
      nodeRed.storeMode("working");
      for (const id of [...before, ...during]) await emulator.expectSettled(id, "accepted");
      await nodeRed.next("shown", shows("5 devices", "green"));
      const states = await list(nodeRed);
      const values = states.flatMap(({ properties }) => Object.values(properties));
      deepEqual(
        values.map(({ value }) => Number(value)).sort((a, b) => a - b),
        Array.from({ length: 60 }, (_, index) => index),
      );
    }),
  ));

test("a store that lost a callback does not hold up the close, and sends nothing into the next flows", () =>
  withNodeRed({ environment: { TEST_STORES: "memory,slow" } }, async (nodeRed) => {
    const { resources: nothing } = await nodeRed.inventory();
    await nodeRed.deploy(stateFlow({ context: "#:(slow)::devices" }));
    await nodeRed.next("shown", shows("0 devices", "green"));
    nodeRed.storeMode("silent");
    nodeRed.hand(STATE, propertyPost("d1", { t: 21 }));
    nodeRed.hand(STATE, propertyPost("d2", { t: 21 }));
    const startMs = performance.now();
    await nodeRed.deploy(ANOTHER_FLOW);
    const tookMs = performance.now() - startMs;
    ok(tookMs > 4_000 && tookMs < 9_000, `${tookMs} ms`);
    deepEqual((await nodeRed.inventory()).resources, nothing);
    await nodeRed.deploy(stateFlow({ context: "#:(slow)::devices" }));
    nodeRed.storeMode("working");
    deepEqual(names(await list(nodeRed)), []);
    deepEqual(nodeRed.taken(STATE), []);
  }));

/** A real Redis, and how a Node-RED is started that has it. */
async function withRedis(
  work: (redis: Redis, options: NodeRedOptions) => Promise<void>,
): Promise<void> {
  const redis = await Redis.start();
  try {
    const environment = { TEST_STORES: "memory,redis", TEST_REDIS_PORT: String(redis.port) };
    await work(redis, { environment });
  } finally {
    await redis.stop();
  }
}

test("with a real Redis the states outlive Node-RED", { skip: REDIS_MISSING }, () =>
  withRedis(async (_redis, options) => {
    const count = 250;
    await withNodeRed(
      options,
      (nodeRed) =>
        settling(nodeRed, "redis", async (emulator) => {
          const ids = Array.from({ length: count }, (_, index) =>
            emulator.push(propertyPost(`d${index}`, { t: index })),
          );
          for (const id of ids) await emulator.expectSettled(id, "accepted");
        }),
      "SIGKILL",
    );
    await withNodeRed(options, async (nodeRed) => {
      await nodeRed.deploy(stateFlow({ context: "#:(redis)::devices" }));
      await nodeRed.next("shown", shows(`${count} devices`, "green"));
      const states = await list(nodeRed);
      equal(states.length, count);
      for (const { deviceName, properties } of states) {
        equal(`d${String(properties["t"]?.value)}`, deviceName);
      }
    });
  }),
);

test("a Redis that answers nothing for a while loses nothing", { skip: REDIS_MISSING }, () =>
  withRedis((redis, options) =>
    withNodeRed(options, (nodeRed) =>
      settling(nodeRed, "redis", async (emulator) => {
        await emulator.expectSettled(emulator.push(propertyPost("d1", { t: 1 }, T0)), "accepted");
        redis.pause();
        const ids = [2, 3].map((t) => emulator.push(propertyPost("d1", { t }, T0 + t)));
        await expectStoreFailed(nodeRed, /“redis”.*within 10 s/);
        await expectStoreFailed(nodeRed, /“redis”.*earlier call is still unanswered/);
        for (const id of ids) await emulator.expectSettled(id, "released");
        await nodeRed.next("shown", shows("context store failed", "red"));
        redis.resume();
        for (const id of ids) await emulator.expectSettled(id, "accepted");
        await nodeRed.next("shown", shows("1 device", "green"));
        const [state] = await list(nodeRed);
        equal(state?.properties["t"]?.value, 3);
      }),
    ),
  ),
);

test(
  "a Redis that was ended and started again, empty, is filled again",
  { skip: REDIS_MISSING },
  () =>
    withRedis((redis, options) =>
      withNodeRed(options, (nodeRed) =>
        settling(nodeRed, "redis", async (emulator) => {
          for (const name of ["d1", "d2"]) {
            await emulator.expectSettled(emulator.push(propertyPost(name, { t: 1 })), "accepted");
          }
          await nodeRed.next("shown", shows("2 devices", "green"));
          await redis.kill();
          const id = emulator.push(propertyPost("d1", { t: 2 }, T0 + 1));
          await expectStoreFailed(nodeRed, /“redis” failed/);
          await emulator.expectSettled(id, "released");
          await redis.restart();
          await emulator.expectSettled(id, "accepted");
          await nodeRed.next("shown", shows("1 device", "green"));
          deepEqual(names(await list(nodeRed)), ["d1"]);
        }),
      ),
    ),
);
