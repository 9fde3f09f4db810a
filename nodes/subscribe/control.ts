import { subscribers } from "../shared/subscribers";
import { languageOf, translateError } from "../shared/translation";
import { plainError } from "./monitor";
import { requestedControlAction } from "../../src/settings/subscribe";
import { causeOf } from "../../src/subscription/state";
import type { NodeMessage } from "node-red";
import type { IotAmqpError } from "../../src/errors/error";
import type { InputMessage } from "../shared/start";
import type { Translate } from "../shared/translation";
import type { Subscription } from "../../src/subscription/subscription";

/**
 * Does what a message to the control input asks for; an action that has been done already changes
 * nothing. Resolves when it is done, with the answer to send on, if there is one. Rejects with
 * RequestError.
 */
export async function control(
  subscription: Subscription,
  message: InputMessage,
  translate: Translate,
): Promise<NodeMessage | undefined> {
  switch (requestedControlAction(message["action"])) {
    case "connect":
      subscription.start();
      return undefined;
    case "disconnect":
      await subscribers.stop(subscription);
      return undefined;
    case "pause":
      subscription.pause();
      return undefined;
    case "resume":
      subscription.resume();
      return undefined;
    case "stats":
      return { ...message, payload: stats(subscription, message["language"], translate) };
  }
}

/**
 * State and counters as plain data, an error in the wanted language, or else the runtime's; null
 * for what there is not.
 */
function stats(subscription: Subscription, language: unknown, translate: Translate) {
  const { state, isPaused, connected, counters } = subscription;
  const cause = causeOf(state);
  return {
    state: state.value,
    paused: isPaused,
    ...connected,
    cause: cause === undefined ? null : plainCause(cause, language, translate),
    nextAttemptAtMs: state.value === "backoff" ? state.nextAttemptAtMs : null,
    ...counters,
    lastMessageAtMs: counters.lastMessageAtMs ?? null,
  };
}

function plainCause(cause: IotAmqpError, language: unknown, translate: Translate) {
  return language === undefined
    ? { code: cause.code, text: translateError(cause, translate).text }
    : plainError(cause, languageOf(language));
}
