import { createOpenLink } from "./amqp/amqp-link";
import { systemClock } from "./clock";
import { examine } from "./doctor/examine";
import { Subscription } from "./subscription/subscription";
import type { Examination } from "./doctor/examine";
import type { Finding } from "./doctor/finding";
import type { InstanceOptions, SubscribeOptions } from "./options";
import type { Environment } from "./subscription/connection";

export { systemClock } from "./clock";
export { DeviceStates } from "./device-state/device-states";
export { observationsOf } from "./device-state/observation";
export { circumstances } from "./doctor/examine";
export { tellFinding, tellResult } from "./doctor/tell";
export * from "./errors";
export * from "./flow-options";
export * from "./options";
export { defaultClientId } from "./protocol/client-id";
export { messageTypeOf } from "./protocol/flow-message";
export { distribute } from "./property-output/distribute";
export { flattened, isPropertyMessage, readPropertyReport } from "./protocol/property-report";
export { MESSAGE_TYPES } from "./protocol/topic";
export * from "./request";
export { unknownToken } from "./subscription/deliveries";
export { tellError } from "./texts/tell";
export { because, joined, lookUpIn, timeOfDay } from "./texts/texts";
export type { Cancel, Clock } from "./clock";
export type { DeviceState, PropertyState } from "./device-state/device-state";
export type { StateChange } from "./device-state/device-states";
export type { Change } from "./device-state/record";
export type { StateStore } from "./device-state/state-store";
export type { Finding } from "./doctor/finding";
export type { ToldFinding } from "./doctor/tell";
export type { Distribution } from "./property-output/distribute";
export type { DeviceMessage, Json } from "./protocol/message";
export type {
  DeviceLifecycle,
  DeviceStatus,
  DeviceTagUpdate,
  DownlinkReply,
  EventBatchPost,
  EventHistoryPost,
  EventPost,
  MessageOf,
  OtaJobStatus,
  OtaProgress,
  OtaUpgrade,
  OtaVersion,
  PayloadOf,
  PlatformMessage,
  PropertyBatchPost,
  PropertyHistoryPost,
  PropertyPost,
  SubDeviceFound,
  TopologyLifecycle,
} from "./protocol/message-table";
export type { FlowMessage } from "./protocol/flow-message";
export type { PropertyReport, PropertyValue, RefusedValue } from "./protocol/property-report";
export type { Device, MessageType } from "./protocol/topic";
export type { Counters, Delivery, SubscriptionState } from "./subscription/state";
export type { Subscription } from "./subscription/subscription";
export type { Language } from "./texts/texts";

/** One for the process, so that the sockets of all subscriptions are read together. */
const openLink = createOpenLink({ clock: systemClock });

/**
 * Makes a subscription to a consumer group; nothing happens until its `start()`.
 * The options come from `resolveInstance` and `resolveSubscribe`.
 */
export function createSubscription(
  instance: InstanceOptions,
  options: SubscribeOptions,
  environment: Partial<Environment> = {},
): Subscription {
  const { clock = systemClock, random = Math.random } = environment;
  const ownLink = clock === systemClock ? openLink : createOpenLink({ clock });
  return new Subscription(instance, options, {
    clock,
    random,
    openLink: environment.openLink ?? ownLink,
  });
}

/**
 * Checks step by step whether a subscription with these settings would receive, and tells each
 * step as it begins and ends; resolves with whether all passed.
 */
export function examineConnection(
  examination: Examination,
  tell: (finding: Finding) => void,
): Promise<boolean> {
  return examine(examination, { clock: systemClock, openLink }, tell);
}
