/** Descriptor codes of AMQP 1.0's performatives, SASL frames and outcomes. */
export const CODE = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
  error: 0x1d,
  accepted: 0x24,
  rejected: 0x25,
  released: 0x26,
  modified: 0x27,
  mechanisms: 0x40,
  init: 0x41,
  challenge: 0x42,
  outcome: 0x44,
  data: 0x75,
} as const;

/** Protocol headers, of which the peer's frames are preceded. */
export const SASL_HEADER = Buffer.from("AMQP\x03\x01\x00\x00", "latin1");
export const AMQP_HEADER = Buffer.from("AMQP\x00\x01\x00\x00", "latin1");
export const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

const sized = (constructor: number, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(constructor, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
};

export const nothing = Buffer.from([0x40]);
export const yes = Buffer.from([0x41]);
export const no = Buffer.from([0x42]);
export const ubyte = (value: number): Buffer => Buffer.from([0x50, value]);
export const text = (value: string): Buffer => sized(0xb1, Buffer.from(value));
export const symbol = (value: string): Buffer => sized(0xb3, Buffer.from(value));
export const binary = (value: Buffer): Buffer => sized(0xb0, value);
export function uint(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(0x70, 0);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

export function map(...keysAndValues: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(keysAndValues.length);
  return sized(0xd1, Buffer.concat([count, ...keysAndValues]));
}

/** A described list: performative, error or outcome. */
export function described(code: number, fields: readonly Buffer[] = []): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(fields.length);
  return Buffer.concat([
    Buffer.from([0, 0x53, code]),
    sized(0xd0, Buffer.concat([count, ...fields])),
  ]);
}

/** A data section, which is the shortest whole message. */
export function dataSection(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 0x53, CODE.data]), binary(content)]);
}

export function amqpError(condition: string, description?: string): Buffer {
  return described(CODE.error, [
    symbol(condition),
    description === undefined ? nothing : text(description),
  ]);
}

/** One frame on channel 0. */
export function frame(body: Buffer, type: "amqp" | "sasl" = "amqp"): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 2, type === "amqp" ? 0 : 1, 0, 0]);
  head.writeUInt32BE(head.length + body.length, 0);
  return Buffer.concat([head, body]);
}

/** A frame as it was read. A header has the code -1. */
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

/** Reads the performative of a frame. */
export function readFrame(bytes: Buffer): ReadFrame {
  if (bytes.length === 8) return { code: 0, fields: [], bytes };
  const value = new Reader(bytes.subarray(8)).value();
  if (typeof value !== "object" || value === null || !("code" in value) || !("value" in value)) {
    throw new Error("The client sent a frame that is no performative.");
  }
  const { code, value: fields } = value;
  if (typeof code !== "number" || !Array.isArray(fields)) throw new Error("No performative.");
  return { code, fields, bytes };
}
