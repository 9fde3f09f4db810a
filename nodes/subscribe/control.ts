import { subscribers } from "../shared/subscribers";
import { translateError } from "../shared/translation";
import { requestedControlAction } from "../../src/settings/subscribe";
import { causeOf } from "../../src/subscription/state";
import type { NodeMessage } from "node-red";
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
      return { ...message, payload: stats(subscription, translate) };
  }
}

/** State and counters as plain data, an error in the runtime's language. */
function stats({ state, counters }: Subscription, translate: Translate) {
  const { value, ...rest } = state;
  const cause = causeOf(state);
  const plainCause = cause && {
    cause: { code: cause.code, text: translateError(cause, translate).text },
  };
  return { paused: false, state: value, ...rest, ...plainCause, ...counters };
}
