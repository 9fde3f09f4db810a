import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { ErrorReporter } from "../../nodes/subscribe/error-reporter";
import { NetworkError, RefusalError } from "../../src/errors/error";
import type { Failure } from "../../nodes/shared/translation";
import type { SubscriptionState } from "../../src/subscription/state";

const lost = new NetworkError("CONNECTION_LOST", { host: "h", reason: "reset" });
const refused = new RefusalError("SIGN_IN_REFUSED", { reason: "SASL 1" });
const waiting = (cause: NetworkError | RefusalError): SubscriptionState => {
  return { value: "backoff", cause, nextAttemptAtMs: 1 };
};
const up = { value: "subscribed", connected: 1, connections: 1 } as const;

function reported(states: readonly SubscriptionState[]): (string | undefined)[] {
  const codes: (string | undefined)[] = [];
  const node = { error: ({ code }: Failure) => codes.push(code) };
  const reporter = new ErrorReporter(node, (key) => key);
  for (const state of states) reporter.reportState(state);
  return codes;
}

test("a cause is reported once, however often it alternates with another", () => {
  const states = [waiting(lost), waiting(refused), waiting(lost), waiting(refused)];
  deepEqual(reported(states), ["CONNECTION_LOST", "SIGN_IN_REFUSED"]);
});

test("a connection that has not proved itself is no recovery, one that has is", () => {
  const unproven = { ...up, cause: lost };
  deepEqual(reported([waiting(lost), unproven, waiting(lost)]), ["CONNECTION_LOST"]);
  const recovered = [waiting(lost), unproven, up, waiting(lost)];
  deepEqual(reported(recovered), ["CONNECTION_LOST", "CONNECTION_LOST"]);
});
