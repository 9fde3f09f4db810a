// The public API, for programs. Nodes and commands import the layers below it.
import { createSubscription as create } from "./subscription/subscription";
import type { InstanceOptions } from "./settings/instance";
import type { SubscribeOptions } from "./settings/subscribe";
import type { Subscription as NodeSubscription } from "./subscription/subscription";

export {
  DecodeError,
  InstallationError,
  IotAmqpError,
  isIotAmqpError,
  NetworkError,
  PayloadError,
  ProtocolError,
  RefusalError,
  SettingError,
  SettlementError,
  TlsError,
} from "./errors/error";
export { retryOf } from "./errors/table";
export { errorText } from "./errors/texts";
export { signIn } from "./protocol/sign-in";
export { INSTANCE_DEFAULTS, resolveInstance } from "./settings/instance";
export { resolveSubscribe, SUBSCRIBE_DEFAULTS } from "./settings/subscribe";
export type { ErrorCode, ErrorDetails, Retry } from "./errors/error";
export type { ErrorText, Language } from "./errors/entry";
export type { Outcome } from "./protocol/amqp-message";
export type { Json, JsonObject } from "./protocol/json";
export type { DeviceMessage } from "./protocol/message";
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
export type { PayloadFormat } from "./protocol/payload";
export type { SignIn, SignInAccount, SignInRequest } from "./protocol/sign-in";
export type { SignMethod } from "./protocol/sign-in-values";
export type { Device, MessageType } from "./protocol/topic";
export type { InstanceOptions, TlsOptions } from "./settings/instance";
export type { SettleMode, SubscribeOptions } from "./settings/subscribe";
export type {
  Counters,
  Delivery,
  SubscriptionEvents,
  SubscriptionState,
} from "./subscription/state";

/** A subscription, without what only Node-RED's deploy needs of it. */
export type Subscription = Omit<NodeSubscription, "holdBack" | "endHoldBack" | "release">;

/**
 * Makes a subscription to a consumer group; nothing happens until its `start()`.
 * The options come from `resolveInstance` and `resolveSubscribe`.
 */
export function createSubscription(
  instance: InstanceOptions,
  options: SubscribeOptions,
): Subscription {
  return create(instance, options);
}
