import { Cursor, DESCRIBED } from "./decode-cursor";

/** Which frames come: those of SASL first, then, once signed in, those of AMQP. */
export type Layer = "sasl" | "amqp";

/** What a frame that may be read is. */
export interface CheckedFrame {
  /** What follows the performative: a part of a message. */
  readonly payloadBytes: number;
  /** Its sender has let us in: another protocol header comes next. */
  readonly endsSasl: boolean;
}

/** Size, data offset, type, channel (AMQP 1.0 part 2.3.1). */
export const FRAME_HEAD_BYTES = 8;
const WORD_BYTES = 4;
const TYPE_BY_LAYER: Readonly<Record<Layer, number>> = { amqp: 0, sasl: 1 };
const SASL_OUTCOME = 0x44;
const UBYTE = 0x50;
const LIST0 = 0x45;
const LIST8 = 0xc0;
const LIST32 = 0xd0;

/**
 * Throws Malformed unless rhea can read the frame with an effort in proportion to its size. rhea
 * believes every count: 30 bytes make it gather fifty million items, or take hundreds of MB for a
 * list. It goes by the counts alone, so the sizes have to agree with them, or we would have
 * checked other bytes than those that it reads.
 */
export function checkFrame(frame: Buffer, layer: Layer): CheckedFrame {
  const cursor = new Cursor(frame);
  cursor.take(FRAME_HEAD_BYTES);
  const [, , , , words = 0, type] = frame;
  if (words * WORD_BYTES < FRAME_HEAD_BYTES) throw cursor.malformed(`data offset ${words}`);
  if (type !== TYPE_BY_LAYER[layer]) throw cursor.malformed(`frame of type ${String(type)}`);
  cursor.take(words * WORD_BYTES - FRAME_HEAD_BYTES);
  // An empty frame: a sign of life.
  if (cursor.left === 0) return { payloadBytes: 0, endsSasl: false };
  if (cursor.code() !== DESCRIBED) throw cursor.malformed("a performative was expected");
  const descriptor = checkDescriptor(cursor);
  const code = cursor.code();
  if (code !== LIST0 && code !== LIST8 && code !== LIST32) {
    throw cursor.malformed("a performative's list was expected");
  }
  const endsSasl = layer === "sasl" && checkSasl(cursor, { descriptor, code });
  if (layer === "amqp") checkBody(cursor, code);
  return { payloadBytes: cursor.left, endsSasl };
}

/** Checks a performative of SASL; returns whether it is an outcome that lets us in. */
function checkSasl(
  cursor: Cursor,
  { descriptor, code }: { descriptor: number | undefined; code: number },
): boolean {
  if (descriptor === undefined) throw cursor.malformed("a SASL frame without a number");
  if (descriptor !== SASL_OUTCOME) {
    checkBody(cursor, code);
    return false;
  }
  // Strict, because rhea takes whatever is 0 for OK, and both of us must know what comes next.
  if (code === LIST0) throw cursor.malformed("an outcome without a code");
  const outerEnd = cursor.enter(code === LIST32);
  const count = cursor.count(code === LIST32);
  if (count === 0 || cursor.code() !== UBYTE) throw cursor.malformed("an outcome without a code");
  const isOk = cursor.bytes[cursor.take(1)] === 0;
  for (let item = 1; item < count; item++) checkValue(cursor);
  cursor.leave(outerEnd);
  return isOk;
}

/** A number or a symbol, as all of AMQP's are: rhea would read any value, whatever it takes. */
function checkDescriptor(cursor: Cursor): number | undefined {
  const code = cursor.code();
  switch (code) {
    case 0x44: // ulong0
      return 0;
    case 0x53: // smallulong
      return cursor.bytes.readUInt8(cursor.take(1));
    case 0x80: // ulong
      return Number(cursor.bytes.readBigUInt64BE(cursor.take(8)));
    case 0xa3: // sym8
    case 0xb3: // sym32
      cursor.take(cursor.size(code === 0xb3));
      return undefined;
    default:
      throw cursor.malformed("a descriptor must be a ulong or a symbol");
  }
}

function checkValue(cursor: Cursor): void {
  checkBody(cursor, checkConstructor(cursor));
}

/** Passes over descriptors, each of them a level of its own; returns the constructor behind them. */
function checkConstructor(cursor: Cursor): number {
  const code = cursor.code();
  if (code !== DESCRIBED) return code;
  checkDescriptor(cursor);
  cursor.descend();
  const inner = checkConstructor(cursor);
  cursor.ascend();
  return inner;
}

/** What follows a constructor. An unknown type of a known width is left to rhea, which refuses it. */
function checkBody(cursor: Cursor, code: number): void {
  const wide = (code & 0x10) !== 0;
  switch (code >> 4) {
    case 0xc:
    case 0xd: {
      const outerEnd = cursor.enter(wide);
      for (let left = cursor.count(wide); left > 0; left--) checkValue(cursor);
      cursor.leave(outerEnd);
      return;
    }
    case 0xe:
    case 0xf: {
      const outerEnd = cursor.enter(wide);
      const count = cursor.size(wide);
      const item = checkConstructor(cursor);
      if (item >> 4 === 0x4) cursor.spendZeroWidth(count);
      else cursor.checkCount(count);
      for (let left = count; left > 0; left--) checkBody(cursor, item);
      cursor.leave(outerEnd);
      return;
    }
    default:
      cursor.take(cursor.width(code));
  }
}
