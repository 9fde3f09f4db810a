import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { ManualSettler } from "../../src/subscription/manual-settler";
import { ManualClock } from "../support/time/manual-clock";
import type { ErrorCode } from "../../src/errors/error";
import type { Outcome } from "../../src/protocol/amqp-message";

const connection = { name: "one" };

function registry() {
  const clock = new ManualClock();
  const told = { expired: 0 };
  const deliveries = new ManualSettler({
    clock,
    ackTimeoutMs: 25_000,
    prefix: "c0ffee",
    expired: () => (told.expired += 1),
  });
  const outcomes: [string, Outcome][] = [];
  const add = (name: string, over: object = connection) =>
    deliveries.add({
      connection: over,
      messageId: undefined,
      settle: (outcome) => {
        outcomes.push([name, outcome]);
      },
    });
  return { clock, deliveries, outcomes, add, told };
}

const throwsCode = (action: () => unknown, code: ErrorCode) => {
  throws(action, { code });
};

test("a token settles its own delivery, once", () => {
  const { deliveries, outcomes, add } = registry();
  const [a, b] = [add("a"), add("b")];
  notEqual(a, b);
  deliveries.take(b).settle("rejected");
  deepEqual(outcomes, [["b", "rejected"]]);
  throwsCode(() => deliveries.take(b), "DELIVERY_SETTLED");
  deliveries.take(a).settle("accepted");
  deepEqual(outcomes.at(-1), ["a", "accepted"]);
});

test("a token that was never given out is unknown", () => {
  for (const token of ["c0ffee-1", "", "1", "c0ffee", "c0ffee-x", "C0FFEE-1", "__proto__"]) {
    throwsCode(() => registry().deliveries.take(token), "DELIVERY_UNKNOWN");
  }
});

test("a token from before a redeploy or a restart is one of a lost link", () => {
  throwsCode(() => registry().deliveries.take("decaf-1"), "DELIVERY_LINK_LOST");
});

test("how a delivery ended is remembered for the last 10,000, then it is unknown", () => {
  const { deliveries, add } = registry();
  const tokens = Array.from({ length: 10_001 }, (_, index) => add(String(index)));
  for (const token of tokens) deliveries.take(token);
  throwsCode(() => deliveries.take(tokens[1] ?? ""), "DELIVERY_SETTLED");
  throwsCode(() => deliveries.take(tokens[0] ?? ""), "DELIVERY_UNKNOWN");
});

test("a delivery is released when its ack timeout is over, not before", async () => {
  const { clock, deliveries, outcomes, add, told } = registry();
  const first = add("first");
  await clock.advance(1_000);
  const second = add("second");
  await clock.advance(23_999);
  deepEqual(outcomes, []);
  await clock.advance(1);
  deepEqual(outcomes, [["first", "released"]]);
  throwsCode(() => deliveries.take(first), "DELIVERY_EXPIRED");
  equal(told.expired, 1);
  deliveries.take(second).settle("accepted");
  await clock.advance(60_000);
  deepEqual(outcomes, [
    ["first", "released"],
    ["second", "accepted"],
  ]);
  equal(told.expired, 1);
});

test("the deliveries of a lost link are gone, those of another are not", () => {
  const { deliveries, outcomes, add } = registry();
  const other = { name: "other" };
  const [here, there] = [add("here"), add("there", other)];
  deliveries.linkLost(connection);
  throwsCode(() => deliveries.take(here), "DELIVERY_LINK_LOST");
  deepEqual(outcomes, [], "nothing can be settled on a lost link");
  deliveries.take(there).settle("accepted");
  deepEqual(outcomes, [["there", "accepted"]]);
});

test("a connection that closes releases what is left of it", () => {
  const { deliveries, outcomes, add } = registry();
  const token = add("left");
  deliveries.release(connection);
  deepEqual(outcomes, [["left", "released"]]);
  throwsCode(() => deliveries.take(token), "DELIVERY_LINK_LOST");
});

test("no timer is left when nothing is unsettled", () => {
  const { clock, deliveries, add } = registry();
  const token = add("only");
  equal(clock.timers, 1);
  deliveries.take(token).settle("accepted");
  equal(clock.timers, 0);
});
