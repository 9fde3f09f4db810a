import { CODE, encode, SASL_HEADER } from "../../test/support/peer/frames";
import { HEADER, readFrames } from "../../test/support/peer/read-frames";
import { attach, begin, greeting, opening, saslOutcome } from "../../test/support/peer/replies";
import type { ReadFrame } from "../../test/support/peer/read-frames";
import type { Socket } from "node:net";

/** An empty frame, which keeps the connection alive. */
const EMPTY = 0;

interface FeedConnectionOwner {
  /** The receiver allows more than before. */
  roomier(connection: FeedConnection): void;
  failed(error: Error): void;
}

/** A receiver's connection with its one link, from the sender's side. */
export class FeedConnection {
  readonly #socket: Socket;
  readonly #owner: FeedConnectionOwner;
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
    readFrames(socket, (read) => {
      try {
        this.#heard(read);
      } catch (error) {
        owner.failed(error instanceof Error ? error : new Error(String(error)));
      }
    });
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

  #heard({ code, fields, bytes }: ReadFrame): void {
    switch (code) {
      case HEADER:
        this.#socket.write(bytes.equals(SASL_HEADER) ? greeting() : opening());
        break;
      case CODE.init:
        this.#socket.write(encode(saslOutcome()));
        break;
      case CODE.begin:
        this.#windowEnd = Number(fields[2]);
        this.#socket.write(encode(begin()));
        break;
      case CODE.attach:
        this.#socket.write(encode(attach(String(fields[0]))));
        break;
      case CODE.flow:
        this.#flow(fields);
        break;
      case CODE.disposition:
        this.#disposition(fields);
        break;
      case CODE.open:
      case EMPTY:
        break;
      default:
        // It detaches, ends or closes.
        throw new Error(`The receiver sent a frame of code ${code}.`);
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
