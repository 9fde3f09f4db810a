/** What a connection's link has outstanding. */
export interface CreditBalance {
  /** Most messages received and not yet settled. */
  readonly window: number;
  /** Received, and its outcome not yet written. */
  readonly unsettled: number;
  /** Granted and not yet used by the platform. */
  readonly outstanding: number;
}

/**
 * How much credit to grant now, so that unsettled and outstanding together stay within the window.
 * Small amounts are saved up, because each grant is a frame; but never while the platform has none.
 */
export function creditToGrant({ window, unsettled, outstanding }: CreditBalance): number {
  const room = window - unsettled - outstanding;
  return outstanding === 0 || room >= window / 4 ? Math.max(0, room) : 0;
}

/** One link's credit, kept so that what is outstanding and unsettled never exceeds the window. */
export class Credit {
  readonly #window: number;
  #outstanding = 0;
  #unsettled = 0;
  /** Of the unsettled: their outcome is known, and not written yet. */
  #decided = 0;
  /** The platform has been asked to give its credit back, and has not answered yet. */
  #withdrawn = false;

  constructor(window: number) {
    this.#window = window;
  }

  /** How many deliveries were received and their outcomes not yet written. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** Whether the platform is about to run out of credit. */
  get runsShort(): boolean {
    return this.#outstanding <= this.#window / 2;
  }

  /** Whether writing the outcomes that wait would let the platform send half a window or more. */
  get isWorthWriting(): boolean {
    return this.#outstanding + this.#unsettled - this.#decided <= this.#window / 2;
  }

  received(): void {
    this.#outstanding -= 1;
    this.#unsettled += 1;
  }

  /** The outcome of one delivery is known. */
  decided(): void {
    this.#decided += 1;
  }

  /** `count` outcomes have been written. */
  settled(count: number): void {
    this.#unsettled -= count;
    this.#decided -= count;
  }

  /** How much to grant now; it counts as granted from here on. */
  grant(): number {
    // Granted before the platform has answered, it would be given back with the rest. But where all
    // has been used up there may be no answer.
    if (this.#withdrawn && this.#outstanding > 0) return 0;
    this.#withdrawn = false;
    const count = creditToGrant({
      window: this.#window,
      unsettled: this.#unsettled,
      outstanding: this.#outstanding,
    });
    this.#outstanding += count;
    return count;
  }

  /** Whether there is any credit that the platform is to be asked for. */
  withdraw(): boolean {
    this.#withdrawn = this.#outstanding > 0;
    return this.#withdrawn;
  }

  /** The platform has given back what it had. */
  withdrew(): void {
    this.#withdrawn = false;
    this.#outstanding = 0;
  }

  /** The link is gone, and everything with it. */
  reset(): void {
    this.withdrew();
    this.#unsettled = 0;
    this.#decided = 0;
  }
}
