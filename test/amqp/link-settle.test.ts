import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { ManualClock, settled } from "../support/time/manual-clock";
import { CODE, nothing, uint, yes } from "../support/peer/frames";
import { message, sending, withLink } from "../support/peer/with-link";
import { until } from "../support/time/until";
import type { Script } from "../support/peer/peer-server";

test("outcomes go over the wire as they were asked for, each delivery once", async () => {
  const clock = new ManualClock();
  const script = sending((peer) => {
    for (let id = 0; id < 6; id += 1) peer.transfer(id, message(String(id)));
  });
  await withLink(script, clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      link.grantCredit(6);
      await heard.until("delivery", 6);
      const outcomes = [
        "accepted",
        "released",
        "rejected",
        "accepted",
        "accepted",
        "accepted",
      ] as const;
      outcomes.forEach((outcome, index) => heard.deliveries[index]?.settle(outcome));
      heard.deliveries[0]?.settle("released"); // the second call does nothing
      await clock.advance(40);
      const sent = new Map<number, number>();
      while (sent.size < 6) {
        const [role, first, last, isSettled, state] =
          (await server.peers[0]?.expect(CODE.disposition))?.fields ?? [];
        deepEqual([role, isSettled], [true, true]);
        for (let id = Number(first); id <= Number(last); id += 1) {
          ok(!sent.has(id), `delivery ${id} was settled twice`);
          sent.set(id, (state as { code: number }).code);
        }
      }
      const { accepted, released, rejected } = CODE;
      deepEqual(
        [...sent].sort(([one], [other]) => one - other).map(([, outcome]) => outcome),
        [accepted, released, rejected, accepted, accepted, accepted],
      );
      equal(heard.settledCount, 6);
    },
  });
});

test("one delivery that stays unsettled holds up none of the thousands behind it", async () => {
  // More than any buffer of rhea's that was ever used here; and in chunks, as credit comes.
  const behind = 40_000;
  const chunk = 500;
  const script: Script = async (peer) => {
    await peer.attach();
    for (let sent = 0; sent <= behind; sent += chunk) {
      await peer.expect(CODE.flow);
      for (let id = sent; id < sent + chunk; id += 1) peer.transfer(id, message("m"));
    }
  };
  await withLink(script, systemClock, {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      let come = 0;
      heard.onDelivery = (delivery) => {
        if (come > 0) delivery.settle("accepted");
        come += 1;
        if (come % chunk === 0 && come < behind) link.grantCredit(chunk);
      };
      link.grantCredit(chunk);
      await until(() => heard.settledCount === behind - 1, "all but one have their outcome");
      heard.deliveries[0]?.settle("rejected");
      link.flush();
      await settled();
      equal(heard.settledCount, behind);
      ok(!heard.events.includes("ended"), String(heard.cause));
    },
  });
});

test("what is given back while the sender drains goes on when credit is granted anew", async () => {
  const script: Script = async (peer) => {
    await peer.attach();
    await peer.expect(CODE.flow);
    const drain = await peer.expect(CODE.flow);
    deepEqual(drain.fields.slice(5, 9), [0, 10, null, true], "count, credit, available, drain");
    // The sender counts what it gives back as sent, and has no credit left (part 2.6.7).
    peer.performative(CODE.flow, [
      uint(0),
      uint(1_000),
      uint(0),
      uint(1_000),
      uint(0),
      uint(10),
      uint(0),
      nothing,
      yes,
    ]);
    const anew = await peer.expect(CODE.flow);
    deepEqual(anew.fields.slice(5, 7), [10, 5]);
    ok(anew.fields[8] !== true, "it still drains");
    peer.transfer(0, message("after"));
  };
  await withLink(script, new ManualClock(), {
    body: async ({ link, heard }) => {
      await heard.until("attached");
      link.grantCredit(10);
      await settled();
      link.returnCredit();
      await heard.until("creditReturned");
      link.grantCredit(5);
      await heard.until("delivery");
      equal(heard.bodies[0], "after");
    },
  });
});

test("credit granted on `settled` follows the outcome on the wire", async () => {
  const clock = new ManualClock();
  const script = sending((peer) => {
    peer.transfer(0, message("only"));
  });
  await withLink(script, clock, {
    body: async ({ link, heard, server }) => {
      await heard.until("attached");
      link.grantCredit(1);
      await heard.until("delivery");
      heard.settled = () => {
        link.grantCredit(1);
      };
      heard.deliveries[0]?.settle("accepted");
      link.flush();
      await server.peers[0]?.expect(CODE.flow);
      const codes = server.peers[0]?.frames.map(({ code }) => code) ?? [];
      deepEqual(codes.slice(-2), [CODE.disposition, CODE.flow]);
    },
  });
});
