import { connect as connectTcp, isIP } from "node:net";
import type { OnReadOpts, Socket } from "node:net";
import { connect as connectTls, createSecureContext, TLSSocket } from "node:tls";
import type { SecureContext } from "node:tls";
import { Dial } from "../network/dial";
import type { AddressAttempt, DialEnvironment } from "../network/dial";
import type { TlsOptions } from "../settings/instance";
import type { LinkRequest } from "./link";
import type { Failure } from "./translate-error";

/** Who listens to a socket; nothing comes after `closed`. */
export interface SocketOwner {
  /** TCP is done; only the connection test listens to it. */
  reached?(): void;
  /** TCP, and TLS on it, are done. */
  connected(socket: Socket): void;
  failed(failure: Failure): void;
  /** Whatever happened, this comes once. */
  closed(): void;
  /** Takes what was read, which the next read overwrites; without it nothing is read. */
  read?(chunk: Buffer): void;
}

/** libuv's own limit of one read. */
const READ_BYTES = 64 * 1024;

/** The name to ask for by SNI and to find in the certificate: the user's, or the host's. */
function serverName(host: string, wanted: string | undefined): { servername?: string } {
  if (wanted !== undefined && wanted !== "") return { servername: wanted };
  // RFC 6066 forbids addresses in SNI; Node then compares the certificate with the address itself.
  return isIP(host) === 0 ? { servername: host } : {};
}

/**
 * Lets Node read into one buffer of ours. Only then does `pause` really stop the reading; and no
 * buffer is made for each read.
 */
function reading(owner: SocketOwner): { onread?: OnReadOpts } {
  const read = owner.read?.bind(owner);
  if (read === undefined) return {};
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  const callback = (bytes: number): boolean => {
    read(buffer.subarray(0, bytes));
    return true;
  };
  return { onread: { buffer, callback } };
}

/** Reads certificates and keys. Throws what Node throws for such that it cannot read. */
export function readMaterial(tls: TlsOptions): SecureContext {
  return createSecureContext({ ...tls, minVersion: "TLSv1.2" });
}

/** What connects to one address. Throws what Node throws for TLS material that it cannot read. */
function opener({ port, tls }: LinkRequest, host: string, owner: SocketOwner) {
  const buffer = reading(owner);
  if (tls === undefined) {
    return (address: string): Socket => connectTcp({ ...buffer, host: address, port });
  }
  const options = {
    ...buffer,
    ...serverName(host, tls.servername),
    port,
    secureContext: readMaterial(tls),
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0, set for something else, changes nothing.
    rejectUnauthorized: tls.rejectUnauthorized ?? true,
  };
  return (address: string): Socket => connectTls({ ...options, host: address });
}

/** The way to a socket, and the socket that came of it. */
export class OpeningSocket {
  readonly #owner: SocketOwner;
  readonly #dial: Dial;
  #socket: Socket | undefined;

  /** Throws what Node throws for TLS material that it cannot read. */
  constructor(request: LinkRequest, owner: SocketOwner, environment: DialEnvironment) {
    this.#owner = owner;
    const host = request.host.replace(/^\[(.*)\]$/, "$1");
    const open = opener(request, host, owner);
    const connected = this.#watch.bind(this);
    const failed = (error: unknown) => {
      owner.failed({ at: "connect", error });
      owner.closed();
    };
    this.#dial = new Dial({ host, open }, { connected, failed }, environment);
  }

  /** What has become of the host's addresses. */
  get attempts(): readonly AddressAttempt[] {
    return this.#dial.attempts;
  }

  /** Whether no name server has answered yet. */
  get isLookingUp(): boolean {
    return this.#dial.isLookingUp;
  }

  /** Ends it, whatever it has reached; `closed` follows. */
  destroy(error?: Error): void {
    if (this.#socket !== undefined) this.#socket.destroy(error);
    else if (this.#dial.cancel()) process.nextTick(this.#owner.closed.bind(this.#owner));
  }

  #watch(socket: Socket): void {
    const owner = this.#owner;
    const isTls = socket instanceof TLSSocket;
    let at: "connect" | "socket" = isTls ? "connect" : "socket";
    this.#socket = socket;
    // Small frames (credit, outcomes) would wait for the peer's delayed TCP acknowledgement.
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      owner.failed({ at, error });
    });
    socket.on("end", () => {
      // Within the TLS handshake an error follows that says more.
      if (at === "socket") owner.failed({ at });
    });
    // The one event that every end has in common; rhea's `disconnected` is missing after some.
    socket.once("close", () => {
      owner.closed();
    });
    owner.reached?.();
    if (!isTls) {
      owner.connected(socket);
      return;
    }
    socket.once("secureConnect", () => {
      at = "socket";
      owner.connected(socket);
    });
  }
}
