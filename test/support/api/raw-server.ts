import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

/** A TCP server on loopback that does to each connection what it is told, and counts bytes. */
export class RawServer {
  /** All that has come, over all connections. */
  received = Buffer.alloc(0);
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(accept: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("data", (chunk) => {
        this.received = Buffer.concat([this.received, chunk]);
      });
      accept(socket);
    });
  }

  static async start(accept: (socket: Socket) => void): Promise<RawServer> {
    const server = new RawServer(accept);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Runs a test against a server of its own. */
export async function withRawServer(
  accept: (socket: Socket) => void,
  run: (server: RawServer) => Promise<void>,
): Promise<void> {
  const server = await RawServer.start(accept);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}
