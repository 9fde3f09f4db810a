import { MessageError } from "../errors/error";
import { messageTypeOf } from "../protocol/flow-message";
import { isPropertyMessage, readPropertyReport } from "../protocol/property-report";
import { influxRefusals } from "./influx-points";
import { selectValues } from "./named-values";
import { valueMessages } from "./output-messages";
import type { FlowMessage } from "../protocol/flow-message";
import type { RefusedValue } from "../protocol/property-report";
import type { PropertiesOptions } from "../settings/properties";
import type { OutputMessage } from "./output-messages";

/** What to send on each output; refused values are sent before the others. */
export interface Distribution {
  readonly refused: readonly FlowMessage[];
  readonly values: readonly FlowMessage[];
  /** The message itself, if it is passed on. */
  readonly others: readonly FlowMessage[];
}

/**
 * What the properties node sends for a message. Its delivery goes with the last one that is sent.
 * Throws MessageError if a property message cannot be read, or if nobody would settle its delivery.
 */
export function distribute(message: FlowMessage, options: PropertiesOptions): Distribution {
  const { refused, values } = reportMessages(message, options);
  if (refused.length + values.length > 0) {
    return {
      refused: flowMessages(message, refused, values.length === 0),
      values: flowMessages(message, values, true),
      others: [],
    };
  }
  if (options.passOthers) return { refused: [], values: [], others: [message] };
  if (message["delivery"] == null) return { refused: [], values: [], others: [] };
  throw new MessageError("DELIVERY_DROPPED", { messageType: messageTypeOf(message) });
}

interface ReportMessages {
  readonly refused: readonly OutputMessage[];
  readonly values: readonly OutputMessage[];
}

/** What a report sends; nothing for other messages. */
function reportMessages(
  message: FlowMessage,
  { output, identifiers }: PropertiesOptions,
): ReportMessages {
  if (!isPropertyMessage(message)) return { refused: [], values: [] };
  const { device, values, refused } = readPropertyReport(message);
  const chosen = selectValues(values, identifiers);
  return {
    refused: [
      ...refused.map(refusedMessage),
      ...(output === "influx" ? influxRefusals(chosen) : []),
    ],
    values: valueMessages(chosen, output, device),
  };
}

function refusedMessage({ identifier, value, timeMs, code, message }: RefusedValue): OutputMessage {
  return { topic: identifier, payload: value, timestamp: timeMs, refused: { code, message } };
}

/** The message that came, once for each that is sent in its place; only the last settles it. */
function flowMessages(
  message: FlowMessage,
  outputs: readonly OutputMessage[],
  isLast: boolean,
): FlowMessage[] {
  const { delivery, ...rest } = message;
  const { measurement } = rest;
  // A measurement that was set before wins.
  const kept = measurement === undefined ? {} : { measurement };
  const last = isLast && delivery !== undefined ? outputs.length - 1 : -1;
  return outputs.map((own, index) => ({
    ...rest,
    ...own,
    ...kept,
    ...(index === last ? { delivery } : {}),
  }));
}
