import type { Connection } from "rhea";
import { Malformed } from "./decode-cursor";
import { checkFrame, FRAME_HEAD_BYTES } from "./frame-check";
import type { Layer } from "./frame-check";
import type { Failure } from "./translate-error";

// A part of rhea 3.0.5 that its typings do not give; test/amqp/rhea-link.test.ts covers it.
declare module "rhea/typings/connection" {
  interface Connection {
    /** Takes what the socket has read; rhea looks it up when it gets its socket. */
    input: (this: Connection, chunk: Buffer) => void;
  }
}

const PROTOCOL_HEADER_BYTES = 8;
const SIZE_BYTES = 4;

/** What frames may be, and whom to tell of others. */
export interface FrameRules {
  readonly maxFrameBytes: number;
  /** Whether anything may still be read and written: not once the socket is destroyed. */
  readonly readable: () => boolean;
  readonly failed: (failure: Failure) => void;
  /** The server has accepted the sign-in. */
  readonly signedIn: () => void;
}

class TooLarge extends Error {
  readonly size: number;

  constructor(size: number) {
    super(`frame of ${size} bytes`);
    this.size = size;
  }
}

/** Cuts what a socket reads into protocol headers and whole frames that have been checked. */
class FrameCutter {
  readonly #maxFrameBytes: number;
  /** What is not whole yet, and how much of it there must be before it is looked at again. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #neededBytes = PROTOCOL_HEADER_BYTES;
  #layer: Layer = "sasl";
  #atHeader = true;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Whether the peer has let us in: what it sends from then on is AMQP. */
  get signedIn(): boolean {
    return this.#layer === "amqp";
  }

  /** Calls `read` with all that is whole, until it returns false. Throws Malformed or TooLarge. */
  cut(chunk: Buffer, read: (whole: Buffer) => boolean): void {
    this.#pieces.push(chunk);
    this.#pieceBytes += chunk.length;
    if (this.#pieceBytes < this.#neededBytes) return;
    const bytes = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    let readBytes = 0;
    let at = 0;
    const readOn = (): boolean => {
      const whole = bytes.subarray(readBytes, at);
      readBytes = at;
      return whole.length === 0 || read(whole);
    };
    try {
      for (;;) {
        this.#neededBytes = this.#nextBytes(bytes.subarray(at));
        if (bytes.length - at < this.#neededBytes) break;
        const endsPart = this.#check(bytes.subarray(at, at + this.#neededBytes));
        at += this.#neededBytes;
        if (endsPart && !readOn()) return;
      }
    } finally {
      // Also before a frame that is refused: what came before it may say more than the refusal.
      readOn();
    }
    const rest = bytes.subarray(at);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#pieceBytes = rest.length;
  }

  /** How many bytes the next header or frame has, or how many are needed to tell. */
  #nextBytes(rest: Buffer): number {
    if (this.#atHeader) return PROTOCOL_HEADER_BYTES;
    if (rest.length < SIZE_BYTES) return SIZE_BYTES;
    const size = rest.readUInt32BE();
    if (size < FRAME_HEAD_BYTES) throw new Malformed(`frame of ${size} bytes`);
    if (size > this.#maxFrameBytes) throw new TooLarge(size);
    return size;
  }

  /** Whether the peer's next bytes are of another kind. rhea judges the headers. */
  #check(whole: Buffer): boolean {
    if (this.#atHeader) {
      this.#atHeader = false;
      return true;
    }
    const { endsSasl } = checkFrame(whole, this.#layer);
    if (endsSasl) {
      this.#layer = "amqp";
      this.#atHeader = true;
    }
    return endsSasl;
  }
}

/**
 * Stands before rhea's reading, on one connection only; to be called before it connects. rhea
 * gathers whatever size a peer names, up to 4 GiB, and reads whatever it has gathered.
 */
export function guardFrames(connection: Connection, rules: FrameRules): void {
  const { maxFrameBytes: limit, readable, failed } = rules;
  const onInput = connection.input;
  const frames = new FrameCutter(limit);
  let toldOfSignIn = false;
  const read = (whole: Buffer): boolean => {
    if (readable()) onInput.call(connection, whole);
    if (readable() && frames.signedIn && !toldOfSignIn) {
      toldOfSignIn = true;
      rules.signedIn();
    }
    return readable();
  };
  connection.input = (chunk) => {
    if (!readable()) return;
    try {
      frames.cut(chunk, read);
    } catch (error) {
      if (error instanceof TooLarge) failed({ at: "size", of: "frame", size: error.size, limit });
      else failed({ at: "protocol", error });
    }
  };
}
