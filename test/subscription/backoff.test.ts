import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { backoffMs } from "../../src/subscription/machine";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failures = fc.integer({ min: 1, max: 10_000 });

test("a network failure waits anything from nothing to 1 s doubling to 30 s", () => {
  fc.assert(
    fc.property(failures, random, (count, chance) => {
      const delayMs = backoffMs(count, "fast", chance);
      ok(delayMs >= 0 && delayMs <= Math.min(30_000, 1_000 * 2 ** (count - 1)), String(delayMs));
    }),
  );
  equal(backoffMs(1, "fast", 0), 0);
  equal(backoffMs(20, "fast", 0.999_999_9), 30_000);
});

test("a refusal waits at least four fifths of 30 s doubling to 5 min", () => {
  fc.assert(
    fc.property(failures, random, (count, chance) => {
      const delayMs = backoffMs(count, "slow", chance);
      const limitMs = Math.min(300_000, 30_000 * 2 ** (count - 1));
      ok(delayMs >= limitMs * 0.8 - 1 && delayMs <= limitMs, String(delayMs));
    }),
  );
});
