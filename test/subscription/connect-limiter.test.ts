import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConnectLimiter } from "../../src/subscription/consumer-group";

test("no minute sees more than 90 admitted requests, whenever they come", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 600 }), (gaps) => {
      const limiter = new ConnectLimiter();
      const admitted: number[] = [];
      let nowMs = 0;
      for (const gapMs of gaps) {
        nowMs += gapMs;
        if (limiter.request(nowMs) === 0) admitted.push(nowMs);
      }
      for (const [index, atMs] of admitted.entries()) {
        const inWindow = admitted.slice(index).filter((each) => each < atMs + 60_000);
        ok(inWindow.length <= 90, `${inWindow.length} within a minute`);
      }
    }),
  );
});

test("a request that waits as long as it was told is admitted", () => {
  const limiter = new ConnectLimiter();
  const burst = Array.from({ length: 128 }, (_, index) => limiter.request(index));
  deepEqual(burst.slice(0, 90), Array(90).fill(0));
  // The first slot is free again a minute after the first request.
  deepEqual(burst.slice(90, 92), [60_000 - 90, 60_000 - 91]);
  deepEqual(limiter.request(60_000), 0);
  deepEqual(limiter.request(60_000), 1);
});
