import { createHash, timingSafeEqual } from "node:crypto";

/** Compares in constant time, whatever the lengths: the digests are equally long. */
export function sameSecret(left: string, right: string): boolean {
  const digest = (value: string) => createHash("sha256").update(value, "utf8").digest();
  return timingSafeEqual(digest(left), digest(right));
}
