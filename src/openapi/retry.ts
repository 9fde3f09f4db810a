import type { CallFailure } from "./failure";

/** The tries of a call that has failed up to now. */
export interface Tries {
  /** With the one that has just ended. */
  readonly count: number;
  /** Whether one of them has corrected the clock. */
  readonly isClockCorrected: boolean;
}

export const MAX_TRIES = 3;
const FIRST_DELAY_MS = 1_000;
/** A flow does not wait longer than that for a platform that asks for more. */
const MAX_DELAY_MS = 10_000;

/** 1 s, then 2 s, each up to a fifth shorter or longer, so that many calls do not come together. */
function backoffMs(count: number, random: number): number {
  return Math.round(FIRST_DELAY_MS * 2 ** (count - 1) * (0.8 + 0.4 * random));
}

/**
 * How many ms to wait before the next try; undefined: there is none. A command that may have been
 * carried out is never tried again; `random` is from 0 to 1.
 */
export function nextTryMs(
  failure: CallFailure,
  { count, isClockCorrected }: Tries,
  { isQuery, random }: { readonly isQuery: boolean; readonly random: number },
): number | undefined {
  if (count >= MAX_TRIES) return undefined;
  switch (failure.kind) {
    case "unsent":
      return backoffMs(count, random);
    case "throttled": {
      const { retryAfterMs = 0 } = failure;
      return retryAfterMs > MAX_DELAY_MS
        ? undefined
        : Math.max(retryAfterMs, backoffMs(count, random));
    }
    case "clock":
      return failure.offsetMs !== undefined && !isClockCorrected ? 0 : undefined;
    case "unknown":
      return isQuery ? backoffMs(count, random) : undefined;
    case "refused":
      return undefined;
  }
}
