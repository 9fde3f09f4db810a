/** A repeatable sequence of numbers from 0 to 1, 1 excluded, that look random (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same items in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(Math.floor(random() * rest.length), 1));
}

/** One of the items: with twice the weight, twice as often. A weight that is absent is 1. */
export function pickWeighted<T extends { readonly weight?: number | undefined }>(
  items: readonly T[],
  random: () => number,
): T | undefined {
  const total = items.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let rest = random() * total;
  return items.find(({ weight = 1 }) => (rest -= weight) < 0);
}
