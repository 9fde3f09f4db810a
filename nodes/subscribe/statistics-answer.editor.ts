import { isJsonObject } from "../../src/protocol/json";
import type { JsonObject } from "../../src/protocol/json";

/** Why a subscriber is down, or what went wrong last. */
export interface Problem {
  readonly text: string;
  readonly atMs?: number;
}

/** The statistics of a deployed subscriber. */
export interface Statistics {
  readonly state: string;
  readonly connected?: number;
  readonly connections?: number;
  readonly paused: boolean;
  readonly nextAttemptAtMs?: number;
  readonly cause?: Problem;
  readonly sinceMs?: number;
  readonly ratePerSecond: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly lastError?: Problem;
}

/** An object, empty where there is none. */
function objectOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

/** The numbers among some members of an object, under their own names. */
function numbers(object: JsonObject, names: readonly string[]): Record<string, number> {
  const found = names.map((name) => [name, object[name]] as const);
  const known = found.filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(known);
}

function problem(value: unknown): Problem | undefined {
  const object = objectOf(value);
  const text = object["text"];
  return typeof text === "string" ? { text, ...numbers(object, ["atMs"]) } : undefined;
}

/** Reads the answer of the statistics route. */
export function readStatistics(answer: unknown): Statistics {
  const { ratePerSecond, lastError, ...rest } = objectOf(answer);
  const state = objectOf(rest["state"]);
  const counters = objectOf(rest["counters"]);
  const cause = problem(state["cause"]);
  const last = problem(lastError);
  return {
    state: typeof state["value"] === "string" ? state["value"] : "",
    ...numbers(state, ["connected", "connections", "nextAttemptAtMs"]),
    paused: state["paused"] === true,
    ...(cause === undefined ? {} : { cause }),
    ...numbers(rest, ["sinceMs"]),
    ratePerSecond: typeof ratePerSecond === "number" ? ratePerSecond : 0,
    counters: numbers(counters, Object.keys(counters)),
    ...(last === undefined ? {} : { lastError: last }),
  };
}
