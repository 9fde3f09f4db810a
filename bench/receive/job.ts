// What a run consists of, for both of its sides: the feed and the receiver in its own process.
import type { Stored } from "../../src/settings/read";

/** A stretch of a feed. */
export interface Phase {
  readonly messages: number;
  /** Default: as fast as the receiver takes them. */
  readonly perSecond?: number;
}

export interface Job {
  /** Sent first, and not measured: programs are slow until V8 has compiled them. */
  readonly warmUp: Phase;
  readonly measured: Phase;
  readonly connections: number;
  readonly useTls: boolean;
  /** Messages carry the time at which they are written, and the receiver tells their delay. */
  readonly isTimed: boolean;
  /** What differs from the subscriber's defaults, `connections` aside. */
  readonly settings?: Stored;
}

/** What a receiver has to know; plain JSON, as it goes to another process. */
export interface Task {
  readonly port: number;
  readonly connections: number;
  readonly warmUp: number;
  readonly messages: number;
  readonly isTimed: boolean;
  /** PEM of the authority to trust; without it plain TCP. */
  readonly ca?: string;
  readonly settings: Stored;
  /** Directory of the built package. */
  readonly packageDirectory: string;
}

/** What a receiver took, from the last message of the warm-up to the last of all. */
export interface Figures {
  readonly cpuUs: number;
  readonly tookMs: number;
  /** From the socket write to the receiver's own code, if timed. */
  readonly delayUs: { readonly p50: number; readonly p99: number };
}

export function isFigures(value: unknown): value is Figures {
  return typeof value === "object" && value !== null && "cpuUs" in value;
}

/** A clock that all processes of a computer share; no change of the wall clock moves it. */
export function sharedClockUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}
