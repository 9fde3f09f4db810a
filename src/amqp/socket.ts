import { connect as connectTcp, isIP } from "node:net";
import type { OnReadOpts, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { LinkRequest } from "./link";
import type { Failure } from "./translate-error";

/** Who listens to a socket; nothing comes after `closed`. */
export interface SocketOwner {
  /** TCP, and TLS on it, are done. */
  connected(): void;
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

function connect({ host, port, tls }: LinkRequest, owner: SocketOwner): Socket {
  const address = host.replace(/^\[(.*)\]$/, "$1");
  if (tls === undefined) return connectTcp({ host: address, port, ...reading(owner) });
  const { servername, ...material } = tls;
  return connectTls({
    ...material,
    ...reading(owner),
    ...serverName(address, servername),
    host: address,
    port,
    minVersion: "TLSv1.2",
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0, set for something else, changes nothing.
    rejectUnauthorized: material.rejectUnauthorized ?? true,
  });
}

/** Starts to connect. Throws what Node throws for TLS material that it cannot read. */
export function openSocket(request: LinkRequest, owner: SocketOwner): Socket {
  const socket = connect(request, owner);
  let at: "connect" | "socket" = "connect";
  // Small frames (credit, outcomes) would wait for the peer's delayed TCP acknowledgement.
  socket.setNoDelay(true);
  socket.once(request.tls === undefined ? "connect" : "secureConnect", () => {
    at = "socket";
    owner.connected();
  });
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
  return socket;
}
