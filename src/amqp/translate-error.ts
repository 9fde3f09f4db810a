import { IotAmqpError, NetworkError, ProtocolError, RefusalError, TlsError } from "../errors/error";
import { because, TEXTS } from "../errors/texts";
import { CONDITIONS, HUNG_UP, NODE_CODES, OWN_WORDS, SASL_CODES, TLS_CODE } from "./failure-table";
import type { ErrorDetails } from "../errors/error";
import type { TooLarge } from "./frame-cutter";

/** What went wrong, where, as Node, rhea or the peer says it. */
export type Failure =
  /** DNS, TCP or TLS: there was no usable socket yet. */
  | { readonly at: "connect"; readonly error: unknown }
  /** TLS material that cannot be read: nothing was tried. */
  | { readonly at: "tls"; readonly error: unknown }
  /** The socket afterwards; no error: the peer ended it without a word of AMQP. */
  | { readonly at: "socket"; readonly error?: unknown }
  /** SASL; `text` is rhea's, the only place where it gives the outcome code. */
  | { readonly at: "sign-in"; readonly text: string }
  /** The peer closed something; no error: without giving one. */
  | { readonly at: "close" | "end" | "detach"; readonly error?: unknown }
  /** What came could not be read, or must not come. */
  | { readonly at: "protocol"; readonly error: unknown }
  | { readonly at: "size"; readonly error: TooLarge }
  | {
      readonly at: "deadline";
      readonly code: "CONNECT_TIMEOUT" | "ATTACH_TIMEOUT" | "PEER_SILENT";
      readonly afterMs: number;
    }
  /** Something on our side threw. */
  | { readonly at: "own"; readonly doing: string; readonly error: unknown };

/** Whom the attempt talked to: values for the texts' placeholders. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  readonly consumerGroupId: string;
  /** Undefined: plain TCP. */
  readonly tls?: unknown;
  /** Whether its receiver link has worked: then it does speak AMQP 1.0. */
  readonly attached?: boolean;
}

/** A peer's text may be long, and may even repeat our user name with the STS token in it. */
const MAX_TEXT_LENGTH = 300;
const SECRET = /(securityToken=)[^,|\s]*/gi;

/** Text of a foreign source, fit to be shown. */
function presentable(text: unknown): string {
  if (typeof text !== "string") return "";
  const plain = text.replace(SECRET, "$1…").replace(/[\p{Cc}\p{Cf}\s]+/gu, " ");
  // Our texts go on after it, with a full stop of their own.
  return plain
    .trim()
    .slice(0, MAX_TEXT_LENGTH)
    .replace(/[.。]+$/, "");
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** One line about an error: OpenSSL's short reason where there is one, with the code. */
function reasonOf(error: unknown): ErrorDetails {
  const code = presentable(field(error, "code"));
  // Of several addresses that failed, Node gives an AggregateError with an empty message.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const text =
    presentable(field(error, "reason")) ||
    presentable(field(error, "message")) ||
    presentable(field(first, "message"));
  const own = OWN_WORDS.get(text);
  if (own !== undefined) return because(own);
  if (text === "") return code === "" ? because("noReason") : { reason: code };
  return { reason: code === "" || text.includes(code) ? text : `${text} (${code})` };
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
  const code = NODE_CODES.get(name) ?? (TLS_CODE.test(name) ? "TLS_FAILED" : undefined);
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

function signInError(text: string, { host, port }: Peer): IotAmqpError {
  const outcome = /^Failed to authenticate: (\d+)/.exec(text);
  if (outcome === null) {
    // rhea calls it a failed sign-in; but a server without PLAIN is not the platform's.
    return new ProtocolError("PROTOCOL_VIOLATION", { host, port, reason: presentable(text) });
  }
  const number = Number(outcome[1]);
  const { code, reason } = SASL_CODES.get(number) ?? {
    code: "SIGN_IN_REFUSED",
    reason: "saslOther",
  };
  return new RefusalError(code, because(reason, { number }));
}

/** What the peer said with a close; what it did not say is our own word, in any language. */
function said({ at, error }: { at: "close" | "end" | "detach"; error?: unknown }) {
  const condition = presentable(field(error, "condition"));
  const description = presentable(field(error, "description"));
  return {
    condition: condition || at,
    ...(condition === "" ? { conditionCode: "noCondition" } : {}),
    description: description || TEXTS["en-US"].reasons.noDescription,
    ...(description === "" ? { descriptionCode: "noDescription" } : {}),
  };
}

function closeError(failure: { at: "close" | "end" | "detach"; error?: unknown }, peer: Peer) {
  const { host, port, consumerGroupId: group } = peer;
  const details = said(failure);
  const code = CONDITIONS.get(details.condition);
  // A server that has not heard us in time says so with the condition of a limit.
  const idle = code === "TOO_MANY_CONNECTIONS" && /\bidle\b/i.test(details.description);
  if (code === undefined || idle) {
    const closed = failure.at === "close" ? "CLOSED_BY_PLATFORM" : "LINK_CLOSED";
    return new RefusalError(closed, details);
  }
  if (code === "PROTOCOL_VIOLATION") {
    return new ProtocolError(code, { host, port, ...because("answered", details) });
  }
  return new RefusalError(code, { group, ...details });
}

function isOurs(error: unknown): error is IotAmqpError {
  return error instanceof IotAmqpError;
}

/** Makes one of this package's errors of a foreign one. No user name, no secret gets into it. */
export function translateError(failure: Failure, peer: Peer): IotAmqpError {
  const { host, port } = peer;
  switch (failure.at) {
    case "connect":
    case "socket":
      return socketError(failure, peer);
    case "sign-in":
      return signInError(failure.text, peer);
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
      // What could be read but must not come is no damage: it would come again.
      const forbidden = OWN_WORDS.has(presentable(field(error, "message")));
      return peer.attached === true && !forbidden
        ? new NetworkError("CONNECTION_CORRUPTED", details, error)
        : new ProtocolError("PROTOCOL_VIOLATION", details, error);
    }
    case "size": {
      const { of, size, limit } = failure.error;
      const details = { host, port, ...because("frameSize", { size, limit }) };
      return peer.attached === true && of === "frame"
        ? new NetworkError("CONNECTION_CORRUPTED", details)
        : new ProtocolError("FRAME_TOO_LARGE", { host, size, limit });
    }
    case "deadline":
      return new NetworkError(failure.code, { host, port, seconds: failure.afterMs / 1_000 });
    case "own": {
      if (isOurs(failure.error)) return failure.error;
      // Not its message: that is foreign code's, and might hold what was to be signed.
      const name = failure.error instanceof Error ? failure.error.name : typeof failure.error;
      const { doing } = failure;
      const why = doing === "signing in" ? "signInThrew" : "ownThrew";
      const details = { host, port, ...because(why, { doing, name }) };
      return new NetworkError("CONNECTION_LOST", details, failure.error);
    }
  }
}
