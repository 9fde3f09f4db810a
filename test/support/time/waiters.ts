import { PATIENCE_MS } from "./until";

/** Any number of waits, each for a thing of its own among all that happens. */
export class Waiters {
  readonly #looks = new Set<() => void>();

  /** Something has happened: all waits look whether it is theirs, in the order in which they began. */
  wake(): void {
    for (const look of this.#looks) look();
  }

  /** Resolves with what `find` finds, now or later; rejects with what it throws, or the sentence. */
  next<Found>(
    find: () => Found | undefined,
    sentence: () => string,
    patienceMs = PATIENCE_MS,
  ): Promise<Found> {
    return new Promise((resolve, reject: (cause: Error) => void) => {
      const timer = setTimeout(() => {
        end();
        reject(new Error(sentence()));
      }, patienceMs);
      const end = (): void => {
        clearTimeout(timer);
        this.#looks.delete(look);
      };
      const look = (): void => {
        try {
          const found = find();
          if (found === undefined) return;
          resolve(found);
        } catch (error) {
          reject(error as Error);
        }
        end();
      };
      this.#looks.add(look);
      look();
    });
  }
}
