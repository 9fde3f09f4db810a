/**
 * How much credit to grant now, so that unsettled and outstanding together stay within the window:
 * the most messages received and not yet settled. `outstanding` is credit that the platform has not
 * used yet. Small amounts are saved up, because each grant is a frame; but never while the platform
 * has none.
 */
export function creditToGrant(window: number, unsettled: number, outstanding: number): number {
  const room = window - unsettled - outstanding;
  return outstanding === 0 || room >= window / 4 ? Math.max(0, room) : 0;
}

/** The credit of a connection's link: outstanding and unsettled never exceed the window. */
export class Credit {
  readonly #window: number;
  #outstanding = 0;
  #unsettled = 0;
  /** How many of the unsettled have an outcome that is not written yet. */
  #queued = 0;
  /** The platform has been asked to return its credit, and has not answered yet. */
  #isReturnRequested = false;

  constructor(window: number) {
    this.#window = window;
  }

  /** How many deliveries were received and their outcomes not yet written. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Whether the platform is about to run out of credit. */
  get isLow(): boolean {
    return this.#outstanding <= this.#window / 2;
  }

  /** Whether writing the queued outcomes would let the platform send half a window or more. */
  get isFlushDue(): boolean {
    return this.#outstanding + this.#unsettled - this.#queued <= this.#window / 2;
  }

  /** A delivery has come. */
  received(): void {
    this.#outstanding -= 1;
    this.#unsettled += 1;
  }

  /** The outcome of one delivery waits to be written. */
  outcomeQueued(): void {
    this.#queued += 1;
  }

  /** `count` outcomes have been written. */
  settled(count: number): void {
    this.#unsettled -= count;
    this.#queued -= count;
  }

  /** How much to grant now; it counts as granted from here on. */
  grant(): number {
    // Credit granted before the platform's answer would be returned with the rest. But where all has
    // been used up there may be no answer.
    if (this.#isReturnRequested && this.#outstanding > 0) return 0;
    this.#isReturnRequested = false;
    const count = creditToGrant(this.#window, this.#unsettled, this.#outstanding);
    this.#outstanding += count;
    return count;
  }

  /** Notes that the credit is wanted back; false if the platform has none to return. */
  requestReturn(): boolean {
    this.#isReturnRequested = this.#outstanding > 0;
    return this.#isReturnRequested;
  }

  /** The platform has returned the credit that it had. */
  returned(): void {
    this.#isReturnRequested = false;
    this.#outstanding = 0;
  }

  /** The link is gone, and everything with it. */
  reset(): void {
    this.returned();
    this.#unsettled = 0;
    this.#queued = 0;
  }
}
