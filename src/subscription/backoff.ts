import type { Retry } from "../errors/error";

const FAST = { firstMs: 1_000, mostMs: 30_000 };
const SLOW = { firstMs: 30_000, mostMs: 300_000 };

/**
 * How long to wait after `failures` attempts in a row (1 and up) have failed; `random` is in [0, 1).
 *
 * After a network failure any wait up to the limit is as good as another (full jitter), so that
 * clients which fell together do not come back together. After a refusal the wait is shortened by
 * a fifth at most: hurry would only use up the platform's connect limit.
 */
export function backoffMs(
  failures: number,
  retry: Exclude<Retry, "never">,
  random: number,
): number {
  const { firstMs, mostMs } = retry === "fast" ? FAST : SLOW;
  const limitMs = Math.min(mostMs, firstMs * 2 ** (failures - 1));
  return Math.round(retry === "fast" ? limitMs * random : limitMs * (1 - random / 5));
}
