import type { MachineState } from "./machine";
import type { SubscriptionState } from "./state";

/** The part of a connection that the summary reads. */
export interface ConnectionView {
  readonly state: MachineState;
  readonly nextAttemptAtMs: number;
}

type Value = MachineState["value"];
type InState<V extends Value> = ConnectionView & {
  readonly state: Extract<MachineState, { value: V }>;
};

function inState<V extends Value>(connections: readonly ConnectionView[], value: V) {
  return connections.filter((each): each is InState<V> => each.state.value === value);
}

/** Why a connection is down, or was before its present attempt. */
function causeOf(state: MachineState) {
  if (state.value === "backoff") return state.cause;
  // Also while it is up again but not proven: a link that is closed at once, time and again, would
  // otherwise look healthy in between.
  return "failures" in state ? state.failures.cause : undefined;
}

/** What a subscription is doing, from what each of its connections is doing. */
export function summarise(
  connections: readonly ConnectionView[],
  paused: boolean,
): SubscriptionState {
  const [failed] = inState(connections, "failed");
  if (failed !== undefined) return { value: "failed", cause: failed.state.cause };
  const stopped = inState(connections, "stopped").length;
  if (stopped === connections.length) return { value: "stopped" };
  // All are stopped together, but each ends in its own time.
  if (stopped + inState(connections, "draining").length > 0) return { value: "draining" };
  const causes = connections.map(({ state }) => causeOf(state));
  const cause = causes.find((each) => each !== undefined);
  const connected = inState(connections, "subscribed").length;
  if (connected > 0) {
    const up = { value: "subscribed", connected, connections: connections.length } as const;
    const how = paused ? ({ ...up, paused } as const) : up;
    return cause === undefined ? how : { ...how, cause };
  }
  const waiting = inState(connections, "backoff");
  if (waiting.length === connections.length) {
    const next = waiting.reduce((a, b) => (b.nextAttemptAtMs < a.nextAttemptAtMs ? b : a));
    const { state, nextAttemptAtMs } = next;
    return { value: "backoff", cause: state.cause, nextAttemptAtMs };
  }
  if (inState(connections, "idle").length === connections.length) return { value: "idle" };
  return cause === undefined ? { value: "connecting" } : { value: "connecting", cause };
}

/** Whether two summaries say the same. */
export function sameState(a: SubscriptionState, b: SubscriptionState): boolean {
  return JSON.stringify(a, causeByCode) === JSON.stringify(b, causeByCode);
}

function causeByCode(_key: string, value: unknown): unknown {
  return value instanceof Error && "code" in value ? value.code : value;
}
