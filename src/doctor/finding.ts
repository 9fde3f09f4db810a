import type { ErrorDetails, IotAmqpError } from "../errors/error";
import type { DOCTOR_TEXTS } from "./texts";

/**
 * What is checked, in this order. The first that fails ends the way to the receiver link; the API is
 * a way of its own.
 */
export const STEPS = [
  "settings",
  "dns",
  "tcp",
  "tls",
  "signIn",
  "open",
  "attach",
  "message",
  "api",
] as const;
export type Step = (typeof STEPS)[number];

/** A sentence of the catalogue's `doctor` part, by name, with the values that it takes. */
export interface Sentence<Part extends "facts" | "hints"> {
  readonly name: keyof (typeof DOCTOR_TEXTS)[Part];
  readonly values: ErrorDetails;
}
export type Fact = Sentence<"facts">;
/** What the settings, or what the server showed, say about the cause of a failure. */
export type Hint = Sentence<"hints">;

/** What the examination reports of a step: `running` first, then how it ended. */
export type Finding = { readonly step: Step } & (
  | { readonly state: "running" }
  | { readonly state: "passed"; readonly fact: Fact; readonly notes: readonly Hint[] }
  | { readonly state: "skipped"; readonly fact: Fact }
  | { readonly state: "failed"; readonly error: IotAmqpError; readonly hints: readonly Hint[] }
);
