import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { ManualClock, settled as turns } from "../support/time/manual-clock";
import { amqpError, CODE, EMPTY_FRAME, nothing, uint, yes } from "../support/peer/frames";
import { Random, seedOf } from "../support/random";
import { state } from "../support/emulator/with-subscription";
import { contentsOf, withSender } from "../support/peer/with-sender";
import type { Outgoing, PeerSender } from "../support/peer/sender";
import type { SenderParts } from "../support/peer/with-sender";
import type { Encoding } from "../support/peer/transfer-frame";
import type { ErrorCode } from "../../src/errors/error";

const MIB = 2 ** 20;
const manual = (creditWindow: number) => ({ settings: { settleMode: "manual", creditWindow } });

/** Sends one good message and waits until it is accepted: nothing before it has done harm. */
async function stillWorks({ sender, inbox }: Pick<SenderParts, "sender" | "inbox">): Promise<void> {
  const before = inbox.length;
  sender.send({ content: "good" });
  await sender.untilDone();
  deepEqual(contentsOf(inbox).slice(before), ["good"]);
  equal(sender.books.sent.at(-1)?.state, "accepted");
}

for (const settleMode of ["auto", "manual"]) {
  test(`a thousand transfers sent settled are handed over and get no outcome, in ${settleMode} mode`, () =>
    withSender({ settings: { settleMode, creditWindow: 50 } }, async (parts) => {
      const { subscription, sender, inbox } = parts;
      subscription.on("delivered", ({ token }) => {
        if (token !== undefined) subscription.settle(token, "accepted");
      });
      const contents = sender.sendMany(1_000, { settled: "in each frame" });
      await sender.until(() => inbox.length >= 1_000, "all have come");
      deepEqual(contentsOf(inbox), contents);
      // Its outcome is written after any that there might be of those before it.
      await stillWorks(parts);
      equal(sender.count(CODE.disposition), 1);
      equal(subscription.counters.unsettled, 0);
    }));
}

test("a delivery of several frames wants no outcome if any of them says so", () =>
  withSender({ settings: { creditWindow: 10 } }, async (parts) => {
    const { sender, inbox } = parts;
    const ways = ["in the first frame", "in the last frame", "in each frame", undefined] as const;
    for (let index = 0; index < 200; index += 1) {
      const settled = ways[index % 4];
      const content = `message ${index}`;
      sender.send({ content, partBytes: 4, ...(settled === undefined ? {} : { settled }) });
    }
    await sender.until(() => inbox.length >= 200, "all have come");
    await stillWorks(parts);
    const accepted = sender.books.sent.filter((each) => each.state === "accepted");
    equal(accepted.length, 200 / 4 + 1);
  }));

const taken = { aborted: true, content: "never mind, this is taken back" } as const;

describe("an aborted delivery is no message, gets no outcome and gives its credit back", () => {
  const good = { content: "good" };
  const ways: readonly (readonly [string, readonly Outgoing[]])[] = [
    ["in its only frame", [taken]],
    ["in the last of its frames", [{ ...taken, partBytes: 8 }]],
    ["in either, with good ones between them", [taken, good, { ...taken, partBytes: 20 }, good]],
  ];
  for (const [how, messages] of ways) {
    test(how, () =>
      withSender({ settings: { creditWindow: 10 } }, async (parts) => {
        const { sender, inbox } = parts;
        for (let round = 0; round < 500; round += 1) sender.send(...messages);
        await sender.untilDone();
        const wanted = messages.filter((message) => message === good).length * 500;
        equal(inbox.length, wanted);
        ok(inbox.every(({ message }) => message.payload === "good"));
        await stillWorks(parts);
        equal(sender.books.sent.filter(({ state }) => state === "accepted").length, wanted + 1);
      }),
    );
    test(`${how}, and it is counted as a delivery`, () =>
      withSender({ settings: { creditWindow: 1 } }, async ({ sender }) => {
        const { books } = sender;
        for (let round = 0; round < 10; round += 1) {
          for (const message of messages) {
            await sender.until(() => books.credit === 1, "there is credit for one");
            equal(books.flows.at(-1)?.deliveryCount, books.deliveryCount);
            equal(books.flows.at(-1)?.nextIncomingId, books.nextOutgoingId);
            sender.send(message);
          }
        }
        await sender.untilDone();
      }));
  }
});

test("an aborted delivery gives its credit back while the flow holds all the others", () =>
  withSender(manual(10), async ({ subscription, sender, inbox }) => {
    sender.sendMany(9);
    for (let round = 0; round < 100; round += 1) sender.send({ ...taken, partBytes: 10 });
    sender.send({ content: "the tenth" });
    await sender.until(() => inbox.length === 10, "the last place was free again");
    for (const { token } of inbox) subscription.settle(token ?? "", "accepted");
    await sender.untilDone();
  }));

describe("what a sender must not send ends the link, and the subscription comes back", () => {
  interface Violation {
    readonly title: string;
    readonly code: ErrorCode;
    readonly send: (sender: PeerSender) => void;
  }
  const violations: readonly Violation[] = [
    {
      title: "a transfer without credit",
      code: "PROTOCOL_VIOLATION",
      send: (sender) => {
        sender.force({ content: "one too many" });
      },
    },
    {
      title: "a transfer on a handle that is not attached",
      code: "CONNECTION_CORRUPTED",
      send: (sender) => {
        sender.force({ content: "for nobody" }, 7);
      },
    },
    {
      title: "a delivery over the size limit",
      code: "FRAME_TOO_LARGE",
      send: (sender) => {
        sender.send({ content: "x".repeat(8 * MIB), partBytes: 60_000 });
      },
    },
  ];
  for (const { title, code, send } of violations) {
    test(title, async () => {
      const clock = new ManualClock();
      const credit = code === "PROTOCOL_VIOLATION" ? 0 : 1;
      await withSender({ ...manual(5), environment: { clock } }, async (parts) => {
        const { subscription, sender, inbox, senderOf } = parts;
        sender.sendMany(5 - credit);
        await sender.until(() => inbox.length === 5 - credit, "the flow has what it may have");
        equal(sender.books.credit, credit);
        send(sender);
        const down = await state(subscription, ({ value }) => value === "backoff");
        ok(down.value === "backoff");
        equal(down.cause.code, code, String(down.cause));
        equal(inbox.length, 5 - credit);
        await clock.advance(down.nextAttemptAtMs - clock.now());
        const next = await senderOf(1);
        await state(subscription, ({ value }) => value === "subscribed");
        subscription.on("delivered", ({ token }) => {
          subscription.settle(token ?? "", "accepted");
        });
        next.send({ content: "good" });
        await next.until(() => inbox.length === 6 - credit, "a message comes over the new link");
        await clock.advance(1_000);
        await next.untilDone();
        equal(contentsOf(inbox).at(-1), "good");
        equal(subscription.counters.reconnects, 1);
      });
    });
  }
});

test("a delivery that is just within the size limit comes whole, and leaves the next one its own", () =>
  withSender({ settings: { creditWindow: 2 } }, async (parts) => {
    const { sender, inbox } = parts;
    const contents = ["x", "y"].map((letter) => letter.repeat(8 * MIB - 1_000));
    for (const content of contents) sender.send({ content, partBytes: 60_000 });
    await sender.untilDone();
    ok(contents.every((content, index) => inbox[index]?.message.payload === content));
    await stillWorks(parts);
  }));

/** What a peer may still say after the client's close, before it reads that. */
function goesOn(sender: PeerSender): void {
  sender.force({ content: "late" });
  sender.peer.performative(CODE.detach, [uint(0), yes]);
  sender.peer.performative(CODE.end);
  sender.force({ content: "later" });
}

test("after its close the client writes nothing more, whatever the peer still says", () =>
  withSender(manual(100), async ({ subscription, sender, inbox }) => {
    const { peer } = sender;
    sender.sendMany(20);
    await sender.until(() => inbox.length === 20, "the messages have come");
    sender.onClose = () => {
      goesOn(sender);
      // Long enough for the client to have read that, and to say something to it.
      void turns(20).then(() => {
        sender.tell({ echo: true });
        peer.performative(CODE.close);
        peer.socket.end();
      });
    };
    const stopped = subscription.stop();
    for (const { token } of inbox) subscription.settle(token ?? "", "accepted");
    await sender.until(() => peer.gone, "the connection has ended");
    await stopped;
    equal(peer.frames.at(-1)?.code, CODE.close);
    equal(sender.count(CODE.close), 1);
    deepEqual([...new Set(sender.books.sent.slice(0, 20).map((each) => each.state))], ["accepted"]);
    equal(inbox.length, 20);
  }));

for (const [title, code, fields] of [
  ["a detach", CODE.detach, [uint(0), yes, amqpError("amqp:link:detach-forced", "moved")]],
  ["an end", CODE.end, [amqpError("amqp:internal-error", "broken")]],
  ["a close", CODE.close, [amqpError("amqp:connection:forced", "moved")]],
  ["a detach without an error", CODE.detach, [uint(0), yes, nothing]],
] as const) {
  test(`to ${title} while messages are unsettled the client's last word is its close`, () =>
    withSender(manual(100), async ({ subscription, sender, inbox }) => {
      const { peer } = sender;
      sender.sendMany(20);
      await sender.until(() => inbox.length === 20, "the messages have come");
      // Some outcomes are on their way, or wait for others.
      for (const { token } of inbox.slice(0, 5)) subscription.settle(token ?? "", "accepted");
      sender.onClose = () => {
        if (code !== CODE.close) {
          goesOn(sender);
          peer.performative(CODE.close);
        }
        peer.socket.end();
      };
      peer.performative(code, fields);
      await sender.until(() => peer.gone, "the connection has ended");
      equal(peer.frames.at(-1)?.code, CODE.close);
      equal(sender.count(CODE.close), 1);
      equal(inbox.length, 20);
    }));
}

test("a flow that asks for an answer gets one, of the link and of the session", () =>
  withSender(manual(10), async (parts) => {
    const { subscription, sender, inbox } = parts;
    sender.sendMany(4);
    await sender.until(() => inbox.length === 4, "the messages have come");
    for (const session of [false, true, false]) {
      const before = sender.count(CODE.flow);
      sender.tell(session ? { session, echo: true } : { echo: true });
      await sender.until(() => sender.count(CODE.flow) > before, "the client has answered");
    }
    // Of what the session has: everything that was sent. Of the link: nothing was given anew.
    const { nextIncomingId, deliveryCount, credit } = sender.books.flows.at(-1) ?? {};
    deepEqual(
      { nextIncomingId, deliveryCount, credit },
      {
        nextIncomingId: 4,
        deliveryCount: 4,
        credit: 6,
      },
    );
    for (const { token } of inbox) subscription.settle(token ?? "", "accepted");
    await sender.untilDone();
    subscription.on("delivered", ({ token }) => {
      subscription.settle(token ?? "", "accepted");
    });
    await stillWorks(parts);
  }));

test("what a sender tells of itself, asked or not, changes nothing", () =>
  withSender(manual(10), async (parts) => {
    const { subscription, sender, inbox } = parts;
    const tellAll = () => {
      sender.tell();
      sender.tell({ session: true });
      sender.tell({ available: 1_000 });
      sender.tell({ available: 0, drain: true });
    };
    tellAll();
    sender.sendMany(4);
    await sender.until(() => inbox.length === 4, "the messages have come");
    tellAll();
    // All credit is used up now: what the flow below says is that nothing is left to give back.
    sender.sendMany(30);
    await sender.until(() => inbox.length === 10, "the window is full");
    tellAll();
    let settled = 0;
    while (settled < 34) {
      await sender.until(() => inbox.length > settled, "more messages come");
      tellAll();
      for (; settled < inbox.length; settled += 1) {
        subscription.settle(inbox[settled]?.token ?? "", "accepted");
      }
      tellAll();
      // What is said now crosses the credit that the client has given meanwhile.
      await turns(1);
      sender.tell();
    }
    await sender.untilDone();
    equal(inbox.length, 34);
  }));

const ENCODINGS = (["smallulong", "ulong", "sym8", "sym32"] as const).flatMap((descriptor) =>
  (["list8", "list32"] as const).flatMap((list) =>
    (["short", "long"] as const).flatMap((uint) =>
      [0, 1, 5].map((extendedHeaderWords) => ({ descriptor, list, uint, extendedHeaderWords })),
    ),
  ),
);

for (const boolean of ["short", "long"] as const) {
  test(`a transfer is read in every encoding that a sender may choose, with ${boolean} booleans`, () =>
    withSender({ settings: { creditWindow: 20 }, sender: { deliveryId: 200 } }, async (parts) => {
      const { sender, inbox } = parts;
      const contents: string[] = [];
      for (const each of ENCODINGS) {
        const encoding: Encoding = { ...each, boolean };
        const content = JSON.stringify(encoding);
        sender.send({ content, encoding });
        sender.send({ content, encoding, partBytes: 50 });
        sender.send({ ...taken, encoding });
        sender.send({ content, encoding, settled: "in each frame" });
        contents.push(content, content, content);
      }
      await sender.until(() => inbox.length === contents.length, "all have come");
      deepEqual(contentsOf(inbox), contents);
      await stillWorks(parts);
    }));
}

/** Has the sender write what it sends in TCP chunks of these sizes, one in each turn. */
function inChunks(sender: PeerSender, sizeBytes: () => number): void {
  const { peer } = sender;
  let unsent = Buffer.alloc(0);
  const sendSome = (): void => {
    const chunk = unsent.subarray(0, sizeBytes());
    peer.socket.write(chunk);
    unsent = unsent.subarray(chunk.length);
    if (unsent.length > 0) setImmediate(sendSome);
  };
  peer.send = (...frames) => {
    if (unsent.length === 0) setImmediate(sendSome);
    unsent = Buffer.concat([unsent, ...frames]);
  };
}

test("a delivery in frames of one byte, in TCP chunks of a few bytes, comes whole", async (t) => {
  const random = new Random(seedOf(t, "CHUNK_SEED"));
  await withSender({ settings: { creditWindow: 4 } }, async (parts) => {
    const { sender, inbox } = parts;
    inChunks(sender, () => random.integer(1, 7));
    const contents = Array.from({ length: 12 }, (_, index) => `message ${index}, in pieces`);
    for (const content of contents) {
      sender.send({ content, partBytes: 1 });
      // A sign of life may come within a delivery that waits for credit.
      sender.peer.send(EMPTY_FRAME);
    }
    await sender.untilDone();
    deepEqual(contentsOf(inbox), contents);
    await stillWorks(parts);
  });
});

test("a payload stays what it was when it came, whatever is read after it", async (t) => {
  const random = new Random(seedOf(t, "CHUNK_SEED"));
  const settings = { payloadFormat: "buffer", creditWindow: 100 };
  await withSender({ settings }, async ({ sender, inbox }) => {
    inChunks(sender, () => random.integer(1, 100_000));
    const contents = Array.from({ length: 300 }, () => {
      return random.bytes(random.integer(0, random.pick([10, 10_000]))).toString("base64");
    });
    for (const content of contents) {
      sender.send({ content, partBytes: random.pick([1_000, 30_000]) });
    }
    await sender.untilDone();
    deepEqual(contentsOf(inbox).map(String), contents);
  });
});

test("a delivery of more frames than the session took at first comes whole", () =>
  withSender({ settings: { creditWindow: 1 } }, async (parts) => {
    const { sender, inbox } = parts;
    const contents = ["x", "y"].map((letter) => letter.repeat(10_000));
    for (const content of contents) sender.send({ content, partBytes: 1 });
    await sender.untilDone();
    deepEqual(contentsOf(inbox), contents);
    await stillWorks(parts);
  }));

test("many deliveries in one TCP chunk come all, in their order", () =>
  withSender({ settings: { creditWindow: 2_000 } }, async (parts) => {
    const { sender, inbox } = parts;
    const contents = sender.sendMany(10_000);
    await sender.untilDone();
    deepEqual(contentsOf(inbox), contents);
    await stillWorks(parts);
  }));
