import { THING_MODEL } from "../devices/device-model";
import { productError } from "./api-error";
import { replyPlan, SYNC_TIMEOUT_MS, unreached, unreachedError } from "./device-reach";
import { findMisfit, readItems, withoutDecimalPoint } from "./items";
import type { JsonObject } from "../../protocol/json";
import type { ThingService, ThingValue } from "../../protocol/thing-model";
import type { Device } from "../devices/device";
import type { ServiceCall } from "../devices/downlink";
import type { ApiError } from "./api-error";
import type { Action, ActionContext } from "./action";
import type { Items } from "./items";

/** How a device answers that sets properties, or does an asynchronous service. */
const IN_MESSAGE = { hasCode: true, hasReply: true };

function warnOfNumbers(context: ActionContext, items: Items, model: readonly ThingValue[]): void {
  for (const identifier of withoutDecimalPoint(items, model)) {
    context.warn(`${identifier} is a number without a decimal point: the platform wants 10.0`);
  }
}

function setFailed(message: string): ApiError {
  return productError("iot.device.SetDevicePropertyFailed", message);
}

/** The properties to set. Throws ApiError unless each can be set so. */
function readProperties(context: ActionContext): JsonObject {
  const items = readItems(context.parameters.required("Items"));
  if (items === undefined) {
    const code = "iot.device.InvalidFormattedDevicePropertiesString";
    throw productError(code, "Items must be a JSON object.");
  }
  const identifiers = Object.keys(items.values);
  if (identifiers.length === 0) {
    throw productError("iot.device.NoneDeviceProperties", "Items names no property.");
  }
  const { properties } = THING_MODEL;
  const readOnly = properties.find(
    ({ identifier, rwFlag }) => rwFlag === "READ_ONLY" && identifiers.includes(identifier),
  );
  if (readOnly !== undefined) {
    const code = "iot.device.CanNotSetReadOnlyProperty";
    throw productError(code, `The property ${readOnly.identifier} is read-only.`);
  }
  const misfit = findMisfit(items, properties);
  if (misfit !== undefined) throw setFailed(`${misfit} does not fit the thing model.`);
  warnOfNumbers(context, items, properties);
  return items.values;
}

function invokeFailed(message: string): ApiError {
  return productError("iot.device.InvokeThingServiceFailed", message);
}

/** The service with its arguments. Throws ApiError unless it can be called so. */
function readService(context: ActionContext): { service: ThingService; call: ServiceCall } {
  const identifier = context.parameters.required("Identifier");
  const items = readItems(context.parameters.required("Args"));
  const service = THING_MODEL.services.find((known) => known.identifier === identifier);
  if (service === undefined) throw invokeFailed(`There is no service ${identifier}.`);
  if (items === undefined) throw invokeFailed("Args must be a JSON object.");
  const missing = service.inputParams.find(
    (input) => !Object.hasOwn(items.values, input.identifier),
  );
  const wrong = missing?.identifier ?? findMisfit(items, service.inputParams);
  if (wrong !== undefined) throw invokeFailed(`${wrong} does not fit the thing model.`);
  warnOfNumbers(context, items, service.inputParams);
  return { service, call: { identifier, args: items.values } };
}

/** Waits for a synchronous service. Throws ApiError if the device does not answer, or not with 200. */
async function callSync(context: ActionContext, device: Device, call: ServiceCall) {
  const { downlink, devices } = context;
  const fault = context.deviceFault({ hasCode: true, hasReply: false });
  const why = fault?.how === "offline-reply" ? "OFFLINE" : unreached(device, fault);
  if (why !== undefined) throw unreachedError(why);
  if (fault?.how === "code") throw invokeFailed(`The device answered with the code ${fault.code}.`);
  const messageId = devices.nextRequestId();
  context.executed({ device, messageId, content: call.args });
  const result = downlink.callService(device, call);
  if (fault?.how === "no-answer") {
    await downlink.after(SYNC_TIMEOUT_MS);
    throw unreachedError("TIMEOUT");
  }
  return { Data: { MessageId: messageId, Result: JSON.stringify(await result) } };
}

/** Actions of the thing model: a device sets properties, or does a service. */
export const THING_ACTIONS = {
  SetDeviceProperty: {
    perSecond: 500,
    run(context) {
      const device = context.parameters.device(context.devices);
      const content = readProperties(context);
      const plan = replyPlan(device, context.deviceFault(IN_MESSAGE));
      const messageId = context.downlink.setProperties(device, content, plan);
      if (plan.executed) context.executed({ device, messageId, content });
      return { Data: { MessageId: messageId } };
    },
  },
  InvokeThingService: {
    perSecond: 500,
    run(context) {
      const device = context.parameters.device(context.devices);
      const { service, call } = readService(context);
      if (service.callType === "SYNC") return callSync(context, device, call);
      const plan = replyPlan(device, context.deviceFault(IN_MESSAGE));
      const messageId = context.downlink.startService(device, call, plan);
      if (plan.executed) context.executed({ device, messageId, content: call.args });
      return { Data: { MessageId: messageId } };
    },
  },
} as const satisfies Record<string, Action>;
