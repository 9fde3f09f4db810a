import { MessageError } from "../errors/error";
import { messageTypeOf } from "../protocol/flow-message";
import { isPropertyMessage, readPropertyReport } from "../protocol/property-report";
import { chosenValues } from "./named-values";
import { leavingValues } from "./outputs";
import type { FlowMessage } from "../protocol/flow-message";
import type { RefusedValue } from "../protocol/property-report";
import type { Leaving } from "./named-values";
import type { PropertiesOptions } from "../settings/properties";

/** Where a message goes, or what becomes of it; refused values leave before the others. */
export interface Distribution {
  readonly refused: readonly FlowMessage[];
  readonly values: readonly FlowMessage[];
  /** The message itself, if it is to be passed on. */
  readonly others: readonly FlowMessage[];
}

/**
 * What the properties node makes of a message. The delivery to settle goes with the last one that
 * leaves. Throws MessageError if a property message cannot be read, or nobody would settle it.
 */
export function distribute(message: FlowMessage, options: PropertiesOptions): Distribution {
  const { refused, values } = leaving(message, options);
  if (refused.length + values.length > 0) {
    const isLast = values.length === 0;
    return {
      refused: messages(message, refused, isLast),
      values: messages(message, values, true),
      others: [],
    };
  }
  if (options.passOthers) return { refused, values, others: [message] };
  if (message["delivery"] == null) return { refused, values, others: [] };
  throw new MessageError("DELIVERY_DROPPED", { messageType: messageTypeOf(message) });
}

interface Leavings {
  readonly refused: readonly Leaving[];
  readonly values: readonly Leaving[];
}

function leaving(message: FlowMessage, { output, identifiers }: PropertiesOptions): Leavings {
  if (!isPropertyMessage(message)) return { refused: [], values: [] };
  const { device, values, refused } = readPropertyReport(message);
  const made = leavingValues(chosenValues(values, identifiers), output, device);
  // Whoever has set a measurement before wants it; else each thing model has its own field types.
  const isNamed = message["measurement"] !== undefined || device === undefined;
  const named = output === "influx" && !isNamed ? { measurement: device.productKey } : {};
  return {
    refused: refused.map(refusal),
    values: made.map((each) => ({ ...each, ...named })),
  };
}

function refusal({ identifier, value, timeMs, code, message }: RefusedValue): Leaving {
  return { topic: identifier, payload: value, timestamp: timeMs, refused: { code, message } };
}

/** The message with what leaves in the place of what it was; of several, only the last is settled. */
function messages(
  message: FlowMessage,
  leavings: readonly Leaving[],
  endsHere: boolean,
): FlowMessage[] {
  const { delivery, ...rest } = message;
  const last = endsHere && delivery !== undefined ? leavings.length - 1 : -1;
  return leavings.map((own, index) => ({
    ...rest,
    ...own,
    ...(index === last ? { delivery } : {}),
  }));
}
