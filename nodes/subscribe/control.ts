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

/** State and counters as plain data; `cause` in `language`, or else the runtime's, null if none. */
function stats(subscription: Subscription, language: unknown, translate: Translate) {
  const { state, isPaused, connected, counters } = subscription;
  const cause = causeOf(state);
  const tell = (error: IotAmqpError) =>
    language === undefined
      ? { code: error.code, text: translateError(error, translate).text }
      : plainError(error, languageOf(language));
  return {
    state: state.value,
    paused: isPaused,
    ...connected,
    cause: cause === undefined ? null : tell(cause),
    nextAttemptAtMs: state.value === "backoff" ? state.nextAttemptAtMs : null,
    ...counters,
    lastMessageAtMs: counters.lastMessageAtMs ?? null,
  };
}
