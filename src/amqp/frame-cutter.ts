import { Cursor } from "./decode-cursor";
import {
  FRAME_HEAD_BYTES,
  isSignedIn,
  PERFORMATIVES,
  readFrameHead,
  readPerformative,
} from "./frame-check";
import { Malformed, TooLarge } from "./peer-errors";
import type { Layer } from "./frame-check";
import type { AmqpValue } from "../protocol/amqp-message";

const PROTOCOL_HEADER_BYTES = 8;
const SIZE_BYTES = 4;
const CHANNEL_AT = 6;

/** A protocol header, or a frame that rhea can read safely. */
export interface ConductedFrame {
  /** Of its own: rhea keeps slices. */
  readonly bytes: Buffer;
  /** Number or name; undefined for a header. */
  readonly performative?: number | string;
  readonly fields: readonly AmqpValue[];
  readonly channel: number;
}

/** Where what comes in goes. */
export interface FrameOwner {
  /** Whether anything may still be read: not once the socket is destroyed. */
  isReadable(): boolean;
  conduct(frame: ConductedFrame): void;
  /** The server has accepted the sign-in. */
  signedIn(): void;
  /** The cursor ends with the frame and stands at the list of the transfer. */
  transfer(cursor: Cursor, channel: number): void;
}

/** Cuts what a socket reads into protocol headers and whole frames, and checks each of them. */
export class FrameCutter {
  readonly #maxFrameBytes: number;
  readonly #owner: FrameOwner;
  /** What has come of a header or frame that is not whole yet, with room for all of it. */
  #partial = Buffer.alloc(0);
  #partialBytes = 0;
  #layer: Layer = "sasl";
  #atHeader = true;

  constructor(maxFrameBytes: number, owner: FrameOwner) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#owner = owner;
  }

  /** Takes what has been read. Throws Malformed or TooLarge. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.#owner.isReadable()) {
      at = this.#partialBytes > 0 ? this.#complete(chunk, at) : this.#cut(chunk, at);
    }
  }

  /** Cuts what is whole in the chunk and keeps a copy of the rest; returns where it ends. */
  #cut(chunk: Buffer, start: number): number {
    let at = start;
    while (at < chunk.length && this.#owner.isReadable()) {
      const bytes = this.#neededBytes(chunk, at);
      if (bytes > chunk.length - at) {
        this.#partial = Buffer.allocUnsafe(bytes);
        this.#partialBytes = chunk.copy(this.#partial, 0, at);
        return chunk.length;
      }
      this.#whole(chunk, at, at + bytes);
      at += bytes;
    }
    return at;
  }

  /** Adds to what is not whole yet; returns how far the chunk has been used up. */
  #complete(chunk: Buffer, start: number): number {
    const end = start + this.#partial.length - this.#partialBytes;
    this.#partialBytes += chunk.copy(this.#partial, this.#partialBytes, start, end);
    if (this.#partialBytes < this.#partial.length) return chunk.length;
    const bytes = this.#neededBytes(this.#partial, 0);
    if (bytes > this.#partial.length) {
      // It was the size only.
      const larger = Buffer.allocUnsafe(bytes);
      this.#partial.copy(larger);
      this.#partial = larger;
    } else {
      this.#partialBytes = 0;
      this.#whole(this.#partial, 0, bytes);
    }
    return end;
  }

  /** How many bytes the header or frame there has, or how many are needed to tell. */
  #neededBytes(bytes: Buffer, at: number): number {
    if (this.#atHeader) return PROTOCOL_HEADER_BYTES;
    if (bytes.length - at < SIZE_BYTES) return SIZE_BYTES;
    const size = bytes.readUInt32BE(at);
    if (size < FRAME_HEAD_BYTES) throw new Malformed(`frame of ${size} bytes`);
    if (size > this.#maxFrameBytes) throw new TooLarge("frame", size, this.#maxFrameBytes);
    return size;
  }

  #whole(bytes: Buffer, start: number, end: number): void {
    if (this.#atHeader) {
      this.#atHeader = false;
      // rhea judges the header.
      this.#owner.conduct({
        bytes: Buffer.from(bytes.subarray(start, end)),
        fields: [],
        channel: 0,
      });
      return;
    }
    const cursor = new Cursor(bytes, start, end);
    const performative = readFrameHead(cursor, this.#layer);
    if (performative === undefined) return;
    const channel = bytes.readUInt16BE(start + CHANNEL_AT);
    if (performative === PERFORMATIVES.transfer && this.#layer === "amqp") {
      this.#owner.transfer(cursor, channel);
      return;
    }
    const { position } = cursor;
    const fields = readPerformative(cursor);
    const endsSasl =
      this.#layer === "sasl" && isSignedIn(new Cursor(bytes, position, end), performative);
    const copy = Buffer.from(bytes.subarray(start, end));
    this.#owner.conduct({ bytes: copy, performative, fields, channel });
    if (!endsSasl) return;
    this.#layer = "amqp";
    this.#atHeader = true;
    if (this.#owner.isReadable()) this.#owner.signedIn();
  }
}
