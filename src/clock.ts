/** Cancels a timer; calling it again, or after the timer has fired, does nothing. */
export type Cancel = () => void;

/** Time as an argument: tests run on a clock that they move by hand. */
export interface Clock {
  /** Wall-clock time in ms since the epoch. May jump; only for what is shown or signed. */
  now(): number;
  /** Time in ms from an arbitrary origin that never goes back. For every duration and rate. */
  monotonicMs(): number;
  /** Runs `action` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, action: () => void): Cancel;
}

/** The computer's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};
