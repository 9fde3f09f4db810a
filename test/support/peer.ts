import { after } from "node:test";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { TlsOptions } from "node:tls";
import {
  AMQP_HEADER,
  CODE,
  described,
  frame,
  no,
  nothing,
  readFrame,
  SASL_HEADER,
  symbol,
  text,
  ubyte,
  uint,
  yes,
} from "./peer-frames";
import type { ReadFrame } from "./peer-frames";

/** A frame that does not come within this time is a failure, in ms. */
const PATIENCE_MS = 5_000;

/** The script's connection has gone: no failure by itself. */
class PeerGone extends Error {}

/** What a server may say in its begin and attach as it likes. */
export interface Numbers {
  /** On which the peer's own frames go. */
  readonly channel: number;
  /** What the peer calls the link. */
  readonly handle: number;
  /** Of the begin: the number of the first transfer frame. */
  readonly nextOutgoingId: number;
  /** Of the attach. */
  readonly initialDeliveryCount: number;
}

export const NUMBERS: Numbers = {
  channel: 0,
  handle: 0,
  nextOutgoingId: 0,
  initialDeliveryCount: 0,
};

/** One connection, seen from a server that does only what its script says. */
export class Peer {
  readonly socket: Socket;
  /** All frames that came, in order; headers have the code -1, empty frames 0. */
  readonly frames: ReadFrame[] = [];
  /** Called for each frame as it comes. */
  onFrame: ((read: ReadFrame) => void) | undefined;
  #channel = NUMBERS.channel;
  #buffer: Buffer = Buffer.alloc(0);
  #taken = 0;
  #wake: (() => void) | undefined;
  #gone = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#read();
      this.#wake?.();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#gone = true;
      this.#wake?.();
    });
  }

  /** Whether the connection is no more, and all that the client wrote has been read. */
  get gone(): boolean {
    return this.#gone;
  }

  #read(): void {
    for (;;) {
      const header = this.#buffer.subarray(0, 4).toString("latin1") === "AMQP";
      const size = this.#buffer.length < 4 ? Infinity : header ? 8 : this.#buffer.readUInt32BE();
      if (this.#buffer.length < size) return;
      const bytes = this.#buffer.subarray(0, size);
      this.#buffer = this.#buffer.subarray(size);
      const read = header ? { code: -1, fields: [], bytes } : readFrame(bytes);
      this.frames.push(read);
      this.onFrame?.(read);
    }
  }

  /** The next frame of that code, after those expected before. */
  async expect(code: number): Promise<ReadFrame> {
    const timer = setTimeout(() => this.#wake?.(), PATIENCE_MS);
    const sinceMs = Date.now();
    try {
      for (;;) {
        for (; this.#taken < this.frames.length; this.#taken += 1) {
          const read = this.frames[this.#taken];
          if (read?.code !== code) continue;
          this.#taken += 1;
          return read;
        }
        if (this.#gone) throw new PeerGone(`The client went before frame ${code} came.`);
        if (Date.now() - sinceMs >= PATIENCE_MS) throw new Error(`No frame ${code} came.`);
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  send(...chunks: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(chunks));
  }

  performative(
    code: number,
    fields: readonly Buffer[] = [],
    payload: Buffer = Buffer.alloc(0),
  ): void {
    const whole = frame(Buffer.concat([described(code, fields), payload]));
    whole.writeUInt16BE(this.#channel, 6);
    this.send(whole);
  }

  /** SASL up to the outcome; resolves with the initial response. */
  async signIn(code = 0, mechanism = "PLAIN"): Promise<Buffer> {
    await this.expect(-1);
    this.send(SASL_HEADER, frame(described(CODE.mechanisms, [symbol(mechanism)]), "sasl"));
    const init = await this.expect(CODE.init);
    this.send(frame(described(CODE.outcome, [ubyte(code)]), "sasl"));
    return init.fields[1] instanceof Buffer ? init.fields[1] : Buffer.alloc(0);
  }

  /** Signed in and open; `idleTimeoutMs` 0: the open asks for no heartbeats. */
  async open(idleTimeoutMs = 0): Promise<ReadFrame> {
    await this.signIn();
    await this.expect(-1);
    this.send(AMQP_HEADER);
    const idle = idleTimeoutMs === 0 ? nothing : uint(idleTimeoutMs);
    this.performative(CODE.open, [text("peer"), nothing, uint(65_536), nothing, idle]);
    return this.expect(CODE.open);
  }

  /** Open, and the client's receiver link attached; resolves with the client's attach. */
  async attach(idleTimeoutMs = 0, numbers: Partial<Numbers> = {}): Promise<ReadFrame> {
    const { channel, handle, nextOutgoingId, initialDeliveryCount } = { ...NUMBERS, ...numbers };
    await this.open(idleTimeoutMs);
    const { bytes } = await this.expect(CODE.begin);
    const attach = await this.expect(CODE.attach);
    const [name] = attach.fields;
    const remoteChannel = Buffer.concat([Buffer.from([0x60]), bytes.subarray(6, 8)]);
    this.#channel = channel;
    this.performative(CODE.begin, [remoteChannel, uint(nextOutgoingId), uint(1_000), uint(1_000)]);
    this.performative(CODE.attach, [
      text(String(name)),
      uint(handle),
      no,
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
      nothing,
      uint(initialDeliveryCount),
    ]);
    return attach;
  }

  /** One transfer frame of the delivery `id`. */
  transfer(id: number, payload: Buffer, flags: { more?: boolean; aborted?: boolean } = {}): void {
    const { more = false, aborted = false } = flags;
    this.performative(
      CODE.transfer,
      [
        uint(0),
        uint(id),
        Buffer.concat([Buffer.from([0xa0, 1]), Buffer.from([id % 256])]),
        uint(0),
        no,
        more ? yes : no,
        nothing,
        nothing,
        no,
        aborted ? yes : no,
      ],
      payload,
    );
  }
}

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
    for (const server of PeerServer.#running) await server.stop().catch(() => undefined);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections; rejects with what went wrong in a script. */
  async stop(): Promise<void> {
    PeerServer.#running.delete(this);
    for (const peer of this.peers) peer.socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
    if (this.#failure !== undefined) throw this.#failure as Error;
  }
}

after(() => PeerServer.stopAll());
