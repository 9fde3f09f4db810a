import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { ManualClock, settled } from "../support/time/manual-clock";
import { amqpError, CODE, SASL_HEADER, uint, yes } from "../support/peer/frames";
import { openTo } from "../support/peer/open-link";
import { assertEnded, message, raw, withLink } from "../support/peer/with-link";
import type { Script } from "../support/peer/peer-server";

test("close writes what is queued, of every outcome, then closes in order", async () => {
  const clock = new ManualClock();
  const script: Script = async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    for (let id = 0; id < 4; id += 1) peer.transfer(id, message(String(id)));
    await peer.expect(CODE.close);
    peer.performative(CODE.close);
    peer.socket.end();
  };
  await withLink(script, clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      link.grantCredit(4);
      await heard.until("delivery", 4);
      heard.deliveries[0]?.settle("accepted");
      heard.deliveries[1]?.settle("released");
      heard.deliveries[2]?.settle("rejected");
      link.close();
      await heard.until("ended");
      assertEnded(heard, undefined);
      heard.deliveries[3]?.settle("accepted"); // too late
      await settled();
      const written = server.peers[0]?.frames.slice(-4) ?? [];
      deepEqual(
        written.map(({ code, fields }) => [
          code,
          fields[1],
          (fields[4] as { code?: number } | undefined)?.code,
        ]),
        [
          [CODE.disposition, 0, CODE.accepted],
          [CODE.disposition, 1, CODE.released],
          [CODE.disposition, 2, CODE.rejected],
          [CODE.close, undefined, undefined],
        ],
      );
      equal(clock.timers, 0);
    },
  });
});

test("messages that were read but not yet handed over when the link closed stay unsettled", async () => {
  const script: Script = async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    peer.socket.cork(); // one chunk, so that the client reads them all before the first event
    for (let id = 0; id < 10; id += 1) peer.transfer(id, message(String(id)));
    peer.socket.uncork();
    await peer.expect(CODE.close);
    peer.performative(CODE.close);
    peer.socket.end();
  };
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      heard.onDelivery = (delivery) => {
        delivery.settle("accepted");
        link.close();
      };
      link.grantCredit(10);
      await heard.until("ended");
      equal(heard.deliveries.length, 1);
      const outcomes = server.peers[0]?.frames.filter(({ code }) => code === CODE.disposition);
      deepEqual(
        outcomes?.map(({ fields }) => [fields[1], fields[2]]),
        [[0, 0]],
      );
    },
  });
});

test("a close that the server does not answer ends after 2 s", async () => {
  const clock = new ManualClock();
  await withLink((peer) => peer.attach().then(() => undefined), clock, {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.close();
      await clock.advance(1_999);
      ok(!heard.events.includes("ended"));
      await clock.advance(1);
      await heard.until("ended");
      assertEnded(heard, undefined);
      equal(clock.timers, 0);
    },
  });
});

test("a server that refuses but does not hang up is left after 2 s", async () => {
  const clock = new ManualClock();
  const script: Script = async (peer) => {
    await peer.attach();
    peer.performative(CODE.detach, [uint(0), yes, amqpError("amqp:not-found")]);
  };
  await withLink(script, clock, {
    body: async ({ heard, server }) => {
      await heard.until("attached");
      await server.peers[0]?.expect(CODE.close);
      await clock.advance(2_000);
      await heard.until("ended");
      assertEnded(heard, "GROUP_NOT_FOUND");
    },
  });
});

for (const [stage, script] of [
  ["connecting", () => undefined],
  ["signing in", raw(SASL_HEADER)],
] as const) {
  test(`close while ${stage} ends at once, without a cause`, async () => {
    const clock = new ManualClock();
    await withLink(script, clock, {
      body: async ({ link, heard }) => {
        link.close();
        link.close();
        await heard.until("ended");
        assertEnded(heard, undefined);
        equal(clock.timers, 0);
      },
    });
  });
}

test("a close during the name look-up ends at once, and what comes after it does nothing", async () => {
  const { link, heard } = openTo(1, systemClock, { host: "no-such-host.invalid" });
  link.close();
  await heard.until("ended");
  assertEnded(heard, undefined);
  link.close();
  link.grantCredit(1);
  link.returnCredit();
  link.flush();
  assertEnded(heard, undefined);
});
