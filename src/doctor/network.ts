import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { openSocket } from "../amqp/socket";
import { translateError } from "../amqp/translate-error";
import { certificateOf } from "./certificate";
import { Deferred } from "./deferred";
import type { LinkRequest } from "../amqp/link";
import type { Failure } from "../amqp/translate-error";
import type { Clock } from "../clock";
import type { Certificate } from "./certificate";

/** How long each step on the network may take. */
const STEP_MS = 10_000;
const TOO_LATE: Failure = { at: "deadline", code: "CONNECT_TIMEOUT", afterMs: STEP_MS };

/** All addresses of a host name, in the order in which they are tried. Throws NetworkError. */
export async function addressesOf(request: LinkRequest, clock: Clock): Promise<string[]> {
  const { host } = request;
  if (isIP(host) !== 0) return [host];
  const found = lookup(host, { all: true }).then(
    (addresses) => addresses.map(({ address }) => address),
    (error: unknown) => {
      throw translateError({ at: "connect", error }, request);
    },
  );
  return await inTime(found, request, clock);
}

/** Rejects with CONNECT_TIMEOUT where an answer takes too long. */
function inTime<T>(answer: Promise<T>, request: LinkRequest, clock: Clock): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(STEP_MS, () => {
      reject(translateError(TOO_LATE, request));
    });
    answer.then(resolve, reject).finally(cancel);
  });
}

/** What a connection reached. */
export interface Secured {
  /** Such as `TLSv1.3`; undefined over plain TCP. */
  readonly protocol: string | undefined;
  readonly certificate: Certificate | undefined;
}

/** A connection under way; each promise rejects with IotAmqpError. */
export interface Reaching {
  /** The address that answered. */
  readonly tcp: Promise<string>;
  readonly tls: Promise<Secured>;
  /** Ends it, whatever it has reached. */
  end(): void;
}

/** Throws TlsError for certificates and keys that Node.js cannot read; it connects nowhere. */
export function checkMaterial(request: LinkRequest): void {
  try {
    createSecureContext(request.tls);
  } catch (error) {
    throw translateError({ at: "tls", error }, request);
  }
}

/**
 * Connects as a link does, with the same socket and the same rules, but says nothing over it.
 * The TLS material must be readable.
 */
export function reach(request: LinkRequest, clock: Clock): Reaching {
  const tcp = new Deferred<string>();
  const tls = new Deferred<Secured>();
  const failed = (failure: Failure) => {
    const error = translateError(failure, request);
    tcp.reject(error);
    tls.reject(error);
    socket.destroy();
  };
  const socket = openSocket(request, {
    up: () => {
      const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null;
      tls.resolve({ protocol: protocol ?? undefined, certificate: certificateOf(socket) });
    },
    failed,
    gone: () => {
      cancel();
      failed({ at: "socket" });
    },
  });
  const cancel = clock.after(STEP_MS, () => {
    failed(TOO_LATE);
  });
  socket.once("connect", () => {
    tcp.resolve(socket.remoteAddress ?? request.host);
  });
  return { tcp: tcp.promise, tls: tls.promise, end: () => socket.destroy() };
}

/**
 * Looks at the certificate of a server that was refused for it: a second connection, over which
 * nothing but the handshake is sent. Resolves with undefined where there is nothing to be seen.
 */
export async function refusedCertificate(
  request: LinkRequest,
  clock: Clock,
): Promise<Certificate | undefined> {
  const tls = { ...request.tls, rejectUnauthorized: false };
  const reaching = reach({ ...request, tls }, clock);
  try {
    return (await reaching.tls).certificate;
  } catch {
    return undefined;
  } finally {
    reaching.end();
  }
}
