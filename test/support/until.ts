/** Resolves once the condition holds, looking after each turn of the event loop; rejects after 5 s. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const endMs = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(`Within 5 s it was not so that ${what}.`);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
