import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConsumerGroup } from "../../src/emulator/groups/consumer-group";
import { PLATFORM_LIMITS } from "../../src/settings/emulator";
import { MinuteLimit, Pace } from "../../src/emulator/groups/rate";
import { ManualClock } from "../support/time/manual-clock";
import type { GroupLimits } from "../../src/settings/emulator";
import type { Consumer, UnsettledDelivery } from "../../src/emulator/groups/unsettled-deliveries";

/** A consumer that remembers what it got and settles nothing by itself. */
class TestConsumer implements Consumer {
  left: number;
  readonly got: UnsettledDelivery[] = [];
  readonly late: string[] = [];

  constructor(credit: number) {
    this.left = credit;
  }

  credit(): number {
    return this.left;
  }

  deliver(unsettled: UnsettledDelivery): void {
    this.left -= 1;
    this.got.push(unsettled);
  }

  timedOut({ message }: UnsettledDelivery): void {
    this.late.push(message.messageId);
  }

  get ids(): readonly string[] {
    return this.got.map(({ message }) => message.messageId);
  }
}

function setUp(limits: Partial<GroupLimits> = {}, random: () => number = () => 0) {
  const clock = new ManualClock();
  const twice = new Set<string>();
  const group = new ConsumerGroup(
    "DEFAULT_GROUP",
    { ...PLATFORM_LIMITS, ...limits },
    {
      clock,
      random,
      // The clock's timers at 0 ms stand for setImmediate.
      defer: (action) => void clock.after(0, action),
      isSentTwice: ({ message }) => twice.delete(message.messageId),
      observe: () => undefined,
    },
  );
  const push = (...ids: readonly string[]) => {
    for (const messageId of ids) {
      group.push({
        messageId,
        topic: "/pk/dn/user/a",
        payload: Buffer.alloc(0),
        generateTime: clock.now(),
        qos: undefined,
      });
    }
  };
  return { clock, group, push, twice };
}

test("messages wait for credit and keep their order", async () => {
  const { clock, group, push } = setUp();
  const consumer = new TestConsumer(2);
  push("1", "2", "3");
  group.join(consumer);
  await clock.advance(0);
  deepEqual(consumer.ids, ["1", "2"]);
  consumer.left = 5;
  await clock.advance(0);
  deepEqual(consumer.ids, ["1", "2"], "only the group that is told of credit sends");
  group.dispatch();
  await clock.advance(0);
  deepEqual(consumer.ids, ["1", "2", "3"]);
});

test("each message goes to one of the consumers that have credit, by chance", async () => {
  let draws = 0;
  const { clock, group, push } = setUp({}, () => [0, 0.99, 0.5][draws++ % 3] ?? 0);
  const consumers = [new TestConsumer(9), new TestConsumer(0), new TestConsumer(9)] as const;
  for (const consumer of consumers) group.join(consumer);
  push("1", "2", "3", "4");
  await clock.advance(0);
  deepEqual(
    consumers.map(({ ids }) => ids),
    [["1", "4"], [], ["2", "3"]],
  );
});

test("however many consumers there are, a message does not ask them all for their credit", async () => {
  const { clock, group, push } = setUp({}, Math.random);
  let asked = 0;
  class Counting extends TestConsumer {
    override credit(): number {
      asked += 1;
      return super.credit();
    }
  }
  const consumers = Array.from({ length: 64 }, () => new Counting(5));
  for (const consumer of consumers) group.join(consumer);
  push(...Array.from({ length: 400 }, (_, index) => String(index)));
  await clock.advance(0);
  deepEqual(
    consumers.map(({ got }) => got.length),
    consumers.map(() => 5),
  );
  equal(asked < 1_000, true, `asked ${asked} times`);
});

test("what is not settled within 30 s comes again after another 60 s", async () => {
  const { clock, group, push } = setUp();
  const consumer = new TestConsumer(10);
  group.join(consumer);
  push("1");
  await clock.advance(29_999);
  equal(group.status().timedOut, 0);
  await clock.advance(1);
  deepEqual(consumer.late, ["1"]);
  const { timedOut, backlog, unsettled } = group.status();
  deepEqual({ timedOut, backlog, unsettled }, { timedOut: 1, backlog: 1, unsettled: 0 });
  await clock.advance(59_999);
  equal(consumer.got.length, 1);
  await clock.advance(1);
  deepEqual(consumer.ids, ["1", "1"]);
  equal(consumer.got[1]?.attempt, 2);
});

test("an outcome that comes too late settles nothing", async () => {
  const { clock, group, push } = setUp();
  const consumer = new TestConsumer(1);
  group.join(consumer);
  push("1");
  await clock.advance(30_000);
  const [first] = consumer.got;
  equal(first && group.settle(first, "accepted"), false);
  equal(group.status().accepted, 0);
  equal(group.status().backlog, 1);
});

test("released, rejected, modified and outcome-less messages come again, accepted ones do not", async () => {
  for (const ending of ["released", "rejected", "modified", "none", "accepted"] as const) {
    const { clock, group, push } = setUp();
    const consumer = new TestConsumer(10);
    group.join(consumer);
    push("1");
    await clock.advance(0);
    const [first] = consumer.got;
    equal(first && group.settle(first, ending), true);
    equal(first && group.settle(first, ending), false, "the second settle is void");
    await clock.advance(60_000);
    equal(consumer.got.length, ending === "accepted" ? 1 : 2, ending);
    if (ending !== "none") equal(group.status()[ending], 1);
  }
});

test("the backlog is sent at its rate and does not hold new messages back", async () => {
  const { clock, group, push } = setUp({ backlogPerSecond: 200 });
  const first = new TestConsumer(1_000);
  group.join(first);
  push(...Array.from({ length: 500 }, (_, index) => `old-${index}`));
  await clock.advance(0);
  equal(first.got.length, 500);
  group.leave(first);
  const second = new TestConsumer(10_000);
  group.join(second);
  await clock.advance(60_000);
  const atStart = second.got.length;
  push("new");
  await clock.advance(0);
  equal(second.ids.at(-1), "new");
  await clock.advance(1_000);
  const inASecond = second.got.length - 1 - atStart;
  equal(inASecond, 200);
  await clock.advance(1_500);
  equal(second.got.length, 501);
});

test("a consumer that leaves gives back what it has not settled", async () => {
  const { clock, group, push } = setUp();
  const consumer = new TestConsumer(2);
  group.join(consumer);
  push("1", "2");
  await clock.advance(0);
  group.leave(consumer);
  const { consumers, backlog, unsettled } = group.status();
  deepEqual({ consumers, backlog, unsettled }, { consumers: 0, backlog: 2, unsettled: 0 });
});

test("messages older than the retention are dropped and counted, waiting or in the backlog", async () => {
  const { clock, group, push } = setUp({ retentionMs: 100_000 });
  push("1");
  await clock.advance(100_000);
  const consumer = new TestConsumer(10);
  group.join(consumer);
  push("2");
  await clock.advance(0);
  deepEqual(consumer.ids, ["2"]);
  await clock.advance(89_999);
  equal(consumer.got.length, 1);
  await clock.advance(90_000);
  equal(consumer.got.length, 2, "sent again once, then too old");
  await clock.advance(100_000);
  const { expired, backlog } = group.status();
  deepEqual({ expired, backlog }, { expired: 2, backlog: 0 });
});

test("a group without consumers keeps a bounded number of messages, the newest", async () => {
  const { clock, group, push } = setUp({ maxBacklog: 3 });
  push("1", "2", "3", "4", "5");
  equal(group.status().backlog, 3);
  equal(group.status().expired, 2);
  const consumer = new TestConsumer(10);
  group.join(consumer);
  await clock.advance(0);
  deepEqual(consumer.ids, ["3", "4", "5"]);
});

test("a throttled group sends so many messages a second to all its consumers together", async () => {
  const { clock, group, push } = setUp({}, Math.random);
  const consumers = [new TestConsumer(1_000), new TestConsumer(1_000)];
  const count = () => consumers.reduce((sum, { got }) => sum + got.length, 0);
  for (const consumer of consumers) group.join(consumer);
  group.throttle(20);
  push(...Array.from({ length: 100 }, (_, index) => String(index)));
  await clock.advance(999);
  equal(count(), 20);
  await clock.advance(1_000);
  equal(count(), 40);
  group.throttle(0);
  await clock.advance(10_000);
  equal(count(), 40);
  equal(clock.timers, 1, "only the deadline of what is unsettled");
  group.throttle(undefined);
  await clock.advance(0);
  equal(count(), 100);
});

test("less than one message a second can be sent, and what comes again is throttled as well", async () => {
  const { clock, group, push } = setUp({ backlogRetryMs: 1_000 });
  const consumer = new TestConsumer(10);
  group.join(consumer);
  push("1", "2");
  await clock.advance(0);
  for (const unsettled of consumer.got) group.settle(unsettled, "released");
  group.throttle(0.5);
  await clock.advance(1_000);
  equal(consumer.got.length, 3);
  await clock.advance(1_999);
  equal(consumer.got.length, 3);
  await clock.advance(1);
  equal(consumer.got.length, 4);
});

test("a message sent twice is two deliveries, each to be settled, with one message ID", async () => {
  const { clock, group, push, twice } = setUp();
  const consumer = new TestConsumer(10);
  group.join(consumer);
  twice.add("1");
  push("1", "2");
  await clock.advance(0);
  deepEqual(consumer.ids, ["1", "1", "2"]);
  const [first, second] = consumer.got;
  equal(first && group.settle(first, "accepted"), true);
  equal(second && group.settle(second, "released"), true);
  deepEqual([group.status().unsettled, group.status().backlog], [1, 1]);
  twice.add("1");
  await clock.advance(60_000);
  deepEqual(consumer.ids.slice(3), ["1"], "a copy is not sent twice again");
});

test("a stopped group leaves no timer", async () => {
  const { clock, group, push } = setUp();
  const consumer = new TestConsumer(5);
  group.join(consumer);
  push("1", "2");
  await clock.advance(0);
  const [first] = consumer.got;
  if (first !== undefined) group.settle(first, "released");
  await clock.advance(0);
  group.throttle(1);
  push("3");
  await clock.advance(0);
  equal(clock.timers > 1, true);
  group.stop();
  equal(clock.timers, 0);
});

test("no message is lost or counted twice, whatever the consumers do", async () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant("push" as const) }),
    fc.record({ do: fc.constant("credit" as const), by: fc.nat(3) }),
    fc.record({
      do: fc.constantFrom("accepted" as const, "released" as const, "rejected" as const),
      at: fc.nat(20),
    }),
    fc.record({ do: fc.constant("advance" as const), byMs: fc.nat(40_000) }),
    fc.record({ do: fc.constant("rejoin" as const) }),
    fc.record({ do: fc.constant("throttle" as const), to: fc.option(fc.nat(3)) }),
    fc.record({ do: fc.constant("twice" as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const { clock, group, push, twice } = setUp();
      let consumer = new TestConsumer(2);
      group.join(consumer);
      let pushed = 0;
      let toCopy = 0;
      for (const step of actions) {
        if (step.do === "push") push(String((pushed += 1)));
        else if (step.do === "twice") {
          const messageId = String((pushed += 1));
          toCopy += 1;
          twice.add(messageId);
          push(messageId);
        } else if (step.do === "throttle") group.throttle(step.to ?? undefined);
        else if (step.do === "advance") await clock.advance(step.byMs);
        else if (step.do === "credit") {
          consumer.left += step.by;
          group.dispatch();
        } else if (step.do === "rejoin") {
          group.leave(consumer);
          consumer = new TestConsumer(2);
          group.join(consumer);
        } else {
          const unsettled = consumer.got[step.at];
          if (unsettled !== undefined) group.settle(unsettled, step.do);
        }
        await clock.advance(0);
        const { backlog, unsettled, accepted } = group.status();
        equal(backlog + unsettled + accepted, pushed + toCopy - twice.size);
      }
    }),
    { numRuns: 60 },
  );
});

test("a minute's limit counts any sixty seconds, and refused requests too", () => {
  const limit = new MinuteLimit(2);
  deepEqual(
    [0, 1, 2, 60_000, 60_001, 120_002].map((nowMs) => limit.request(nowMs)),
    [true, true, false, false, false, true],
  );
});

test("a pace never lets more than its rate pass in a second after the first slice", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (perSecond) => {
      const pace = new Pace(perSecond);
      const passed: number[] = [];
      for (let nowMs = 0; passed.length < 3 * perSecond && nowMs < 10_000;) {
        const atMs = pace.nextAtMs(nowMs);
        if (atMs > nowMs) nowMs = atMs;
        pace.pass(nowMs);
        passed.push(nowMs);
      }
      for (const startMs of new Set(passed)) {
        const within = passed.filter((at) => at >= startMs && at < startMs + 999).length;
        equal(within <= perSecond + Math.max(1, perSecond / 10), true, `${within}/${perSecond}`);
      }
    }),
  );
});
