import { after } from "node:test";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TlsOptions } from "node:tls";
import { Peer, PeerGone } from "./peer";

export type Script = (peer: Peer) => Promise<void> | void;

/** A server on loopback that runs the script on each connection. */
export class PeerServer {
  static readonly #running = new Set<PeerServer>();

  readonly peers: Peer[] = [];
  readonly #server: Server;
  #failure: unknown;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(script: Script, tls?: TlsOptions): Promise<PeerServer> {
    const server = tls === undefined ? createServer() : createTlsServer(tls);
    const own = new PeerServer(server);
    server.on(tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      const peer = new Peer(socket);
      own.peers.push(peer);
      Promise.resolve(script(peer)).catch((error: unknown) => {
        if (!(error instanceof PeerGone)) own.#failure ??= error;
      });
    });
    server.on("tlsClientError", () => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    PeerServer.#running.add(own);
    return own;
  }

  /** Ends those that failed tests have left; the file would else end at its time limit only. */
  static async stopAll(): Promise<void> {
    for (const server of PeerServer.#running) await server.stop();
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Throws what went wrong in a script. Not for a `finally`: it would hide the test's own failure. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Ends all connections. */
  async stop(): Promise<void> {
    PeerServer.#running.delete(this);
    for (const peer of this.peers) peer.socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

after(() => PeerServer.stopAll());
