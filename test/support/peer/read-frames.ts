import type { Socket } from "node:net";

/** The code that stands for a protocol header. */
export const HEADER = -1;
const HEAD_BYTES = 8;

/** A frame as it was read. A header has the code -1, an empty frame 0. */
export interface ReadFrame {
  readonly code: number;
  readonly fields: readonly unknown[];
  readonly bytes: Buffer;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  #take(size: number): Buffer {
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  #number(size: number): number {
    return this.#take(size).readUIntBE(0, size);
  }

  /** A described value comes as `{ code, value }`. */
  value(): unknown {
    const constructor = this.#number(1);
    switch (constructor) {
      case 0x00:
        return { code: this.value(), value: this.value() };
      case 0x40:
        return null;
      case 0x41:
        return true;
      case 0x42:
        return false;
      case 0x43:
      case 0x44:
        return 0;
      case 0x45:
        return [];
      case 0x50:
      case 0x52:
      case 0x53:
        return this.#number(1);
      case 0x60:
        return this.#number(2);
      case 0x70:
        return this.#number(4);
      case 0x80:
        return Number(this.#take(8).readBigUInt64BE());
      case 0xa0:
        return this.#take(this.#number(1));
      case 0xb0:
        return this.#take(this.#number(4));
      case 0xa1:
      case 0xa3:
        return this.#take(this.#number(1)).toString();
      case 0xb1:
      case 0xb3:
        return this.#take(this.#number(4)).toString();
      case 0xc0:
      case 0xd0: {
        const width = constructor === 0xc0 ? 1 : 4;
        this.#take(width);
        return Array.from({ length: this.#number(width) }, () => this.value());
      }
      default:
        throw new Error(`The peer reads no values of constructor 0x${constructor.toString(16)}.`);
    }
  }
}

/** Reads a frame with its performative, or a protocol header. */
function readFrame(bytes: Buffer): ReadFrame {
  if (isHeader(bytes)) return { code: HEADER, fields: [], bytes };
  if (bytes.length === HEAD_BYTES) return { code: 0, fields: [], bytes };
  const value = new Reader(bytes.subarray(HEAD_BYTES)).value();
  if (typeof value !== "object" || value === null || !("code" in value) || !("value" in value)) {
    throw new Error("The client sent a frame that is no performative.");
  }
  const { code, value: fields } = value;
  if (typeof code !== "number" || !Array.isArray(fields)) throw new Error("No performative.");
  return { code, fields, bytes };
}

function isHeader(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).toString("latin1") === "AMQP";
}

/** How many bytes the first frame of these has, if that is known already. */
function frameSize(bytes: Buffer): number {
  if (bytes.length < HEAD_BYTES) return Infinity;
  return isHeader(bytes) ? HEAD_BYTES : bytes.readUInt32BE();
}

/** Calls `heard` for each frame of the client's, as soon as all of it has come. */
export function readFrames(socket: Socket, heard: (read: ReadFrame) => void): void {
  let unread: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("data", (chunk: Buffer) => {
    let bytes = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    for (let size = frameSize(bytes); bytes.length >= size; size = frameSize(bytes)) {
      heard(readFrame(bytes.subarray(0, size)));
      bytes = bytes.subarray(size);
    }
    unread = bytes;
  });
  // What ended the connection does not matter: that it has ended is told by "close".
  socket.on("error", () => undefined);
}
