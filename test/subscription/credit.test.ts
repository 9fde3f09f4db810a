import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Credit, creditToGrant } from "../../src/subscription/credit";

test("on any run of messages and outcomes the window is kept and never runs dry for good", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.array(fc.record({ arrive: fc.nat(500), settle: fc.nat(500) }), { maxLength: 100 }),
      (window, steps) => {
        let unsettled = 0;
        let outstanding = 0;
        for (const { arrive, settle } of steps) {
          const arrived = Math.min(arrive, outstanding);
          outstanding -= arrived;
          unsettled += arrived;
          unsettled -= Math.min(settle, unsettled);
          outstanding += creditToGrant(window, unsettled, outstanding);
          ok(unsettled + outstanding <= window, `${unsettled} + ${outstanding} > ${window}`);
          ok(outstanding > 0 || unsettled === window, "stalled with room left");
        }
      },
    ),
  );
});

test("credit is granted in quarters of the window, not one by one", () => {
  const window = 200;
  equal(creditToGrant(window, 0, 0), 200);
  equal(creditToGrant(window, 0, 199), 0);
  equal(creditToGrant(window, 100, 50), 50);
  equal(creditToGrant(window, 199, 0), 1);
  equal(creditToGrant(window, 200, 0), 0);
});

/** A sender that keeps to the credit it has; what it is asked for it gives back some steps later. */
class Sender {
  credit = 0;
  /** Asked to give back, and not answered yet. */
  asked = false;
}

test("whenever credit is returned and granted again, both sides count the same", () => {
  const step = fc.oneof(
    fc.record({ run: fc.constant("arrive" as const), count: fc.nat(300) }),
    fc.record({ run: fc.constant("settle" as const), count: fc.nat(300) }),
    fc.record({ run: fc.constantFrom("pause" as const, "resume" as const, "answer" as const) }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.array(step, { maxLength: 200 }),
      (window, steps) => {
        const credit = new Credit(window);
        const sender = new Sender();
        let paused = false;
        const grant = () => {
          if (!paused) sender.credit += credit.grant();
        };
        grant();
        for (const each of steps) {
          if (each.run === "arrive") {
            const arrived = Math.min(each.count, sender.credit);
            for (let index = 0; index < arrived; index += 1) credit.received();
            sender.credit -= arrived;
          } else if (each.run === "settle") {
            credit.settled(Math.min(each.count, credit.unsettled));
          } else if (each.run === "pause") {
            paused = true;
            if (credit.requestReturn()) sender.asked = true;
          } else if (each.run === "resume") paused = false;
          else if (sender.asked) {
            sender.asked = false;
            sender.credit = 0;
            credit.returned();
          }
          grant();
          ok(credit.unsettled + sender.credit <= window, `${credit.unsettled} + ${sender.credit}`);
          const stalled = !paused && !sender.asked && sender.credit === 0;
          ok(!stalled || credit.unsettled === window, "stalled with room left");
        }
      },
    ),
  );
});

test("a sender that has used up its credit need not answer before it gets more", () => {
  const credit = new Credit(2);
  equal(credit.grant(), 2);
  equal(credit.requestReturn(), true);
  credit.received();
  credit.settled(1);
  equal(credit.grant(), 0, "one is still out, and would be returned with what is granted");
  credit.received();
  credit.settled(1);
  equal(credit.grant(), 2);
});

test("there is no credit to ask back where nothing was granted", () => {
  equal(new Credit(2).requestReturn(), false);
});
