import { errorText } from "./texts";

/**
 * What follows a failed attempt: `fast` = try again in seconds (the network), `slow` = in minutes
 * (a refusal that somebody has to mend, so that hurry only uses up the connect limit),
 * `never` = a wrong local setting, or nothing that an attempt could mend.
 */
export type Retry = "fast" | "slow" | "never";

/** Every error code and its retry class. What may be retried is data, not a chain of conditions. */
export const RETRY_BY_CODE = {
  // Local settings
  SETTING_MISSING: "never",
  SETTING_INVALID: "never",
  ENV_MISSING: "never",
  TLS_REQUIRED: "never",
  PORT_IN_USE: "never",
  LISTEN_FAILED: "never",
  FILE_UNREADABLE: "never",
  SCENARIO_INVALID: "never",
  // This installation
  RHEA_MISMATCH: "never",
  // The network
  DNS_FAILED: "fast",
  CONNECTION_REFUSED: "fast",
  CONNECTION_FAILED: "fast",
  CONNECTION_LOST: "fast",
  CONNECTION_CORRUPTED: "fast", // the peer has spoken AMQP before: what is unreadable was damaged
  CONNECT_TIMEOUT: "fast",
  ATTACH_TIMEOUT: "fast",
  PEER_SILENT: "fast",
  // A certificate does not mend itself within seconds.
  TLS_UNTRUSTED: "slow",
  TLS_HOSTNAME: "slow",
  TLS_EXPIRED: "slow",
  TLS_FAILED: "slow",
  TLS_INTERRUPTED: "fast", // a port without TLS, but a server that restarts looks the same
  // The platform's answers
  SIGN_IN_REFUSED: "slow",
  SIGN_IN_UNAVAILABLE: "fast", // SASL codes 2 and 4: the server's trouble, not the credentials
  GROUP_NOT_FOUND: "slow",
  TOO_MANY_CONNECTIONS: "slow",
  CONNECT_LIMIT: "fast", // our own limiter, which knows when the next attempt is allowed
  REFUSED: "slow",
  CLOSED_BY_PLATFORM: "fast", // load balancing and releases: normal, and no fault of ours
  LINK_CLOSED: "fast",
  // A peer that does not speak AMQP 1.0 as it should
  PROTOCOL_VIOLATION: "slow",
  FRAME_TOO_LARGE: "slow",
  // One message
  MESSAGE_UNDECODABLE: "never",
  PAYLOAD_FORMAT: "never",
  MESSAGE_MALFORMED: "never",
  // Settling
  DELIVERY_SETTLED: "never",
  DELIVERY_EXPIRED: "never",
  DELIVERY_LINK_LOST: "never",
  DELIVERY_UNKNOWN: "never",
  ACK_TIMEOUT: "never",
  // What a flow asks for
  DELIVERY_MISSING: "never",
  OUTCOME_INVALID: "never",
  ACTION_INVALID: "never",
  DEVICE_MISSING: "never",
  FILTER_INVALID: "never",
  DELIVERY_DROPPED: "never",
  // The context store that keeps the device states
  STORE_FAILED: "never",
  STORE_BUSY: "never",
  // The diagnosis
  NO_MESSAGE: "never", // connected: another attempt would bring no more
} as const satisfies Record<string, Retry>;

export type ErrorCode = keyof typeof RETRY_BY_CODE;

/**
 * Values for the placeholders of the error's text; never a secret. A key that ends in `Code` names
 * a text that takes the place of the detail without it: `reasonCode` that of `reason`.
 */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** What every error of this package is: a code, its retry class, and details for its text. */
export class IotAmqpError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails;

  constructor(code: Code, details: ErrorDetails = {}, cause?: unknown) {
    const { text, remedy } = errorText(code, details);
    super(`${text} ${remedy}`, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.details = details;
  }

  get retry(): Retry {
    return RETRY_BY_CODE[this.code];
  }
}

/** `instanceof` alone leaves the code's type open. */
export function isIotAmqpError(thrown: unknown): thrown is IotAmqpError {
  return thrown instanceof IotAmqpError;
}

/** A local setting is missing or wrong; `details.setting` is the property's name. */
export class SettingError extends IotAmqpError<
  | "SETTING_MISSING"
  | "SETTING_INVALID"
  | "ENV_MISSING"
  | "TLS_REQUIRED"
  | "PORT_IN_USE"
  | "LISTEN_FAILED"
  | "FILE_UNREADABLE"
  | "SCENARIO_INVALID"
> {}

/** What is installed beside this package does not fit it; `details` has both versions. */
export class InstallationError extends IotAmqpError<"RHEA_MISMATCH"> {}

/** The network or a deadline ended the attempt or the connection. */
export class NetworkError extends IotAmqpError<
  | "DNS_FAILED"
  | "CONNECTION_REFUSED"
  | "CONNECTION_FAILED"
  | "CONNECTION_LOST"
  | "CONNECTION_CORRUPTED"
  | "CONNECT_TIMEOUT"
  | "ATTACH_TIMEOUT"
  | "PEER_SILENT"
> {}

/** TLS could not be set up. */
export class TlsError extends IotAmqpError<
  "TLS_UNTRUSTED" | "TLS_HOSTNAME" | "TLS_EXPIRED" | "TLS_FAILED" | "TLS_INTERRUPTED"
> {}

/** The platform refused or ended something; `details.condition` is the AMQP condition, if any. */
export class RefusalError extends IotAmqpError<
  | "SIGN_IN_REFUSED"
  | "SIGN_IN_UNAVAILABLE"
  | "GROUP_NOT_FOUND"
  | "TOO_MANY_CONNECTIONS"
  | "CONNECT_LIMIT"
  | "REFUSED"
  | "CLOSED_BY_PLATFORM"
  | "LINK_CLOSED"
> {}

/** The peer broke the AMQP 1.0 protocol. */
export class ProtocolError extends IotAmqpError<"PROTOCOL_VIOLATION" | "FRAME_TOO_LARGE"> {}

/** One message could not be decoded; the link lives on. */
export class DecodeError extends IotAmqpError<"MESSAGE_UNDECODABLE"> {
  /** The message's bytes as they came, for a bug report. */
  readonly raw: Uint8Array;

  constructor(reason: string, raw: Uint8Array, cause?: unknown) {
    super("MESSAGE_UNDECODABLE", { reason, size: raw.length }, cause);
    this.raw = raw;
  }
}

/** A payload is not what the payload format asks for; the flow gets it as it came. */
export class PayloadError extends IotAmqpError<"PAYLOAD_FORMAT"> {}

/** A message is not what its type promises; nothing of it was used. */
export class MessageError extends IotAmqpError<"MESSAGE_MALFORMED" | "DELIVERY_DROPPED"> {}

/** The context store did not do what it was asked; nothing of the message was kept. */
export class StoreError extends IotAmqpError<"STORE_FAILED" | "STORE_BUSY"> {}

/** A delivery cannot be settled (again). */
export class SettlementError extends IotAmqpError<
  | "DELIVERY_SETTLED"
  | "DELIVERY_EXPIRED"
  | "DELIVERY_LINK_LOST"
  | "DELIVERY_UNKNOWN"
  | "ACK_TIMEOUT"
> {}

/** A flow's message asks for something that there is not; nothing was done. */
export class RequestError extends IotAmqpError<
  "DELIVERY_MISSING" | "OUTCOME_INVALID" | "ACTION_INVALID" | "DEVICE_MISSING" | "FILTER_INVALID"
> {}

/** Everything works, and yet nothing came. */
export class DiagnosisError extends IotAmqpError<"NO_MESSAGE"> {}
