import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { CODE } from "../support/peer/frames";
import { Random, seedOf } from "../support/random";
import { contentsOf, withSender } from "../support/peer/with-sender";
import { PATIENCE_MS } from "../support/time/until";
import type { PeerSender } from "../support/peer/sender";
import type { SenderParts } from "../support/peer/with-sender";
import { OUTCOMES } from "../../src/protocol/amqp-message";
import type { Outcome } from "../../src/protocol/amqp-message";

/** Settles what the inbox holds at these places, and notes the outcomes. */
class Settling {
  readonly #parts: SenderParts;
  readonly #random: Random;
  readonly #outcomes: Outcome[] = [];

  constructor(parts: SenderParts, random: Random) {
    this.#parts = parts;
    this.#random = random;
  }

  settle(indices: readonly number[]): void {
    const { subscription, inbox } = this.#parts;
    for (const index of indices) {
      const outcome = this.#random.pick(OUTCOMES);
      this.#outcomes[index] = outcome;
      subscription.settle(inbox[index]?.token ?? "", outcome);
    }
  }

  /** Holds what has come on the wire against what was asked for, one by one. */
  check({ books }: PeerSender): void {
    const { inbox } = this.#parts;
    deepEqual(
      books.sent.map(({ content, state }) => [content, state]),
      contentsOf(inbox).map((content, index) => [content, this.#outcomes[index]]),
    );
    equal(books.sent.length, inbox.length);
  }
}

function shuffled(items: readonly number[], random: Random): number[] {
  const left = [...items];
  return items.map(() => left.splice(random.integer(0, left.length - 1), 1)[0] ?? 0);
}

const numbers = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

test("unlike outcomes given at random in one tick come each for its own delivery", async (t) => {
  const random = new Random(seedOf(t, "OUTCOME_SEED"));
  const run = {
    sender: { deliveryId: random.integer(0, 2 ** 31) },
    settings: { settleMode: "manual", creditWindow: 1_000 },
  };
  await withSender(run, async (parts) => {
    const { sender, inbox } = parts;
    const settling = new Settling(parts, random);
    for (let round = 1; round <= 4; round += 1) {
      const from = inbox.length;
      const asked = `${round * 1_000} messages have come`;
      sender.sendMany(1_000);
      await sender.until(() => inbox.length === round * 1_000, asked);
      settling.settle(shuffled(numbers(from, inbox.length), random));
      await sender.untilDone();
      settling.check(sender);
    }
  });
});

test("of thousands in hand, settled in any order over many ticks, each has its own outcome", async (t) => {
  const random = new Random(seedOf(t, "OUTCOME_SEED"));
  const run = { settings: { settleMode: "manual", creditWindow: 2_000 } };
  await withSender(run, async (parts) => {
    const { sender, inbox } = parts;
    const settling = new Settling(parts, random);
    sender.sendMany(8_000);
    await sender.until(() => inbox.length === 2_000, "the window is full");
    let inHand = numbers(0, 2_000);
    let taken = 2_000;
    while (inHand.length > 0) {
      const share = shuffled(inHand, random).slice(0, random.integer(1, 400));
      settling.settle(share);
      const isSettled = new Set(share);
      inHand = inHand.filter((index) => !isSettled.has(index));
      await new Promise<void>((resolve) => setImmediate(resolve));
      // Whatever has come meanwhile is mixed with what has long been there.
      inHand.push(...numbers(taken, inbox.length));
      taken = inbox.length;
      if (inHand.length === 0 && taken < 8_000) {
        const before = taken;
        await sender.until(() => inbox.length > before, "more messages come");
      }
    }
    await sender.untilDone();
    settling.check(sender);
    equal(inbox.length, 8_000);
  });
});

test("one that is held while 20,000 pass is rejected at last, and nothing else with it", async () => {
  const run = { settings: { settleMode: "manual" } };
  await withSender(run, async ({ subscription, sender, inbox }) => {
    subscription.on("delivered", ({ token }) => {
      if (inbox.length > 1) subscription.settle(token ?? "", "accepted");
    });
    const { books } = sender;
    const contents = sender.sendMany(20_001);
    const passed = () => inbox.length === contents.length && books.unsettled === 1;
    await sender.until(passed, "all but one have their outcome");
    equal(books.sent[0]?.state, "unsettled");
    ok(books.sent.slice(1).every(({ state }) => state === "accepted"));
    const before = sender.count(CODE.disposition);
    subscription.settle(inbox[0]?.token ?? "", "rejected");
    await sender.untilDone();
    equal(books.sent[0].state, "rejected");
    equal(sender.count(CODE.disposition), before + 1);
    ok(books.sent.slice(1).every(({ state }) => state === "accepted"));
    deepEqual(contentsOf(inbox), contents);
  });
});

test("a flow that settles steadily makes few frames", async (t) => {
  const [count, everyMs, creditWindow] = [1_000, 2, 200];
  const run = { settings: { settleMode: "manual", creditWindow } };
  await withSender(run, async ({ subscription, sender, inbox }) => {
    sender.sendMany(count + creditWindow);
    await sender.until(() => inbox.length === creditWindow, "the window is full");
    const frames = () => [sender.count(CODE.disposition), sender.count(CODE.flow)] as const;
    const [outcomesBefore, flowsBefore] = frames();
    const startMs = performance.now();
    let settled = 0;
    while (settled < count) {
      const due = Math.min(count, Math.floor((performance.now() - startMs) / everyMs) + 1);
      for (; settled < due && settled < inbox.length; settled += 1) {
        subscription.settle(inbox[settled]?.token ?? "", "accepted");
      }
      ok(
        performance.now() - startMs < PATIENCE_MS,
        "the messages did not come as they were settled",
      );
      await pause(everyMs - ((performance.now() - startMs) % everyMs));
    }
    const [outcomes, flows] = frames();
    const [outcomeFrames, flowFrames] = [outcomes - outcomesBefore, flows - flowsBefore];
    const tookMs = Math.round(performance.now() - startMs);
    const result = `${outcomeFrames} dispositions, ${flowFrames} flows in ${tookMs} ms`;
    t.diagnostic(result);
    ok(outcomeFrames <= 150, result);
    ok(flowFrames <= 60, result);
    for (; settled < count + creditWindow; settled += 1) {
      const index = settled;
      await sender.until(() => inbox.length > index, "the last ones have come");
      subscription.settle(inbox[index]?.token ?? "", "accepted");
    }
    await sender.untilDone();
  });
});
