import type { Reason } from "./reasons";
import type { ErrorCode } from "./table";
import type { API_ERRORS } from "./table/api";
import type { COMMAND_ERRORS } from "./table/command";
import type { DIAGNOSIS_ERRORS } from "./table/diagnosis";
import type { REQUEST_ERRORS, STORE_ERRORS } from "./table/flow";
import type {
  DECODE_ERRORS,
  MESSAGE_ERRORS,
  PAYLOAD_ERRORS,
  SETTLEMENT_ERRORS,
} from "./table/message";
import type { NETWORK_ERRORS } from "./table/network";
import type { PROTOCOL_ERRORS, REFUSAL_ERRORS } from "./table/platform";
import type { INSTALLATION_ERRORS, SETTING_ERRORS } from "./table/settings";
import type { TLS_ERRORS } from "./table/tls";

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

  /** The message is for programmers; `errorText` has the text for users. */
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
export class SettingError extends IotAmqpError<keyof typeof SETTING_ERRORS> {}

/** What is installed beside this package does not fit it; `details` has both versions. */
export class InstallationError extends IotAmqpError<keyof typeof INSTALLATION_ERRORS> {}

/** The network or a deadline ended the attempt or the connection. */
export class NetworkError extends IotAmqpError<keyof typeof NETWORK_ERRORS> {}

/** TLS could not be set up. */
export class TlsError extends IotAmqpError<keyof typeof TLS_ERRORS> {}

/** The platform refused or ended something; `details.condition` is the AMQP condition, if any. */
export class RefusalError extends IotAmqpError<keyof typeof REFUSAL_ERRORS> {}

/** The peer broke the AMQP 1.0 protocol. */
export class ProtocolError extends IotAmqpError<keyof typeof PROTOCOL_ERRORS> {}

/** One message could not be decoded; the link lives on. */
export class DecodeError extends IotAmqpError<keyof typeof DECODE_ERRORS> {
  /** The message's bytes as they came, for a bug report. */
  readonly raw: Uint8Array;

  constructor(reason: string, raw: Uint8Array, cause?: unknown) {
    super("MESSAGE_UNDECODABLE", { reason, size: raw.length }, cause);
    this.raw = raw;
  }
}

/** A payload is not what the payload format asks for; the flow gets it as it came. */
export class PayloadError extends IotAmqpError<keyof typeof PAYLOAD_ERRORS> {}

/** A message is not what its type promises; nothing of it was used. */
export class MessageError extends IotAmqpError<keyof typeof MESSAGE_ERRORS> {}

/** The context store did not do what it was asked; nothing of the message was kept. */
export class StoreError extends IotAmqpError<keyof typeof STORE_ERRORS> {}

/** A delivery cannot be settled (again). */
export class SettlementError extends IotAmqpError<keyof typeof SETTLEMENT_ERRORS> {}

/** A flow's message asks for something that there is not; nothing was done. */
export class RequestError extends IotAmqpError<keyof typeof REQUEST_ERRORS> {}

/** The platform's API could not be asked, or refused the call: nothing was carried out. */
export class ApiError extends IotAmqpError<keyof typeof API_ERRORS> {}

/** A command to a device was refused, or its outcome is unknown. */
export class CommandError extends IotAmqpError<keyof typeof COMMAND_ERRORS> {}

/** Everything works, and yet nothing came. */
export class DiagnosisError extends IotAmqpError<keyof typeof DIAGNOSIS_ERRORS> {}
