import type { NodeMessage } from "node-red";
import { observationsOf } from "../../src/device-state/observation";
import { messageTypeOf } from "../../src/protocol/flow-message";
import { systemClock } from "../../src/clock";
import type { DeviceStates, StateChange } from "../../src/device-state/device-states";
import { requestedDevice, requestedFilter } from "../../src/settings/device-state";
import { requestedStateAction } from "../../src/settings/device-state";

/** What a message to a device state node may say. */
export type StateMessage = NodeMessage & Readonly<Record<string, unknown>>;

/** The message that tells of a change, with what the message that brought it says of itself. */
function changeMessage(cause: StateMessage, { state, changes }: StateChange): NodeMessage {
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

/** What a request is answered with. */
async function answer(states: DeviceStates, message: StateMessage): Promise<unknown> {
  const { action, device, filter } = message;
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

/** What a message means for the states, and what is to be sent because of it. */
export interface StateRequest {
  readonly message: StateMessage;
  readonly maxDevices: number;
  readonly send: (message: NodeMessage) => void;
}

/** Does what a message asks for, or takes in what it says; resolves when that is stored. */
export async function serve(states: DeviceStates, request: StateRequest): Promise<void> {
  const { message, maxDevices, send } = request;
  if (message["action"] !== undefined) {
    send({ ...message, payload: await answer(states, message) });
    return;
  }
  const observations = observationsOf(message);
  if (observations.length === 0) return;
  const changed = (change: StateChange) => {
    send(changeMessage(message, change));
  };
  await states.update({ observations, maxDevices, changed });
}
