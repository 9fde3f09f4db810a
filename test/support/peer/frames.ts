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

export const nothing: Buffer = Buffer.from([0x40]);
export const yes: Buffer = Buffer.from([0x41]);
export const no: Buffer = Buffer.from([0x42]);
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

/** A frame in its parts. */
export interface Performative {
  readonly layer: "sasl" | "amqp";
  readonly code: number;
  readonly fields: readonly Buffer[];
  readonly payload?: Buffer;
}

/** The bytes of a performative's frame. */
export function encode({ layer, code, fields, payload }: Performative, channel = 0): Buffer {
  const body = described(code, fields);
  const whole = frame(payload === undefined ? body : Buffer.concat([body, payload]), layer);
  whole.writeUInt16BE(channel, 6);
  return whole;
}
