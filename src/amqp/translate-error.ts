import {
  because,
  isIotAmqpError,
  NetworkError,
  ProtocolError,
  RefusalError,
  TlsError,
} from "../errors/error";
import { field, presentable, reasonOf } from "../errors/foreign-text";
import { meaningOfNodeCode } from "../errors/node-codes";
import { CONDITIONS, HUNG_UP, SASL_CODES } from "./failure-table";
import { Forbidden, TooLarge } from "./peer-errors";
import type { ErrorDetails, IotAmqpError } from "../errors/error";
import type { LinkEvents } from "./link";
import type { ForbiddenReason } from "./peer-errors";

/** What went wrong, where, as Node, rhea or the peer says it. */
export type Failure =
  /** No name server has answered. */
  | { readonly at: "look-up"; readonly afterMs: number }
  /** DNS, TCP or TLS: there was no usable socket yet. */
  | { readonly at: "connect"; readonly error: unknown }
  /** TLS material that cannot be read: nothing was tried. */
  | { readonly at: "tls"; readonly error: unknown }
  /** The socket afterwards; no error: the peer ended it without an AMQP close. */
  | { readonly at: "socket"; readonly error?: unknown }
  /** The code of a SASL outcome that is not OK. */
  | { readonly at: "sign-in"; readonly saslCode: number }
  /** The peer closed something; no error: without giving one. */
  | { readonly at: "close" | "end" | "detach"; readonly error?: unknown }
  /** What came could not be read. */
  | { readonly at: "protocol"; readonly error: unknown }
  | { readonly at: "forbidden"; readonly reason: ForbiddenReason }
  | { readonly at: "size"; readonly error: TooLarge }
  | {
      readonly at: "deadline";
      readonly code: "CONNECT_TIMEOUT" | "ATTACH_TIMEOUT" | "PEER_SILENT";
      readonly afterMs: number;
    }
  /** Something on our side threw: the signature, or the listener of an event. */
  | { readonly at: "signing"; readonly error: unknown }
  | { readonly at: "listener"; readonly event: keyof LinkEvents; readonly error: unknown }
  /** An error of this package already. */
  | { readonly at: "own"; readonly error: IotAmqpError };

/** What it means that the reading of what a peer has sent threw. */
export function readFailure(error: unknown): Failure {
  if (error instanceof TooLarge) return { at: "size", error };
  if (error instanceof Forbidden) return { at: "forbidden", reason: error.reason };
  return { at: "protocol", error };
}

/** The peer of the attempt: values for the texts' placeholders. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly consumerGroupId: string;
  /** Undefined: plain TCP. */
  readonly tls?: unknown;
  /** Whether its receiver link has worked: then it does speak AMQP 1.0. */
  readonly attached?: boolean;
}

/** Whether a server dropped us in the TLS handshake: TCP stood, as the error is not of `connect`. */
function isHandshakeCut(at: "connect" | "socket", error: unknown, { tls }: Peer): boolean {
  const name = presentable(field(error, "code"));
  const connecting = field(error, "syscall") === "connect";
  return at === "connect" && tls !== undefined && HUNG_UP.has(name) && !connecting;
}

function socketError(failure: { at: "connect" | "socket"; error?: unknown }, peer: Peer) {
  const { host, port } = peer;
  const { at, error } = failure;
  if (error === undefined) {
    return new NetworkError("CONNECTION_LOST", { host, port, ...because("noClose") });
  }
  const name = presentable(field(error, "code"));
  const details = { host, port, ...reasonOf(error) };
  if (isHandshakeCut(at, error, peer)) return new TlsError("TLS_INTERRUPTED", details, error);
  const code = meaningOfNodeCode(name);
  // TLS has noticed that bytes were altered on their way: nothing is wrong with how it was set up.
  if (peer.attached === true && code === "TLS_FAILED") {
    return new NetworkError("CONNECTION_CORRUPTED", details, error);
  }
  switch (code) {
    case "TLS_UNTRUSTED":
    case "TLS_HOSTNAME":
    case "TLS_EXPIRED":
    case "TLS_FAILED":
      return new TlsError(code, details, error);
    case "DNS_FAILED":
    case "CONNECTION_REFUSED":
      return new NetworkError(code, details, error);
    case undefined:
      return new NetworkError(
        at === "connect" ? "CONNECTION_FAILED" : "CONNECTION_LOST",
        details,
        error,
      );
  }
}

function signInError(number: number): IotAmqpError {
  const { code, reason } = SASL_CODES.get(number) ?? {
    code: "SIGN_IN_REFUSED",
    reason: "saslOther",
  };
  return new RefusalError(code, because(reason, { number }));
}

type Closing = Extract<Failure, { at: "close" | "end" | "detach" }>;

function closeError({ at, error }: Closing, { host, port, consumerGroupId: group }: Peer) {
  const condition = presentable(field(error, "condition"));
  const description = presentable(field(error, "description"));
  const details: ErrorDetails = {
    ...(condition === "" ? { conditionCode: "noCondition" } : { condition }),
    ...(description === "" ? { descriptionCode: "noDescription" } : { description }),
  };
  const code = CONDITIONS.get(condition);
  // A server that has not heard us in time says so with the condition of a limit. Its description
  // is the only difference: AMQP 1.0 has no condition of its own for an idle time-out.
  const idle = code === "TOO_MANY_CONNECTIONS" && /\bidle\b/i.test(description);
  if (code === undefined || idle) {
    return new RefusalError(at === "close" ? "CLOSED_BY_PLATFORM" : "LINK_CLOSED", details);
  }
  if (code === "PROTOCOL_VIOLATION") {
    return new ProtocolError(code, { host, port, ...because("answered", details) });
  }
  return new RefusalError(code, { group, ...details });
}

/** Something on our side threw; not its message, which might hold what was to be signed. */
function thrownError(
  failure: Extract<Failure, { at: "signing" | "listener" }>,
  { host, port }: Peer,
) {
  const { error } = failure;
  if (isIotAmqpError(error)) return error;
  const name = error instanceof Error ? error.name : typeof error;
  const why =
    failure.at === "signing"
      ? because("signInThrew", { name })
      : because("listenerThrew", { event: failure.event, name });
  return new NetworkError("CONNECTION_LOST", { host, port, ...why }, error);
}

/** Makes one of this package's errors of a foreign one. No user name, no secret gets into it. */
export function translateError(failure: Failure, peer: Peer): IotAmqpError {
  const { host, port } = peer;
  switch (failure.at) {
    case "connect":
    case "socket":
      return socketError(failure, peer);
    case "look-up":
      return new NetworkError(
        "DNS_FAILED",
        because("noNameServer", { host, seconds: failure.afterMs / 1_000 }),
      );
    case "sign-in":
      return signInError(failure.saslCode);
    case "close":
    case "end":
    case "detach":
      return closeError(failure, peer);
    case "tls": {
      const details = { host, port, ...reasonOf(failure.error) };
      return new TlsError("TLS_FAILED", details, failure.error);
    }
    case "protocol": {
      const { error } = failure;
      const details = { host, port, ...reasonOf(error) };
      return peer.attached === true
        ? new NetworkError("CONNECTION_CORRUPTED", details, error)
        : new ProtocolError("PROTOCOL_VIOLATION", details, error);
    }
    case "forbidden":
      // Also over a working link this is no damage: it would come again.
      return new ProtocolError("PROTOCOL_VIOLATION", { host, port, ...because(failure.reason) });
    case "size": {
      const { of, size, limit } = failure.error;
      const details = { host, port, ...because("frameSize", { size, limit }) };
      return peer.attached === true && of === "frame"
        ? new NetworkError("CONNECTION_CORRUPTED", details)
        : new ProtocolError("FRAME_TOO_LARGE", { host, size, limit });
    }
    case "deadline":
      return new NetworkError(failure.code, { host, port, seconds: failure.afterMs / 1_000 });
    case "signing":
    case "listener":
      return thrownError(failure, peer);
    case "own":
      return failure.error;
  }
}
