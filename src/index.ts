export {
  DecodeError,
  DiagnosisError,
  InstallationError,
  IotAmqpError,
  isIotAmqpError,
  MessageError,
  NetworkError,
  PayloadError,
  ProtocolError,
  RefusalError,
  RequestError,
  SettingError,
  SettlementError,
  StoreError,
  TlsError,
} from "./errors/error";
export { retryOf } from "./errors/table";
export { errorText } from "./errors/texts";
export { signIn } from "./protocol/sign-in";
export { INSTANCE_DEFAULTS, resolveInstance } from "./settings/instance";
export { resolveSubscribe, SUBSCRIBE_DEFAULTS } from "./settings/subscribe";
export type { Cancel, Clock } from "./clock";
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
export type { SignIn, SignInAccount, SignInRequest } from "./protocol/sign-in";
export type { Device, MessageType } from "./protocol/topic";
export type { InstanceOptions, TlsOptions } from "./settings/instance";
export type { SettleMode, SubscribeOptions } from "./settings/subscribe";
export type { Counters, Delivery, SubscriptionState } from "./subscription/state";
export type { Subscription } from "./subscription/subscription";
export type { ErrorText, Language, Retry } from "./errors/entry";
export type { ErrorCode, ErrorDetails } from "./errors/error";
export type { Json } from "./protocol/json";
export type { Outcome } from "./protocol/amqp-message";
export type { PayloadFormat } from "./protocol/payload";
export type { SignMethod } from "./protocol/sign-in-values";
export { createSubscription } from "./subscription/subscription";
