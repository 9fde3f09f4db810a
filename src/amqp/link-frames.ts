import type { Outcome } from "./link";
import type { Cursor } from "./decode-cursor";

/** The first session and the first link of a connection: rhea numbers both from 0. */
const CHANNEL = 0;
const HANDLE = 0;
/** Transfers that we are ready for, always: what bounds them is the credit. */
export const INCOMING_WINDOW = 2 ** 31 - 1;
const OUTGOING_WINDOW = 0xffff_ffff;

/** Whether a decoded field is a uint: what a peer sends in its place may be anything. */
export function isUint(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value;
}

/** A counter of 32 bits, one or more steps on; the peer may start it anywhere (RFC 1982). */
export function later(counter: number, steps = 1): number {
  return (counter + steps) >>> 0;
}

/** Whether one counter comes before (negative) or after another; right over half of their range. */
export function serialOrder(one: number, other: number): number {
  return (one - other) | 0;
}

/** The fields of a transfer that matter to a receiver (AMQP 1.0 part 2.7.5). */
export interface Transfer {
  readonly handle: number | undefined;
  /** The frames after a delivery's first one may leave it out. */
  readonly deliveryId: number | undefined;
  readonly settled: boolean;
  readonly more: boolean;
  readonly aborted: boolean;
}

/** Reads a transfer's list; the cursor then stands at the payload. Throws Malformed. */
export function readTransfer(cursor: Cursor): Transfer {
  const code = cursor.code();
  if (code !== 0xc0 && code !== 0xd0) throw cursor.malformed("a transfer without a handle");
  const outerEnd = cursor.enter(code === 0xd0);
  const fields = cursor.count(code === 0xd0);
  const handle = fields > 0 ? readUint(cursor) : undefined;
  const deliveryId = fields > 1 ? readUint(cursor) : undefined;
  if (fields > 2) cursor.skip(); // delivery-tag
  if (fields > 3) cursor.skip(); // message-format
  const settled = fields > 4 && readFlag(cursor);
  const more = fields > 5 && readFlag(cursor);
  if (fields > 6) cursor.skip(); // rcv-settle-mode
  if (fields > 7) cursor.skip(); // state
  if (fields > 8) cursor.skip(); // resume
  const aborted = fields > 9 && readFlag(cursor);
  cursor.leaveEarly(outerEnd);
  return { handle, deliveryId, settled, more, aborted };
}

function readUint(cursor: Cursor): number | undefined {
  switch (cursor.code()) {
    case 0x40: // null
      return undefined;
    case 0x43: // uint0
      return 0;
    case 0x52: // smalluint
      return cursor.bytes.readUInt8(cursor.take(1));
    case 0x70: // uint
      return cursor.bytes.readUInt32BE(cursor.take(4));
    default:
      throw cursor.malformed("a uint was expected");
  }
}

function readFlag(cursor: Cursor): boolean {
  switch (cursor.code()) {
    case 0x40: // null
    case 0x42: // false
      return false;
    case 0x41: // true
      return true;
    case 0x56: // boolean
      return cursor.bytes.readUInt8(cursor.take(1)) === 1;
    default:
      throw cursor.malformed("a boolean was expected");
  }
}

/** What a flow frame says; see part 2.7.4. */
export interface Flow {
  readonly nextIncomingId: number;
  readonly deliveryCount: number;
  readonly linkCredit: number;
  readonly drain: boolean;
}

/** Frame head, then the descriptor of a performative, then the size and count of its list8. */
function frame(listBytes: number, performative: number, fields: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + listBytes);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(0x0200_0000 + CHANNEL, 4);
  bytes.writeUIntBE(0x00_5300 + performative, 8, 3);
  bytes.writeUIntBE(0xc0_0000 + ((listBytes + 1) << 8) + fields, 11, 3);
  return bytes;
}
const HEAD_BYTES = 14;

function writeUint(bytes: Buffer, at: number, value: number): number {
  bytes[at] = 0x70;
  return bytes.writeUInt32BE(value, at + 1);
}

export function flowFrame({ nextIncomingId, deliveryCount, linkCredit, drain }: Flow): Buffer {
  const uints = [nextIncomingId, INCOMING_WINDOW, 0, OUTGOING_WINDOW];
  uints.push(HANDLE, deliveryCount, linkCredit);
  const bytes = frame(uints.length * 5 + 2, 0x13, 9);
  let at = HEAD_BYTES;
  for (const value of uints) at = writeUint(bytes, at, value);
  bytes[at] = 0x40; // available
  bytes[at + 1] = drain ? 0x41 : 0x42;
  return bytes;
}

const STATE: Readonly<Record<Outcome, number>> = { accepted: 0x24, rejected: 0x25, released: 0x26 };

/** The outcome of all deliveries from `first` to `last`; they are settled with it. */
export function dispositionFrame(first: number, last: number, outcome: Outcome): Buffer {
  const bytes = frame(16, 0x15, 5);
  bytes[HEAD_BYTES] = 0x41; // the role: receiver
  let at = writeUint(bytes, HEAD_BYTES + 1, first);
  at = writeUint(bytes, at, last);
  bytes[at] = 0x41; // settled
  bytes.writeUInt32BE(0x0053_0045 + (STATE[outcome] << 8), at + 1);
  return bytes;
}
