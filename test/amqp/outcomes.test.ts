import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, settled } from "../support/time/manual-clock";
import { PeerServer } from "../support/peer/peer-server";
import { CODE, dataSection } from "../support/peer/frames";
import { openTo } from "../support/peer/open-link";
import { until } from "../support/time/until";
import type { Outcome } from "../../src/protocol/amqp-message";

/** Runs `body` with so many deliveries that have come, while the platform has `left` credit. */
async function withDeliveries(
  count: number,
  left: number,
  body: (parts: Parts) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  const server = await PeerServer.start(async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    for (let id = 0; id < count; id += 1) peer.transfer(id, dataSection(Buffer.from("m")));
  });
  const { link, heard } = openTo(server.port, clock);
  try {
    await heard.until("attached");
    link.grantCredit(count + left);
    await heard.until("delivery", count);
    await settled();
    const written = () =>
      (server.peers[0]?.frames ?? [])
        .filter(({ code }) => code === CODE.disposition)
        .map(({ fields: [, first, last, , state] }) => [
          first,
          last,
          (state as { code: number }).code,
        ]);
    await body({
      clock,
      settle: (id, outcome) => heard.deliveries[id]?.settle(outcome),
      flush: link.flush.bind(link),
      written,
      come: (frames) => until(() => written().length === frames, `${frames} frames have come`),
      settledCount: () => heard.settledCount,
    });
  } finally {
    link.close();
    await server.stop();
  }
  await heard.until("ended");
  server.check();
}
interface Parts {
  readonly clock: ManualClock;
  readonly settle: (id: number, outcome: Outcome) => void;
  readonly flush: () => void;
  /** First, last and outcome of each disposition that has come. */
  readonly written: () => unknown[][];
  readonly come: (frames: number) => Promise<void>;
  readonly settledCount: () => number;
}

test("outcomes wait 10 ms for others, and neighbours of a kind share a frame", () =>
  withDeliveries(6, 100, async ({ clock, settle, come, written, settledCount }) => {
    settle(3, "accepted");
    await clock.advance(9);
    for (const id of [1, 0, 2, 5]) settle(id, "accepted");
    settle(4, "released");
    equal(settledCount(), 0);
    await clock.advance(1);
    equal(settledCount(), 6);
    await come(3);
    deepEqual(written(), [
      [0, 3, CODE.accepted],
      [4, 4, CODE.released],
      [5, 5, CODE.accepted],
    ]);
  }));

test("a hundred outcomes do not wait", () =>
  withDeliveries(100, 100, async ({ settle, come, written, settledCount }) => {
    for (let id = 0; id < 99; id += 1) settle(id, "rejected");
    equal(settledCount(), 0);
    settle(99, "rejected");
    equal(settledCount(), 100);
    await come(1);
    deepEqual(written(), [[0, 99, CODE.rejected]]);
  }));

test("while more is in hand than the platform may still send, outcomes wait 40 ms", () =>
  withDeliveries(10, 7, async ({ clock, settle, come, settledCount }) => {
    settle(0, "accepted");
    await clock.advance(39);
    equal(settledCount(), 0);
    settle(1, "accepted");
    await clock.advance(1);
    equal(settledCount(), 2);
    await come(1);
  }));

test("what is flushed is written at the end of the turn, with what is settled until then", () =>
  withDeliveries(3, 100, async ({ clock, settle, flush, come, written }) => {
    settle(0, "accepted");
    flush();
    settle(1, "accepted");
    await come(1);
    deepEqual(written(), [[0, 1, CODE.accepted]]);
    flush();
    await settled();
    equal(written().length, 1, "there was nothing to write");
    settle(2, "accepted");
    await clock.advance(10);
    await come(2);
  }));
