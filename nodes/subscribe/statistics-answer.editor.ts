type Fields = Readonly<Record<string, unknown>>;

/** Why a subscriber is down, or what went wrong last. */
export interface Problem {
  readonly text: string;
  readonly atMs?: number;
}

/** What the runtime tells of a deployed subscriber. */
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

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** The numbers among some fields, under their own names. */
function numbers(from: Fields, names: readonly string[]): Record<string, number> {
  const found = names.map((name) => [name, from[name]] as const);
  const known = found.filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return Object.fromEntries(known);
}

function problem(value: unknown): Problem | undefined {
  const given = fields(value);
  const text = given["text"];
  return typeof text === "string" ? { text, ...numbers(given, ["atMs"]) } : undefined;
}

/** Reads the answer of the statistics route. */
export function readStatistics(answer: unknown): Statistics {
  const { state, counters, ratePerSecond, lastError, ...rest } = fields(answer);
  const now = fields(state);
  const cause = problem(now["cause"]);
  const last = problem(lastError);
  const counted = fields(counters);
  return {
    state: typeof now["value"] === "string" ? now["value"] : "",
    ...numbers(now, ["connected", "connections", "nextAttemptAtMs"]),
    paused: now["paused"] === true,
    ...(cause === undefined ? {} : { cause }),
    ...numbers(rest, ["sinceMs"]),
    ratePerSecond: typeof ratePerSecond === "number" ? ratePerSecond : 0,
    counters: numbers(counted, Object.keys(counted)),
    ...(last === undefined ? {} : { lastError: last }),
  };
}
