import { equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { PeerServer } from "../support/peer/peer-server";
import { CODE, EMPTY_FRAME } from "../support/peer/frames";
import { state } from "../support/emulator/with-subscription";
import { resolveInstance } from "../../src/settings/instance";
import { resolveSubscribe } from "../../src/settings/subscribe";
import { createSubscription } from "../../src/subscription/subscription";

/*
 * Run by `npm run test:fuzz`: in real time, over a real socket, because that is what the promise is
 * about. test/amqp/link-silence.test.ts has the same on a clock that it moves by hand.
 */

const HEARTBEAT_MS = 30_000;
const LEAST_MS = HEARTBEAT_MS * 1.25;
const MOST_MS = HEARTBEAT_MS * 1.5;

/** A server that is good until it has sent `last`, and from then on neither sends nor reads. */
async function fallSilent(t: TestContext, last: Buffer): Promise<void> {
  let silentSinceMs = Infinity;
  const server = await PeerServer.start(async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    peer.send(EMPTY_FRAME, last);
    peer.socket.pause();
    silentSinceMs = performance.now();
  });
  const { port } = server;
  const credentials = { accessKeyId: "testAccessKeyId", accessKeySecret: "testAccessKeySecret" };
  const subscription = createSubscription(
    resolveInstance({ host: "127.0.0.1", port, useTls: false, ...credentials }),
    { ...resolveSubscribe({ clientId: "silence" }), idleTimeoutMs: HEARTBEAT_MS },
  );
  try {
    subscription.start();
    await state(subscription, ({ value }) => value === "subscribed");
    const noticed = await state(subscription, ({ value }) => value === "backoff", 2 * MOST_MS);
    const tookMs = performance.now() - silentSinceMs;
    t.diagnostic(
      `noticed after ${(tookMs / 1_000).toFixed(1)} s, heartbeat ${HEARTBEAT_MS / 1_000} s`,
    );
    ok(noticed.value === "backoff");
    equal(noticed.cause.code, "PEER_SILENT");
    ok(tookMs >= LEAST_MS, "it was given up too early");
    ok(tookMs <= MOST_MS, "it was noticed too late");
  } finally {
    await subscription.stop();
    await server.stop();
  }
  server.check();
}

describe(
  "a server that stops answering is noticed within 1.5 heartbeats",
  { concurrency: true },
  () => {
    test("when it says nothing more", (t) => fallSilent(t, Buffer.alloc(0)));

    test("when it has sent half a frame", (t) =>
      fallSilent(t, Buffer.from([0, 0, 1, 0, 2, 0, 0, 0])));
  },
);
