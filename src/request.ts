import { RequestError } from "./errors";
import { OUTCOMES } from "./options";
import { isFields, namedDevice } from "./protocol/flow-message";
import { shown } from "./stored";
import type { Outcome } from "./options";
import type { Device } from "./protocol/topic";

export const ACTIONS = ["connect", "disconnect", "pause", "resume", "stats"] as const;
/** What a message to a subscriber's control input may ask for. */
export type Action = (typeof ACTIONS)[number];

export const STATE_ACTIONS = ["get", "list", "clear"] as const;
/** What a message may ask the device states for. */
export type StateAction = (typeof STATE_ACTIONS)[number];

/** Which devices a list is to hold; what is undefined filters nothing. */
export interface DeviceFilter {
  readonly productKey: string | undefined;
  readonly online: boolean | undefined;
  /** Not heard of for at least this long, or never. */
  readonly silentMs: number | undefined;
}

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

/** The action on device states that a message asks for. Throws RequestError. */
export function requestedStateAction(value: unknown): StateAction {
  return oneOf("ACTION_INVALID", value, STATE_ACTIONS);
}

/** The device that a message names. Throws RequestError. */
export function requestedDevice(value: unknown): Device {
  const device = isFields(value) ? namedDevice(value) : undefined;
  if (device === undefined) throw new RequestError("DEVICE_MISSING");
  return device;
}

function badFilter(field: string, value: unknown): RequestError {
  return new RequestError("FILTER_INVALID", { field, value: shown(value) });
}

const FILTERS = ["productKey", "online", "silentSeconds"];

/** The filter that a message carries; none: every device. Throws RequestError. */
export function requestedFilter(value: unknown): DeviceFilter {
  const given: unknown = value ?? {};
  if (!isFields(given)) throw badFilter("filter", given);
  const { productKey, online, silentSeconds } = given;
  const unknown = Object.keys(given).find((field) => !FILTERS.includes(field));
  if (unknown !== undefined) throw badFilter(unknown, given[unknown]);
  if (productKey !== undefined && typeof productKey !== "string") {
    throw badFilter("productKey", productKey);
  }
  if (online !== undefined && typeof online !== "boolean") throw badFilter("online", online);
  if (silentSeconds !== undefined && !(typeof silentSeconds === "number" && silentSeconds >= 0)) {
    throw badFilter("silentSeconds", silentSeconds);
  }
  const silentMs = silentSeconds === undefined ? undefined : silentSeconds * 1_000;
  return { productKey, online, silentMs };
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
