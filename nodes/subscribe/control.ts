import { settlementDesk } from "../shared/settlement-desk";
import { translateError } from "../shared/texts";
import type { NodeMessage } from "node-red";
import type { Translate } from "../shared/texts";
import type { Subscription } from "../../src/subscription/subscription";
import type { SubscriptionState } from "../../src/subscription/state";
import { requestedAction } from "../../src/settings/subscribe";

/** What a message to the control input may say. */
export type ControlMessage = NodeMessage & { readonly action?: unknown };

/** The state as plain data, an error told in the runtime's language. */
function told(state: SubscriptionState, translate: Translate) {
  const { value, ...rest } = state;
  const cause = "cause" in state ? state.cause : undefined;
  if (cause === undefined) return { state: value, ...rest };
  const { text } = translateError(cause, translate);
  return { state: value, ...rest, cause: { code: cause.code, text } };
}

/**
 * Does what a message asks for; each action may be asked for again and then changes nothing.
 * Resolves when it is done, with what is to be sent on, if anything. Rejects with RequestError.
 */
export async function control(
  subscription: Subscription,
  message: ControlMessage,
  translate: Translate,
): Promise<NodeMessage | undefined> {
  switch (requestedAction(message.action)) {
    case "connect":
      subscription.start();
      return undefined;
    case "disconnect":
      await settlementDesk.stop(subscription);
      return undefined;
    case "pause":
      subscription.pause();
      return undefined;
    case "resume":
      subscription.resume();
      return undefined;
    case "stats": {
      const { state, counters } = subscription;
      return { ...message, payload: { paused: false, ...told(state, translate), ...counters } };
    }
  }
}
