import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 10;

/** Waits for what takes many turns of the event loop, under load; fails with the sentence. */
export async function soon(
  isSo: () => boolean,
  { withinMs, sentence }: { withinMs: number; sentence: () => string },
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`${sentence()} after ${withinMs} ms`);
    await pause(LOOK_EVERY_MS);
  }
}
