import { translateError } from "../shared/translation";
import { retryOf } from "../../src/errors/table";
import { timeOfDay } from "../../src/errors/texts";
import type { NodeStatus } from "node-red";
import type { Translate } from "../shared/translation";
import type { IotAmqpError } from "../../src/errors/error";
import type { SubscriptionState } from "../../src/subscription/state";

/** A status while not connected: yellow if it mends itself soon, red if somebody has to act. */
function ring(cause: IotAmqpError | undefined, text: string): NodeStatus {
  const soon = cause === undefined || retryOf(cause) === "fast";
  return { fill: soon ? "yellow" : "red", shape: "ring", text };
}

/** What the state alone does not tell. */
export interface Figures {
  /** Messages per second; 0: not shown. */
  readonly rate: number;
  /** Messages are to be settled by ack nodes, and there is none. */
  readonly isUnattended: boolean;
}

function subscribed(
  state: Extract<SubscriptionState, { value: "subscribed" }>,
  translate: Translate,
  { rate, isUnattended }: Figures,
): NodeStatus {
  const { connected, connections, cause } = state;
  if (state.paused === true) {
    return { fill: "grey", shape: "dot", text: translate("status.paused") };
  }
  const connectedText =
    connections === 1
      ? translate("status.connected")
      : translate("status.connectedOf", { connected, connections });
  const text = rate === 0 ? connectedText : translate("status.rate", { text: connectedText, rate });
  if (connected === connections && !isUnattended) return { fill: "green", shape: "dot", text };
  const noAckNode = isUnattended ? translate("status.noAckNode") : "";
  const reason = cause === undefined ? noAckNode : translateError(cause, translate).short;
  const withReason = reason === "" ? text : translate("status.because", { text, reason });
  return { fill: "yellow", shape: "dot", text: withReason };
}

/** The status for a state; while a subscriber is down, with the reason and the next attempt. */
export function statusOf(
  state: SubscriptionState,
  translate: Translate,
  figures: Figures = { rate: 0, isUnattended: false },
): NodeStatus {
  switch (state.value) {
    case "idle":
      return {};
    case "connecting": {
      const text = translate("status.connecting");
      if (state.cause === undefined) return ring(undefined, text);
      const reason = translateError(state.cause, translate).short;
      return ring(state.cause, translate("status.because", { text, reason }));
    }
    case "subscribed":
      return subscribed(state, translate, figures);
    case "backoff": {
      const reason = translateError(state.cause, translate).short;
      const time = timeOfDay(state.nextAttemptAtMs);
      return ring(state.cause, translate("status.backoff", { reason, time }));
    }
    case "draining":
      return { fill: "grey", shape: "ring", text: translate("status.draining") };
    case "stopped":
      return { fill: "grey", shape: "ring", text: translate("status.stopped") };
    case "failed":
      return { fill: "red", shape: "ring", text: translateError(state.cause, translate).short };
  }
}
