import { systemClock } from "../../src/clock";
import { messageTypeOf } from "../../src/protocol/flow-message";
import {
  requestedDevice,
  requestedFilter,
  requestedStateAction,
} from "../../src/settings/device-state";
import type { NodeMessage } from "node-red";
import type { InputMessage } from "../shared/start";
import type { DeviceStates, StateChange } from "../../src/device-state/device-states";

/** The message about a change, with what the message that brought it says of itself. */
export function changeMessage(cause: InputMessage, { state, changes }: StateChange): NodeMessage {
  const { productKey, deviceName } = state;
  const { messageId, generateTime } = cause;
  return {
    topic: `${productKey}/${deviceName}`,
    payload: state,
    ...{ changed: changes, device: { productKey, deviceName }, messageType: messageTypeOf(cause) },
    ...(messageId === undefined ? {} : { messageId }),
    ...(generateTime === undefined ? {} : { generateTime }),
  };
}

/** Whether a message asks for states; else it may say something of devices. */
export function isRequest(message: InputMessage): boolean {
  return message["action"] !== undefined;
}

/** The message that answers a request. Rejects with RequestError, or StoreError. */
export async function answer(states: DeviceStates, request: InputMessage): Promise<NodeMessage> {
  return { ...request, payload: await answerPayload(states, request) };
}

async function answerPayload(states: DeviceStates, request: InputMessage): Promise<unknown> {
  const { action, device, filter } = request;
  switch (requestedStateAction(action)) {
    case "get":
      return (await states.get(requestedDevice(device))) ?? null;
    case "list":
      return states.list(requestedFilter(filter), systemClock.now());
    case "clear": {
      const one = device === undefined ? undefined : requestedDevice(device);
      return { cleared: await states.clear(one) };
    }
  }
}
