import type { Socket } from "node:net";
import { CODE, encode, nothing, uint } from "./frames";
import { HEADER, readFrames } from "./read-frames";
import { amqp, attach, begin, greeting, NUMBERS, opening, saslOutcome, transfer } from "./replies";
import { PATIENCE_MS } from "../time/until";
import { Waiters } from "../time/waiters";
import type { Performative } from "./frames";
import type { ReadFrame } from "./read-frames";
import type { Numbers } from "./replies";

/** The script's connection has gone: no failure by itself. */
export class PeerGone extends Error {}

/** One connection, seen from a server that does only what its script says. */
export class Peer {
  readonly socket: Socket;
  /** All frames that came, in order. */
  readonly frames: ReadFrame[] = [];
  /** Called for each frame as it comes. */
  onFrame: ((read: ReadFrame) => void) | undefined;
  #channel = NUMBERS.channel;
  #taken = 0;
  readonly #waiters = new Waiters();
  #gone = false;

  constructor(socket: Socket) {
    this.socket = socket;
    readFrames(socket, (read) => {
      this.frames.push(read);
      this.onFrame?.(read);
      this.#waiters.wake();
    });
    socket.on("close", () => {
      this.#gone = true;
      this.#waiters.wake();
    });
  }

  /** Whether the connection is no more, and all that the client wrote has been read. */
  get gone(): boolean {
    return this.#gone;
  }

  /** The next frame of that code, after those expected before. */
  expect(code: number, patienceMs = PATIENCE_MS): Promise<ReadFrame> {
    return this.#waiters.next(
      () => this.#take(code),
      () => `No frame ${code} came.`,
      patienceMs,
    );
  }

  #take(code: number): ReadFrame | undefined {
    const index = this.frames.findIndex((read, at) => at >= this.#taken && read.code === code);
    if (index >= 0) {
      this.#taken = index + 1;
      return this.frames[index];
    }
    if (this.#gone) throw new PeerGone(`The client went before frame ${code} came.`);
    return undefined;
  }

  send(...chunks: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(chunks));
  }

  /** Sends a frame of the AMQP layer. */
  performative(code: number, fields: readonly Buffer[] = [], payload?: Buffer): void {
    this.#say(amqp(code, fields, payload));
  }

  #say(performative: Performative): void {
    const isSasl = performative.layer === "sasl";
    this.send(encode(performative, isSasl ? 0 : this.#channel));
  }

  /** SASL up to the outcome; resolves with the initial response. */
  async signIn(code = 0, mechanism = "PLAIN"): Promise<Buffer> {
    await this.expect(HEADER);
    this.send(greeting(mechanism));
    const init = await this.expect(CODE.init);
    this.#say(saslOutcome(code));
    return init.fields[1] instanceof Buffer ? init.fields[1] : Buffer.alloc(0);
  }

  /** Signed in and open; `idleTimeoutMs` 0: the open asks for no heartbeats. */
  async open(idleTimeoutMs = 0): Promise<ReadFrame> {
    await this.signIn();
    await this.expect(HEADER);
    this.send(opening(idleTimeoutMs === 0 ? nothing : uint(idleTimeoutMs)));
    return this.expect(CODE.open);
  }

  /** Open, and the client's receiver link attached; resolves with the client's attach. */
  async attach(idleTimeoutMs = 0, numbers: Partial<Numbers> = {}): Promise<ReadFrame> {
    const chosen = { ...NUMBERS, ...numbers };
    await this.open(idleTimeoutMs);
    const { bytes } = await this.expect(CODE.begin);
    const attached = await this.expect(CODE.attach);
    this.#channel = chosen.channel;
    this.#say(begin(Buffer.concat([Buffer.from([0x60]), bytes.subarray(6, 8)]), chosen));
    this.#say(attach(String(attached.fields[0]), chosen));
    return attached;
  }

  /** One transfer frame of the delivery `id`. */
  transfer(id: number, payload: Buffer, flags: { more?: boolean; aborted?: boolean } = {}): void {
    this.#say(transfer(id, payload, flags));
  }
}
