import type { ApiError } from "./api-error";
import type { ActionName } from "./actions";
import type { Answer } from "./answer";

/** A call that was let in, as faults see it. */
export interface Call {
  readonly action: ActionName;
  /** The device that it names. */
  readonly deviceName: string | undefined;
}

/** A call that is about to tell a device something. */
export interface CommandCall extends Call {
  /** Whether the device answers with a code: to properties and services. */
  readonly hasCode: boolean;
  /** Whether it does so in a message, and not in the answer of the call. */
  readonly hasReply: boolean;
}

/** What happens to a call besides, or instead of, what was asked for. */
export type CallFault =
  | { readonly kind: "refuse"; readonly error: ApiError }
  /** The answer is an error, or the connection is cut; by then the call is carried out, or not. */
  | { readonly kind: "break"; readonly error: ApiError | "cut"; readonly executed: boolean }
  /** The answer comes later; the wait is after the call is carried out, or before. */
  | { readonly kind: "delay"; readonly delayMs: number; readonly executed: boolean };

/** What a device does instead of what it is told. */
export type DeviceFault =
  | { readonly how: "offline" | "offline-reply" | "half-connected" | "no-answer" }
  | { readonly how: "early" | "twice" }
  | { readonly how: "code"; readonly code: number };

/** Hooks that are asked at the moments of a call; undefined: nothing special. */
export interface ApiHooks {
  /** By how much the clock of the API is off, in ms. */
  onClock?(): number | undefined;
  /** Before the call is carried out. */
  onCall?(call: Call): CallFault | undefined;
  /** Before a device is told something. */
  onCommand?(call: CommandCall): DeviceFault | undefined;
  /** Before the answer is sent: another in its place. */
  onAnswer?(call: Call, answer: Answer): Answer | undefined;
}
