import type { Clock } from "../clock";
import type { ConnectionLimits, EmulatorSettings, GroupLimits } from "../settings/emulator";

/** Writes one line of the emulator's log. */
export type Log = (line: string) => void;

/** What the emulator runs on: time and chance are arguments, so that tests decide them. */
export interface Runtime {
  readonly log: Log;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** What all parts of an emulator may need. */
export interface EmulatorOptions
  extends Omit<EmulatorSettings, "scenario">, ConnectionLimits, GroupLimits, Runtime {}
