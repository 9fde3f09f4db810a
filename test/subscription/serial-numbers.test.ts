import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { serial } from "../support/peer/link-books";
import { CODE } from "../support/peer/frames";
import { Random, seedOf } from "../support/random";
import { contentsOf, withSender } from "../support/peer/with-sender";
import type { SenderRun } from "../support/peer/with-sender";
import type { Outcome } from "../../src/protocol/amqp-message";

type Starts = NonNullable<SenderRun["sender"]>;

/** Where counters begin: around the largest number, and around the sign of 32 bits. */
const EDGES = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 5, 2 ** 32 - 1] as const;
const MESSAGES = 300;
/** Small, so that credit is given many times. */
const CREDIT_WINDOW = 20;

/** Unlike enough that an outcome for a wrong delivery shows. */
const outcomeOf = (index: number): Outcome =>
  index % 7 === 3 ? "released" : index % 11 === 5 ? "rejected" : "accepted";

/** Lets several hundred messages through and holds each outcome against its delivery. */
async function passAll(starts: Starts): Promise<void> {
  const settings = { settleMode: "manual", creditWindow: CREDIT_WINDOW };
  await withSender({ sender: starts, settings }, async ({ subscription, sender, inbox }) => {
    subscription.on("delivered", ({ token }) => {
      subscription.settle(token ?? "", outcomeOf(inbox.length - 1));
    });
    const contents = sender.sendMany(MESSAGES);
    await sender.untilDone();
    deepEqual(contentsOf(inbox), contents);
    deepEqual(
      sender.books.sent.map(({ id, state }) => [id, state]),
      contents.map((_, index) => [serial((starts.deliveryId ?? 0) + index), outcomeOf(index)]),
    );
    ok(sender.books.flows.length >= MESSAGES / CREDIT_WINDOW, "credit was hardly ever given");
    equal(sender.books.deliveryCount, serial((starts.initialDeliveryCount ?? 0) + MESSAGES));
    equal(sender.books.nextOutgoingId, serial((starts.nextOutgoingId ?? 0) + MESSAGES));
  });
}

const told = (starts: Starts): string =>
  Object.entries(starts)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

describe("each message has its own outcome, wherever the sender begins to count", () => {
  for (const start of [1, 2 ** 31 - 1, 2 ** 32 - 5]) {
    for (const name of ["initialDeliveryCount", "deliveryId", "nextOutgoingId"] as const) {
      const starts = { [name]: start };
      test(told(starts), () => passAll(starts));
    }
  }
  EDGES.forEach((initialDeliveryCount, index) => {
    const other = (by: number) => EDGES[(index + by) % EDGES.length] ?? 0;
    const starts = { initialDeliveryCount, deliveryId: other(1), nextOutgoingId: other(2) };
    test(told(starts), () => passAll(starts));
  });
  test("anywhere, and in each case close to where one of them wraps", async (t) => {
    const random = new Random(seedOf(t, "SERIAL_SEED"));
    for (let round = 0; round < 5; round += 1) {
      const wrapsSoon = () => serial(random.pick([0, 2 ** 31]) - random.integer(1, MESSAGES));
      const anywhere = () => random.integer(0, 2 ** 32 - 1);
      const starts = {
        initialDeliveryCount: random.pick([wrapsSoon, anywhere])(),
        deliveryId: random.pick([wrapsSoon, anywhere])(),
        nextOutgoingId: random.pick([wrapsSoon, anywhere])(),
        [random.pick(["initialDeliveryCount", "deliveryId", "nextOutgoingId"])]: wrapsSoon(),
      };
      t.diagnostic(told(starts));
      await passAll(starts);
    }
  });
});

test("the channel and the handle are the sender's own, whatever numbers they are", async () => {
  for (const { channel, handle } of [
    { channel: 0, handle: 7 },
    { channel: 3, handle: 0 },
    { channel: 65_535, handle: 2 ** 32 - 1 },
  ]) {
    await passAll({ channel, handle, initialDeliveryCount: 5, deliveryId: 1_000 });
  }
});

for (const [name, starts] of [
  ["from 0 on", {}],
  [
    "across the end of all numbers",
    { initialDeliveryCount: 2 ** 32 - 10, deliveryId: 2 ** 32 - 20, nextOutgoingId: 2 ** 32 - 31 },
  ],
] as const) {
  test(`a flow counts each frame as a transfer and each delivery once, ${name}`, async () => {
    const settings = { creditWindow: 1 };
    await withSender({ sender: starts, settings }, async ({ sender, inbox }) => {
      const { books } = sender;
      const firstTransfer = books.nextOutgoingId;
      const firstCount = books.deliveryCount;
      let frames = 0;
      // One at a time: whoever gives credit for the next one must have read all frames of the last.
      for (let index = 0; index < 30; index += 1) {
        await sender.until(() => books.credit === 1, "there is credit for one");
        const { nextIncomingId, deliveryCount, credit } = books.flows.at(-1) ?? {};
        deepEqual(
          { nextIncomingId, deliveryCount, credit },
          {
            nextIncomingId: serial(firstTransfer + frames),
            deliveryCount: serial(firstCount + index),
            credit: 1,
          },
        );
        sender.send({ content: "x".repeat(20), partBytes: [3, 13, 100][index % 3] ?? 0 });
        frames = books.nextOutgoingId - firstTransfer;
      }
      await sender.untilDone();
      equal(inbox.length, 30);
      ok(serial(frames) > 90, "there were hardly any deliveries of several frames");
    });
  });
}

for (const initialDeliveryCount of [0, 2 ** 31 - 30, 2 ** 32 - 30]) {
  test(`credit given back by pauses counts as used, from delivery-count ${initialDeliveryCount} on`, () => {
    const run = { sender: { initialDeliveryCount }, settings: { creditWindow: CREDIT_WINDOW } };
    return withSender(run, async ({ subscription, sender, inbox }) => {
      const { books } = sender;
      for (let round = 1; round <= 6; round += 1) {
        sender.sendMany(5);
        await sender.untilDone();
        subscription.pause();
        await sender.until(() => books.credit === 0, "the credit was given back");
        const { length } = books.flows;
        subscription.resume();
        await sender.until(() => books.flows.length > length, "credit was given anew");
        equal(books.flows.at(-1)?.deliveryCount, books.deliveryCount);
        ok(books.credit > 0);
      }
      sender.sendMany(50);
      await sender.untilDone();
      equal(inbox.length, 80);
      ok(serial(books.deliveryCount - initialDeliveryCount) > 80, "nothing was given back");
    });
  });
}

test("asked where it stands, the client has counted all frames and all deliveries", async (t) => {
  const random = new Random(seedOf(t, "SERIAL_SEED"));
  const starts = {
    initialDeliveryCount: 2 ** 32 - 100,
    deliveryId: 2 ** 32 - 200,
    nextOutgoingId: 2 ** 32 - 300,
  };
  const settings = { creditWindow: 50 };
  await withSender({ sender: starts, settings }, async ({ sender, inbox }) => {
    for (let index = 0; index < MESSAGES; index += 1) {
      sender.send({ content: "x".repeat(random.integer(0, 30)), partBytes: random.integer(1, 40) });
    }
    await sender.untilDone();
    const before = sender.books.flows.length;
    sender.tell({ echo: true });
    await sender.until(() => sender.books.flows.length > before, "the client has answered");
    const { nextIncomingId, deliveryCount } = sender.books.flows.at(-1) ?? {};
    equal(nextIncomingId, sender.books.nextOutgoingId);
    equal(deliveryCount, sender.books.deliveryCount);
    equal(inbox.length, MESSAGES);
    equal(sender.count(CODE.close), 0);
  });
});
