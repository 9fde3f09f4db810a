import { setTimeout as pause } from "node:timers/promises";

/** How long a test waits for what must happen on a busy computer, in ms. Only a failure takes it. */
export const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 10;

/** Resolves once the condition holds, looking after each turn of the event loop. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > endMs)
      throw new Error(`It was not so that ${what}, after ${PATIENCE_MS} ms`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Waits for what takes many turns of the event loop, under load; fails with the sentence. */
export async function soon(
  isSo: () => boolean,
  { withinMs = PATIENCE_MS, sentence }: { withinMs?: number; sentence: () => string },
): Promise<void> {
  const endMs = performance.now() + withinMs;
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`${sentence()} after ${withinMs} ms`);
    await pause(LOOK_EVERY_MS);
  }
}
