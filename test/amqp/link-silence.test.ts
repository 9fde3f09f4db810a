import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, settled } from "../support/time/manual-clock";
import { CODE, EMPTY_FRAME } from "../support/peer/frames";
import { assertEnded, withLink } from "../support/peer/with-link";
import { until } from "../support/time/until";
import type { Peer } from "../support/peer/peer";

test("a link that is never attached ends with ATTACH_TIMEOUT 10 s after the open", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.open().then(() => undefined), clock, {
    body: async ({ heard }) => {
      await heard.until("opened");
      await clock.advance(9_999);
      deepEqual(heard.events, ["signedIn", "opened"]);
      await clock.advance(1);
      await heard.until("ended");
      assertEnded(heard, "ATTACH_TIMEOUT");
      equal(clock.timers, 0);
    },
  });
});

for (const [title, sent] of [
  ["nothing at all", Buffer.alloc(0)],
  ["half a frame", Buffer.from([0, 0, 1, 0, 2, 0, 0, 0])],
] as const) {
  test(`a peer that goes silent after ${title} is noticed within 1.5 idle time-outs`, async () => {
    const clock = new ManualClock();
    let isAnswered = false;
    const script = async (peer: Peer): Promise<void> => {
      await peer.attach();
      peer.send(sent);
      await peer.expect(CODE.flow);
      peer.send(sent.subarray(0, 1));
      isAnswered = true;
    };
    await withLink(script, clock, {
      body: async ({ link, heard }) => {
        await heard.until("attached");
        await clock.advance(60_000);
        link.grantCredit(1); // the peer answers with one more byte
        await until(() => isAnswered, "the peer answers");
        await settled(20);
        const sinceMs = clock.monotonicMs() - (sent.length === 0 ? 60_000 : 0);
        while (heard.cause === undefined && clock.monotonicMs() - sinceMs < 90_000) {
          await clock.advance(2_500);
        }
        await heard.until("ended");
        assertEnded(heard, "PEER_SILENT");
        ok(clock.monotonicMs() - sinceMs >= 75_000, "too early");
        equal(clock.timers, 0);
      },
    });
  });
}

test("heartbeats of the peer keep the link up", async () => {
  const clock = new ManualClock();
  let peer: Peer | undefined;
  await withLink(
    (connected) => {
      peer = connected;
      return connected.attach().then(() => undefined);
    },
    clock,
    {
      body: async ({ heard }) => {
        await heard.until("attached");
        for (let minute = 0; minute < 5; minute += 1) {
          peer?.send(EMPTY_FRAME);
          await settled(20);
          await clock.advance(60_000);
        }
        deepEqual(heard.events, ["signedIn", "opened", "attached"]);
      },
    },
  );
});

test("empty frames are sent twice per idle time-out although the server asks for none", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.attach().then(() => undefined), clock, {
    body: async ({ heard, server }) => {
      await heard.until("attached");
      await clock.advance(60_000);
      const peer = server.peers[0];
      await peer?.expect(0);
      await peer?.expect(0);
      equal(peer?.frames.filter(({ code }) => code === 0).length, 2);
    },
  });
});

test("a server that wants no sign of life for 49 days gets one twice per idle time-out", async (t) => {
  const warnings = t.mock.method(process, "emitWarning");
  const clock = new ManualClock();
  await withLink((peer) => peer.attach(0xffff_ffff).then(() => undefined), clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      await clock.advance(30_000);
      const peer = server.peers[0];
      await peer?.expect(0);
      link.grantCredit(1);
      await peer?.expect(CODE.flow);
      equal(peer?.frames.filter(({ code }) => code === 0).length, 1);
      equal(warnings.mock.callCount(), 0);
    },
  });
});

test("a server that wants a sign of life each ms does not get it", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.attach(1).then(() => undefined), clock, {
    body: async ({ link, server, heard }) => {
      await heard.until("attached");
      await clock.advance(99);
      link.grantCredit(1);
      const peer = server.peers[0];
      await peer?.expect(CODE.flow);
      equal(peer?.frames.filter(({ code }) => code === 0).length, 1);
    },
  });
});
