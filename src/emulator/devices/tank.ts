/** What a pump brings, what a house takes, and what the valve lets out, in percent of the tank a second. */
const FILL = 1;
const DRAIN = 0.5;
const VALVE = 2;

function within(level: number): number {
  return Math.min(100, Math.max(0, level));
}

/** A water tank: it fills while its pump runs, and drains while it does not. Times are in ms. */
export class Tank {
  /** The level at `#sinceMs`, 0 to 100. */
  #level: number;
  #sinceMs: number;
  #pumping = true;
  #valveUntilMs = 0;

  constructor(level: number, nowMs: number) {
    this.#level = level;
    this.#sinceMs = nowMs;
  }

  get pumping(): boolean {
    return this.#pumping;
  }

  /** In percent. Of the time before the last change nothing is known: it was as at the change. */
  level(nowMs: number): number {
    const rate = this.#pumping ? FILL - DRAIN : -DRAIN;
    const seconds = Math.max(0, nowMs - this.#sinceMs) / 1_000;
    const open = Math.min(seconds, Math.max(0, this.#valveUntilMs - this.#sinceMs) / 1_000);
    return within(within(this.#level + (rate - VALVE) * open) + rate * (seconds - open));
  }

  setPump(pumping: boolean, nowMs: number): void {
    this.#change(nowMs);
    this.#pumping = pumping;
  }

  openValve(seconds: number, nowMs: number): void {
    this.#change(nowMs);
    this.#valveUntilMs = nowMs + seconds * 1_000;
  }

  #change(nowMs: number): void {
    this.#level = this.level(nowMs);
    this.#sinceMs = nowMs;
  }
}
