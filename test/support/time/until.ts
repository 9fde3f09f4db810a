import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 10;

/** Resolves once the condition holds, looking after each turn of the event loop; rejects after 5 s. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`Within 5 s it was not so that ${what}.`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

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
