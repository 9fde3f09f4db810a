import { createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { ClientSocket } from "./client-socket";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Cancel } from "../../clock";
import type { EmulatorOptions } from "../options";

/** First byte of a ClientHello (RFC 8446, content type 22); AMQP begins with an A. */
const TLS_HANDSHAKE = 0x16;

/** Takes clients that are ready to speak AMQP. */
export interface Clients {
  /** `cancelDeadline`: to be called once the client has signed in and opened. */
  accept(socket: ClientSocket, cancelDeadline: Cancel): void;
}

/** The listening socket, plain or TLS, and the sockets that it has accepted. */
export class Listener {
  readonly #options: EmulatorOptions;
  readonly #clients: Clients;
  readonly #server: Server;
  /** By remote end: over TLS the socket that speaks AMQP is not the one that was accepted. */
  readonly #accepted = new Map<
    string,
    { readonly socket: Socket; readonly cancelDeadline: Cancel }
  >();

  constructor(options: EmulatorOptions, clients: Clients) {
    this.#options = options;
    this.#clients = clients;
    const { cert, key } = options;
    this.#server =
      cert === undefined || key === undefined ? this.#plainServer() : this.#tlsServer(cert, key);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Rejects with Node's error, for instance when the port is in use. */
  start(): Promise<void> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off("error", reject);
        // A failed accept (too many open files) must not end the process.
        this.#server.on("error", (error) => {
          this.#options.log(`listening socket: ${error.message}`);
        });
        resolve();
      });
    });
  }

  /** Accepts nothing more; resolves when the last socket is gone. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  /** Ends the sockets that are left. */
  destroySockets(): void {
    for (const { socket } of this.#accepted.values())
      socket.destroy(new Error("the emulator stops"));
  }

  #plainServer(): Server {
    return createTcpServer((socket) => {
      this.#startDeadline(socket);
      this.#handOver(socket);
      socket.once("data", (bytes: Buffer) => {
        if (bytes[0] !== TLS_HANDSHAKE) return;
        this.#options.log(
          `[${remoteEnd(socket)}] a TLS client on a plain port: ` +
            "switch TLS off there, or start the emulator with --cert and --key",
        );
      });
    });
  }

  #tlsServer(cert: string, key: string): Server {
    const server = createTlsServer({
      cert,
      key,
      minVersion: "TLSv1.2",
      handshakeTimeout: this.#options.signInTimeoutMs,
    });
    server.on("connection", (socket: Socket) => {
      this.#startDeadline(socket);
    });
    server.on("secureConnection", (socket) => {
      this.#handOver(socket);
    });
    server.on("tlsClientError", (error, socket) => {
      this.#options.log(`TLS handshake failed: ${error.message}`);
      socket.destroy();
    });
    return server;
  }

  #handOver(socket: Socket): void {
    const { socket: tcp = socket, cancelDeadline = () => undefined } =
      this.#accepted.get(remoteEnd(socket)) ?? {};
    this.#clients.accept(new ClientSocket(socket, tcp), cancelDeadline);
  }

  #startDeadline(socket: Socket): void {
    const { clock, signInTimeoutMs, log } = this.#options;
    const end = remoteEnd(socket);
    const cancelDeadline = clock.after(signInTimeoutMs, () => {
      log(`[${end}] ended: not signed in within ${signInTimeoutMs} ms`);
      socket.destroy(new Error("not signed in"));
    });
    this.#accepted.set(end, { socket, cancelDeadline });
    socket.on("error", () => undefined);
    socket.once("close", () => {
      cancelDeadline();
      this.#accepted.delete(end);
    });
  }
}

function remoteEnd(socket: Socket): string {
  return `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
}
