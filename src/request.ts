import { RequestError } from "./errors";
import { OUTCOMES } from "./options";
import { shown } from "./stored";
import type { Outcome } from "./options";

export const ACTIONS = ["connect", "disconnect", "pause", "resume", "stats"] as const;
/** What a message to a subscriber's control input may ask for. */
export type Action = (typeof ACTIONS)[number];

/** Where a delivery is to be settled: plain text, so that it survives cloning and JSON. */
export interface DeliveryReference {
  /** ID of the subscriber node. */
  readonly subscriber: string;
  readonly token: string;
}

function oneOf<T extends string>(
  code: "OUTCOME_INVALID" | "ACTION_INVALID",
  value: unknown,
  known: readonly T[],
): T {
  const found = known.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new RequestError(code, { value: shown(value), choices: known.join(", ") });
}

/** The outcome that a message asks for. Throws RequestError. */
export function requestedOutcome(value: unknown): Outcome {
  return oneOf("OUTCOME_INVALID", value, OUTCOMES);
}

/** The action that a message asks for. Throws RequestError. */
export function requestedAction(value: unknown): Action {
  return oneOf("ACTION_INVALID", value, ACTIONS);
}

function isReference(value: unknown): value is DeliveryReference {
  if (typeof value !== "object" || value === null) return false;
  const { subscriber, token } = value as Partial<Record<keyof DeliveryReference, unknown>>;
  return typeof subscriber === "string" && typeof token === "string";
}

/**
 * The deliveries that a message carries: one, or a list, as when messages were joined by it.
 * Throws RequestError where there is none.
 */
export function requestedDeliveries(value: unknown): readonly DeliveryReference[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every(isReference)) throw new RequestError("DELIVERY_MISSING");
  return list;
}
