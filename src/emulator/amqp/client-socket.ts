import { EventEmitter } from "node:events";
import type { Socket } from "node:net";

interface ClientSocketEvents {
  data: [Buffer];
  end: [];
  error: [Error];
  close: [];
}

interface HeldBack {
  readonly written: Buffer[];
  readonly read: Buffer[];
  readBytes: number;
  ended: boolean;
}

/** While a socket is held, no more than this is kept of what its client sends. */
const MAX_READ_BYTES = 1_048_576;

/**
 * A client's socket, as rhea sees it. While it is held, bytes wait in both directions, and only its
 * end is reported; once released, they go on.
 */
export class ClientSocket extends EventEmitter<ClientSocketEvents> {
  /** Address and port of the client. */
  readonly peer: string;
  readonly #socket: Socket;
  readonly #tcp: Socket;
  #held: HeldBack | undefined;

  /** `tcp`: what lies below `socket`, if that is TLS. */
  constructor(socket: Socket, tcp: Socket) {
    super();
    this.#socket = socket;
    this.#tcp = tcp;
    this.peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
    socket.on("data", (chunk: Buffer) => {
      this.#read(chunk);
    });
    socket.on("end", () => this.emit("end"));
    socket.on("error", (error) => {
      // rhea removes its listeners, and an error without a listener would end the process.
      if (this.listenerCount("error") > 0) this.emit("error", error);
    });
    socket.once("close", () => this.emit("close"));
  }

  setNoDelay(noDelay: boolean): void {
    this.#socket.setNoDelay(noDelay);
  }

  write(bytes: Buffer): void {
    if (this.#held === undefined) this.#socket.write(bytes);
    else this.#held.written.push(bytes);
  }

  end(): void {
    if (this.#held === undefined) this.#socket.end();
    else this.#held.ended = true;
  }

  destroy(error?: Error): void {
    this.#socket.destroy(error);
  }

  /** Ends it with a TCP reset, under TLS too. */
  reset(): void {
    this.#tcp.resetAndDestroy();
  }

  hold(): void {
    this.#held ??= { written: [], read: [], readBytes: 0, ended: false };
  }

  release(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    if (held.written.length > 0) this.#socket.write(Buffer.concat(held.written));
    if (held.ended) this.#socket.end();
    for (const chunk of held.read) this.#read(chunk);
    this.#socket.resume();
  }

  #read(chunk: Buffer): void {
    const held = this.#held;
    if (held === undefined) {
      this.emit("data", chunk);
      return;
    }
    held.read.push(chunk);
    held.readBytes += chunk.length;
    // Not sooner: Node reports the end of a socket only while it is read.
    if (held.readBytes > MAX_READ_BYTES) this.#socket.pause();
  }
}
