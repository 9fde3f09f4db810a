/** How a session ended. Times are those of its clock, in ms. */
export interface Result {
  /** The error's code, or what else ended it. */
  readonly code: string;
  readonly tookMs: number;
  /** When it had to be over. */
  readonly deadlineMs: number;
}

/** Where a run tells what happens in its sessions. */
export interface Report {
  started(session: number): void;
  /** The server did something wrong. */
  did(session: number, what: string): void;
  ended(session: number, result: Result): void;
  /** The client did something wrong. */
  fault(session: number, what: string): void;
  /** As above, but another session may have done it: to be tried alone. */
  suspect(session: number, what: string): void;
}

/** The part of a run that one process does. */
export interface Part {
  readonly seed: number;
  readonly first: number;
  readonly count: number;
  readonly report: Report;
}

/** How many times faster than the computer's clock the sessions' deadlines and backoffs pass. */
export const FACTOR = 20;
/** A hang is a session that is not over this long after its deadline, in real ms. */
export const SLACK_MS = 3_000;
/** The heartbeat of the sessions: silence is noticed after 1.375 of it. */
export const IDLE_TIMEOUT_MS = 30_000;
/** Connect, attach, silence and close, one after the other. */
export const DEADLINE_MS = 10_000 + 10_000 + IDLE_TIMEOUT_MS * 1.375 + 2_000;
