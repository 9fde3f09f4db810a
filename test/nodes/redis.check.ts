// Device states in a real Redis, which is away, silent or empty; by `npm run test:peers`.
import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { propertyPost, T0 } from "../support/messages/device-messages";
import { withNodeRed } from "../support/node-red/node-red";
import { Redis, REDIS_MISSING } from "../support/programs/redis";
import { stateFlow } from "../support/node-red/state-flow";
import { expectStoreFailed, list, names, shows } from "../support/node-red/stored-states";
import { withStoredStates } from "../support/node-red/stored-states";
import type { NodeRedOptions } from "../support/node-red/node-red";

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
        withStoredStates(nodeRed, "redis", async (emulator) => {
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
      withStoredStates(nodeRed, "redis", async (emulator) => {
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
        withStoredStates(nodeRed, "redis", async (emulator) => {
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
