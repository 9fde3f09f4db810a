import type { Cursor } from "./decode-cursor";
import { PERFORMATIVES } from "./frame-check";
import type { Outcome } from "../protocol/amqp-message";

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

/** A counter of 32 bits, one step on; the peer may start it anywhere (RFC 1982). */
export function nextSerial(counter: number): number {
  return (counter + 1) >>> 0;
}

/** Whether one counter comes before (negative) or after another; right over half of their range. */
export function compareSerials(one: number, other: number): number {
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

/** One of our frames, with a list8 of uints, booleans and nulls, and what comes behind them. */
function frame(
  performative: number,
  fields: readonly (number | boolean | null)[],
  outcome: readonly number[] = [],
): Buffer {
  const list = fields.flatMap((field) => {
    if (typeof field !== "number") return field === null ? 0x40 : field ? 0x41 : 0x42;
    return [0x70, field >>> 24, (field >>> 16) & 0xff, (field >>> 8) & 0xff, field & 0xff];
  });
  const count = fields.length + (outcome.length > 0 ? 1 : 0);
  const size = list.length + outcome.length + 1;
  const head = [0, 0, 0, 13 + size, 2, 0, 0, CHANNEL, 0, 0x53, performative, 0xc0, size, count];
  return Buffer.from([...head, ...list, ...outcome]);
}

/** What a flow frame says (part 2.7.4). */
export interface Flow {
  readonly nextIncomingId: number;
  readonly deliveryCount: number;
  readonly linkCredit: number;
  readonly drain: boolean;
}

export function flowFrame({ nextIncomingId, deliveryCount, linkCredit, drain }: Flow): Buffer {
  const session = [nextIncomingId, INCOMING_WINDOW, 0, OUTGOING_WINDOW];
  return frame(PERFORMATIVES.flow, [...session, HANDLE, deliveryCount, linkCredit, null, drain]);
}

const STATE: Readonly<Record<Outcome, number>> = { accepted: 0x24, rejected: 0x25, released: 0x26 };

/** The outcome of all deliveries from `first` to `last` (part 2.7.6); they are settled with it. */
export function dispositionFrame(first: number, last: number, outcome: Outcome): Buffer {
  const isReceiver = true;
  const isSettled = true;
  const fields = [isReceiver, first, last, isSettled];
  return frame(PERFORMATIVES.disposition, fields, [0, 0x53, STATE[outcome], 0x45]);
}
