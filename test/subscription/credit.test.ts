import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { creditToGrant } from "../../src/subscription/credit";

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
          outstanding += creditToGrant({ window, unsettled, outstanding });
          ok(unsettled + outstanding <= window, `${unsettled} + ${outstanding} > ${window}`);
          ok(outstanding > 0 || unsettled === window, "stalled with room left");
        }
      },
    ),
  );
});

test("credit is granted in quarters of the window, not one by one", () => {
  const window = 200;
  equal(creditToGrant({ window, unsettled: 0, outstanding: 0 }), 200);
  equal(creditToGrant({ window, unsettled: 0, outstanding: 199 }), 0);
  equal(creditToGrant({ window, unsettled: 100, outstanding: 50 }), 50);
  equal(creditToGrant({ window, unsettled: 199, outstanding: 0 }), 1);
  equal(creditToGrant({ window, unsettled: 200, outstanding: 0 }), 0);
});
