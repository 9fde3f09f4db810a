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
} from "../../test/support/peer-frames";
import type { Socket } from "node:net";

const MAX_FRAME_BYTES = 65_536;
/** Where the code of a performative is in its frame. */
const CODE_AT = 10;
/** A header begins so; a frame as long would be larger than the most that we take. */
const HEADER_START = 0x414d5150;

const performative = (code: number, fields: readonly Buffer[], type?: "sasl") =>
  frame(described(code, fields), type);

const SIGN_IN = Buffer.concat([
  SASL_HEADER,
  performative(CODE.mechanisms, [symbol("PLAIN")], "sasl"),
]);
const OUTCOME = performative(CODE.outcome, [ubyte(0)], "sasl");
const OPEN = Buffer.concat([
  AMQP_HEADER,
  performative(CODE.open, [text("bench"), nothing, uint(MAX_FRAME_BYTES)]),
]);
const CHANNEL_0 = Buffer.from([0x60, 0, 0]);
const BEGIN = performative(CODE.begin, [CHANNEL_0, uint(0), uint(2_048), uint(2_048)]);

function attach(name: unknown): Buffer {
  const unset = Array.from({ length: 6 }, () => nothing);
  return performative(CODE.attach, [text(String(name)), uint(0), no, ...unset, uint(0)]);
}

export interface FeedConnectionOwner {
  /** The receiver allows more than before. */
  roomier(connection: FeedConnection): void;
  failed(error: Error): void;
}

/** A receiver's connection with its one link, from the sender's side. */
export class FeedConnection {
  readonly #socket: Socket;
  readonly #owner: FeedConnectionOwner;
  #unread: Buffer = Buffer.alloc(0);
  /** Counts frames, deliveries and the link's use of credit alike: one frame a delivery, all from 0. */
  #sent = 0;
  #accepted = 0;
  readonly #settled: boolean[] = [];
  /** How many the receiver allows in all: by its credit, and by the incoming window of its session. */
  #credited = 0;
  #windowEnd = 0;

  constructor(socket: Socket, owner: FeedConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      try {
        this.#read(chunk);
      } catch (error) {
        owner.failed(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      owner.failed(new Error("The receiver's connection has ended."));
    });
  }

  /** How many messages may be sent now. */
  get room(): number {
    return Math.min(this.#credited, this.#windowEnd) - this.#sent;
  }

  get sent(): number {
    return this.#sent;
  }

  get accepted(): number {
    return this.#accepted;
  }

  /** Sends so many frames with one write. */
  send(frames: Buffer, count: number): void {
    this.#sent += count;
    this.#socket.write(frames);
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    const bytes = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    let at = 0;
    while (bytes.length - at >= 8) {
      const start = bytes.readUInt32BE(at);
      const size = start === HEADER_START ? 8 : start;
      if (size < 8 || size > MAX_FRAME_BYTES) throw new Error(`The receiver sent ${size} bytes.`);
      if (bytes.length - at < size) break;
      const read = bytes.subarray(at, at + size);
      if (start === HEADER_START) this.#header(read);
      else if (size > CODE_AT) this.#performative(read);
      at += size;
    }
    this.#unread = bytes.subarray(at);
  }

  #header(bytes: Buffer): void {
    this.#socket.write(bytes.equals(SASL_HEADER) ? SIGN_IN : OPEN);
  }

  #performative(bytes: Buffer): void {
    switch (bytes.readUInt8(CODE_AT)) {
      case CODE.init:
        this.#socket.write(OUTCOME);
        break;
      case CODE.begin:
        this.#windowEnd = Number(readFrame(bytes).fields[2]);
        this.#socket.write(BEGIN);
        break;
      case CODE.attach:
        this.#socket.write(attach(readFrame(bytes).fields[0]));
        break;
      case CODE.flow:
        this.#flow(readFrame(bytes).fields);
        break;
      case CODE.disposition:
        this.#disposition(readFrame(bytes).fields);
        break;
      case CODE.open:
        break;
      default:
        // It detaches, ends or closes.
        throw new Error(`The receiver sent a frame of code ${bytes.readUInt8(CODE_AT)}.`);
    }
  }

  #flow([nextIncomingId, window, , , handle, deliveryCount, credit]: readonly unknown[]): void {
    this.#windowEnd = Number(nextIncomingId ?? 0) + Number(window);
    if (handle != null) this.#credited = Number(deliveryCount ?? 0) + Number(credit ?? 0);
    if (this.room > 0) this.#owner.roomier(this);
  }

  #disposition([, first, last, , state]: readonly unknown[]): void {
    const code = typeof state === "object" && state !== null && "code" in state ? state.code : -1;
    if (code !== CODE.accepted)
      throw new Error(`A message was not accepted: its outcome is ${String(code)}.`);
    for (let id = Number(first); id <= Number(last ?? first); id += 1) {
      // The vendor's sample settles each message twice.
      if (this.#settled[id] === true) continue;
      this.#settled[id] = true;
      this.#accepted += 1;
    }
  }
}
