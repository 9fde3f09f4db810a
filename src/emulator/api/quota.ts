const WINDOW_MS = 1_000;

/** At most so many calls of a name within each second; how the platform measures is not known. */
export class Quota {
  readonly #windows = new Map<string, { readonly startMs: number; count: number }>();

  /** Counts a call; false if it is one too many. Times are monotonic ms. */
  use(name: string, perSecond: number, nowMs: number): boolean {
    const window = this.#windows.get(name);
    if (window === undefined || nowMs - window.startMs >= WINDOW_MS) {
      this.#windows.set(name, { startMs: nowMs, count: 1 });
      return true;
    }
    window.count += 1;
    return window.count <= perSecond;
  }
}
