// The stores that device states are kept in: a file, one that is slow, fails or is dumb.
import { deepEqual, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { propertyPost, T0 } from "../support/messages/device-messages";
import { withNodeRed } from "../support/node-red/node-red";
import { STATE, stateFlow } from "../support/node-red/state-flow";
import {
  ANOTHER_FLOW,
  expectStoreFailed,
  list,
  names,
  shows,
} from "../support/node-red/stored-states";
import { withStoredStates } from "../support/node-red/stored-states";

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

test("a store that fails in between loses nothing: what it did not take comes again", () =>
  withNodeRed({ environment: { TEST_STORES: "memory,slow" } }, (nodeRed) =>
    withStoredStates(nodeRed, "slow", async (emulator) => {
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
    // After 15 s Node-RED would go on without the close.
    ok(tookMs > 4_000 && tookMs < 15_000, `${tookMs} ms`);
    deepEqual((await nodeRed.inventory()).resources, nothing);
    await nodeRed.deploy(stateFlow({ context: "#:(slow)::devices" }));
    nodeRed.storeMode("working");
    deepEqual(names(await list(nodeRed)), []);
    deepEqual(nodeRed.taken(STATE), []);
  }));
