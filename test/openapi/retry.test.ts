import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { nextTryMs } from "../../src/openapi/retry";
import { ApiError } from "../../src/errors/error";
import type { CallFailure } from "../../src/openapi/failure";

const error = new ApiError("API_REFUSED");
const UNSENT: CallFailure = { kind: "unsent", error };
const REFUSED: CallFailure = { kind: "refused", error };
const UNKNOWN: CallFailure = { kind: "unknown", why: {} };
const CLOCK: CallFailure = { kind: "clock", apiCode: "InvalidTimeStamp.Expired", offsetMs: 9 };
const THROTTLED: CallFailure = {
  kind: "throttled",
  apiCode: "Throttling",
  retryAfterMs: undefined,
};

/** The delays of a call that fails each time in the same way. */
function delays(failure: CallFailure, isQuery: boolean, random = 0.5): readonly number[] {
  const found: number[] = [];
  let isClockCorrected = false;
  for (let count = 1; ; count += 1) {
    const delayMs = nextTryMs(failure, { count, isClockCorrected }, { isQuery, random });
    if (delayMs === undefined) return found;
    isClockCorrected = failure.kind === "clock";
    found.push(delayMs);
  }
}

test("what was surely not carried out is tried three times, after 1 s and 2 s", () => {
  for (const failure of [UNSENT, THROTTLED]) {
    for (const isQuery of [false, true]) deepEqual(delays(failure, isQuery), [1_000, 2_000]);
  }
});

test("the delays differ by a fifth at most", () => {
  deepEqual(delays(UNSENT, false, 0), [800, 1_600]);
  deepEqual(delays(UNSENT, false, 1), [1_200, 2_400]);
});

test("a command whose outcome is unknown is never tried again; a query is", () => {
  deepEqual(delays(UNKNOWN, false), []);
  deepEqual(delays(UNKNOWN, true), [1_000, 2_000]);
});

test("what was refused is never tried again", () => {
  for (const isQuery of [false, true]) deepEqual(delays(REFUSED, isQuery), []);
});

test("a refused time is corrected once and at once, if the platform says what it is", () => {
  for (const isQuery of [false, true]) {
    deepEqual(delays(CLOCK, isQuery), [0]);
    deepEqual(delays({ ...CLOCK, offsetMs: undefined }, isQuery), []);
  }
});

test("a platform that asks for a longer wait gets it, up to 10 s", () => {
  const first = (retryAfterMs: number) =>
    nextTryMs(
      { ...THROTTLED, retryAfterMs },
      { count: 1, isClockCorrected: false },
      { isQuery: false, random: 0.5 },
    );
  equal(first(300), 1_000);
  equal(first(3_000), 3_000);
  equal(first(10_000), 10_000);
  equal(first(10_001), undefined);
});
