import type { Reason } from "./reasons";
import type { ErrorCode } from "./table";

export type { Retry } from "./entry";
export type { ErrorCode } from "./table";

/**
 * Values for the placeholders of the error's text; never a secret. A key that ends in `Code` names
 * a text for the detail without it: `reasonCode` one for `reason`.
 */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** Details that say why, by the name of a text. */
export function because(reasonCode: Reason, details: ErrorDetails = {}): ErrorDetails {
  return { ...details, reasonCode };
}

/** What every error of this package is: a code, and details for its text. */
export class IotAmqpError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly details: ErrorDetails;

  /** The message is for programmers; `errorText` tells the error to people. */
  constructor(code: Code, details: ErrorDetails = {}, cause?: unknown) {
    const values = Object.entries(details).map(([key, value]) => `${key}=${value}`);
    super(
      values.length === 0 ? code : `${code}: ${values.join(", ")}`,
      cause === undefined ? undefined : { cause },
    );
    this.name = new.target.name;
    this.code = code;
    this.details = details;
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
