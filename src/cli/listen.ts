import { hostname } from "node:os";
import { tellError } from "../errors/tell";
import { fill, timeOfDay } from "../errors/texts";
import { explain, lookUpFor } from "./explain";
import { language, stopRequested } from "./io";
import { writeLines } from "./lines";
import { LISTEN_SOURCES, readConnecting, readSettings } from "./settings";
import { CLI_TEXTS } from "./texts";
import type { Language } from "../errors/texts";
import type { ExitCode, Io } from "./io";
import type { Subscription } from "../subscription/subscription";
import type { SubscriptionState } from "../subscription/state";
import { resolveSubscribe } from "../settings/subscribe";
import { integer } from "../settings/read";
import { defaultClientId } from "../protocol/sign-in-values";
import { createSubscription } from "../subscription/subscription";

/** Receives until it is asked to end, until `--count`, or until a setting turns out wrong. */
export async function listen(args: readonly string[], io: Io): Promise<ExitCode> {
  const { count, ...given } = readSettings(args, LISTEN_SOURCES, io.env);
  const instance = (await readConnecting(given)).instance();
  const options = resolveSubscribe({
    ...given,
    clientId: given.clientId ?? defaultClientId(hostname(), `listen-${process.pid}`),
    settleMode: "manual",
  });
  const subscription = createSubscription(instance, options);
  const written = writeLines(subscription, {
    stdout: io.stdout,
    log: (failure) => {
      io.stderr.write(`${explainTo(io, failure)}\n`);
    },
    count: countOf(count),
    maxUnwritten: options.creditWindow * options.connections,
  });
  const failed = logStates(subscription, io);
  subscription.start();
  const code = await Promise.race([written, failed, stopRequested(io).then((): ExitCode => 0)]);
  await subscription.stop();
  return code;
}

function countOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  return integer({ count: text }, "count", { min: 1, max: Number.MAX_SAFE_INTEGER });
}

/** Logs each change of the state; resolves with 1 when no attempt would help. */
function logStates(subscription: Subscription, io: Io): Promise<ExitCode> {
  let logged = "";
  // Why it is down, as it was told last; empty while it is up.
  let told = "";
  return new Promise((resolve) => {
    subscription.on("changed", (state) => {
      // The attempts of an outage are told by the lines that announce them.
      if (state.value === "connecting" && told !== "") return;
      const reason = state.value === "backoff" ? explainTo(io, state.cause) : "";
      const text =
        state.value === "backoff" && reason === told
          ? again(state, language(io.env))
          : describe(state, io);
      told = reason;
      // A connection that has proved itself is a change, but none in words.
      if (text !== logged) io.stderr.write(`${text}\n`);
      logged = text;
      if (state.value === "failed") resolve(1);
    });
  });
}

/** A line for a further attempt that failed as the one before. */
function again(state: Extract<SubscriptionState, { value: "backoff" }>, locale: Language): string {
  const { cause, nextAttemptAtMs } = state;
  const { short } = tellError(cause, lookUpFor({ language: locale, sources: LISTEN_SOURCES }));
  const details = { time: timeOfDay(nextAttemptAtMs), short, code: cause.code };
  return fill(CLI_TEXTS.states.again[locale], details);
}

function explainTo(io: Io, failure: unknown): string {
  return explain(failure, { language: language(io.env), sources: LISTEN_SOURCES });
}

function describe(state: SubscriptionState, io: Io): string {
  const { states } = CLI_TEXTS;
  const locale = language(io.env);
  switch (state.value) {
    case "subscribed": {
      const { connected, connections } = state;
      return fill(states.subscribed[locale], { connected, connections });
    }
    case "backoff":
      return fill(states.backoff[locale], {
        time: timeOfDay(state.nextAttemptAtMs),
        reason: explainTo(io, state.cause),
      });
    case "failed":
      return fill(states.failed[locale], { reason: explainTo(io, state.cause) });
    case "idle":
    case "connecting":
    case "draining":
    case "stopped":
      return states[state.value][locale];
  }
}
