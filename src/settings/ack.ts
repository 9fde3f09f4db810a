import { RequestError } from "../errors/error";
import { OUTCOMES } from "../protocol/amqp-message";
import { isJsonObject } from "../protocol/json";
import { choice, requested, withDefaults } from "./read";
import type { Outcome } from "../protocol/amqp-message";
import type { Stored } from "./read";

/** Outcomes that an ack node may be set to; `msg`: `msg.outcome` says which. */
export const ACK_OUTCOMES = [...OUTCOMES, "msg"] as const;
export type AckOutcome = (typeof ACK_OUTCOMES)[number];

/** Defaults of the ack node's properties as a flow stores them. */
export const ACK_DEFAULTS = {
  /** Label in the editor. */
  name: "",
  outcome: "accepted",
} as const;

/** Where a delivery is to be settled: plain text, so that it survives cloning and JSON. */
export interface DeliveryReference {
  /** ID of the subscriber node. */
  readonly subscriber: string;
  readonly token: string;
}

/** Checks an ack node's stored settings. Throws SettingError for a bad one. */
export function resolveAck(stored: Stored): { readonly outcome: AckOutcome } {
  return { outcome: choice(withDefaults(stored, ACK_DEFAULTS), "outcome", ACK_OUTCOMES) };
}

/** The outcome that a message asks for. Throws RequestError. */
export function requestedOutcome(value: unknown): Outcome {
  return requested("OUTCOME_INVALID", value, OUTCOMES);
}

function isReference(value: unknown): value is DeliveryReference {
  if (!isJsonObject(value)) return false;
  return typeof value["subscriber"] === "string" && typeof value["token"] === "string";
}

/**
 * The deliveries that a message carries: one, or a list where messages were joined.
 * Throws RequestError where there is none.
 */
export function requestedDeliveries(value: unknown): readonly DeliveryReference[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0 || !list.every(isReference)) throw new RequestError("DELIVERY_MISSING");
  return list;
}
