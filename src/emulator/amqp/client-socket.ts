import { EventEmitter } from "node:events";
import type { Socket } from "node:net";

interface WireEvents {
  data: [Buffer];
  end: [];
  error: [Error];
  close: [];
}

interface Held {
  readonly written: Buffer[];
  readonly read: Buffer[];
  readBytes: number;
  ended: boolean;
}

/** Of a client that is not heard so much is kept; then its socket is not read any more. */
const MAX_READ_BYTES = 1_048_576;

/**
 * A client's socket, as rhea sees it. While it is held nothing is written and nothing that comes is
 * told, except its end; once released, what was held goes on.
 */
export class Wire extends EventEmitter<WireEvents> {
  /** Address and port of the client. */
  readonly peer: string;
  readonly #socket: Socket;
  readonly #tcp: Socket;
  #held: Held | undefined;

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
      // rhea takes its listeners off, and an error that nobody hears would end the process.
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

  /** Ends it with a TCP reset, also below TLS. */
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
    // Not sooner: of a socket that is not read, Node does not tell that the client has gone.
    if (held.readBytes > MAX_READ_BYTES) this.#socket.pause();
  }
}
