import type { AmqpMap, AmqpUuid, AmqpValue } from "../protocol/amqp-message";
import { DESCRIBED } from "./decode-cursor";
import type { Cursor } from "./decode-cursor";

/** Reads one value of any type (AMQP 1.0 part 1.6); of a described one, without its descriptor. */
export function readValue(cursor: Cursor): AmqpValue {
  const code = cursor.code();
  if (code !== DESCRIBED) return readBody(cursor, code);
  cursor.descriptor();
  cursor.descend();
  const value = readValue(cursor);
  cursor.ascend();
  return value;
}

/** Reads a value whose constructor has been read: an array writes it once for all its items. */
function readBody(cursor: Cursor, code: number): AmqpValue {
  switch (code) {
    case 0xa1: // str8-utf8
    case 0xa3: // sym8
      return cursor.text(false);
    case 0xb1: // str32-utf8
    case 0xb3: // sym32
      return cursor.text(true);
    case 0xa0: // vbin8
    case 0xb0: // vbin32
      return cursor.binary(code === 0xb0);
    case 0x45: // list0
    case 0xc0: // list8
    case 0xd0: // list32
      return readListBody(cursor, code);
    case 0xc1: // map8
    case 0xd1: // map32
      return readMapBody(cursor, code);
    case 0xe0: // array8
    case 0xf0: // array32
      return readArrayBody(cursor, code === 0xf0);
    default:
      return readFixed(cursor, code);
  }
}

/** Values of fixed width. */
function readFixed(cursor: Cursor, code: number): AmqpValue {
  // An unknown type of variable width ends here too; it is refused below.
  const width = code < 0xa0 ? cursor.width(code) : 0;
  const at = cursor.take(width);
  const { bytes } = cursor;
  switch (code) {
    case 0x40: // null
      return null;
    case 0x41: // true
      return true;
    case 0x42: // false
      return false;
    case 0x56: // boolean
      return boolean(cursor, bytes.readUInt8(at));
    case 0x43: // uint0
      return 0;
    case 0x44: // ulong0
      return 0;
    case 0x50: // ubyte
    case 0x52: // smalluint
    case 0x53: // smallulong
      return bytes.readUInt8(at);
    case 0x51: // byte
    case 0x54: // smallint
    case 0x55: // smalllong
      return bytes.readInt8(at);
    case 0x60: // ushort
      return bytes.readUInt16BE(at);
    case 0x61: // short
      return bytes.readInt16BE(at);
    case 0x70: // uint
      return bytes.readUInt32BE(at);
    case 0x71: // int
      return bytes.readInt32BE(at);
    case 0x72: // float
      return bytes.readFloatBE(at);
    case 0x73: // char
      return character(cursor, bytes.readUInt32BE(at));
    case 0x80: // ulong
      return integer64(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4));
    case 0x81: // long
      return integer64(bytes.readInt32BE(at), bytes.readUInt32BE(at + 4));
    case 0x82: // double
      return bytes.readDoubleBE(at);
    case 0x83: // timestamp
      return time(integer64(bytes.readInt32BE(at), bytes.readUInt32BE(at + 4)));
    case 0x74: // decimal32
    case 0x84: // decimal64
    case 0x94: // decimal128
      // JavaScript has no such numbers, so their bytes are all that can be handed on.
      return bytes.subarray(at, at + width);
    case 0x98: // uuid
      return uuid(bytes.toString("hex", at, at + width));
    default:
      throw cursor.malformed(`unknown type 0x${code.toString(16)}`);
  }
}

function boolean(cursor: Cursor, byte: number): boolean {
  if (byte > 1) throw cursor.malformed("a boolean that is neither true nor false");
  return byte === 1;
}

function character(cursor: Cursor, codePoint: number): string {
  if (codePoint > 0x10_ffff) throw cursor.malformed("char outside Unicode");
  return String.fromCodePoint(codePoint);
}

/** 64 bits: a BigInt only where a number would lose digits, because it costs more to make. */
function integer64(high: number, low: number): number | bigint {
  const value = high * 2 ** 32 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) + BigInt(low);
}

/** A time that a Date cannot hold stays a number: an invalid Date would throw at its first use. */
function time(ms: number | bigint): Date | number | bigint {
  const date = new Date(Number(ms));
  return Number.isNaN(date.getTime()) ? ms : date;
}

function uuid(hex: string): AmqpUuid {
  return { uuid: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") };
}

/** Reads a list. */
export function readList(cursor: Cursor): readonly AmqpValue[] {
  return readListBody(cursor, cursor.code());
}

function readListBody(cursor: Cursor, code: number): AmqpValue[] {
  if (code === 0x45) return [];
  if (code !== 0xc0 && code !== 0xd0) throw cursor.malformed("a list was expected");
  const wide = code === 0xd0;
  const outerEnd = cursor.enter(wide);
  const count = cursor.count(wide);
  const items: AmqpValue[] = [];
  while (items.length < count) items.push(readValue(cursor));
  cursor.leave(outerEnd);
  return items;
}

/** Reads a list's first item, null where there is none, and passes over the others. */
export function readFirstOfList(cursor: Cursor): AmqpValue {
  const code = cursor.code();
  if (code === 0x45) return null;
  if (code !== 0xc0 && code !== 0xd0) throw cursor.malformed("a list was expected");
  const outerEnd = cursor.enter(code === 0xd0);
  const first = cursor.count(code === 0xd0) === 0 ? null : readValue(cursor);
  cursor.leaveEarly(outerEnd);
  return first;
}

/**
 * Reads a map whose keys are names and calls `put` for each entry, in order: of a repeated key the
 * last value counts.
 */
export function readNamed(cursor: Cursor, put: (name: string, value: AmqpValue) => void): void {
  const code = cursor.code();
  const outerEnd = enterMap(cursor, code);
  for (let left = countEntries(cursor, code), index = 0; left > 0; left--, index++) {
    put(readName(cursor, index), readValue(cursor));
  }
  cursor.leave(outerEnd);
}

/** Messages repeat their names in the same order, and making a text costs ten times a comparison. */
const knownNames: { readonly bytes: Buffer; readonly text: string }[] = [];
const MAX_KNOWN_NAMES = 32;
const MAX_KNOWN_NAME_BYTES = 64;

function readName(cursor: Cursor, index: number): string {
  const code = cursor.code();
  if (code !== 0xa1 && code !== 0xb1 && code !== 0xa3 && code !== 0xb3) {
    throw cursor.malformed("an application property without a name");
  }
  const length = cursor.size((code & 0x10) !== 0);
  const at = cursor.take(length);
  const name = knownNames[index];
  if (name !== undefined && isAt(cursor.bytes, at, name.bytes) && name.bytes.length === length) {
    return name.text;
  }
  const text = cursor.bytes.toString("utf8", at, at + length);
  if (index < MAX_KNOWN_NAMES && length <= MAX_KNOWN_NAME_BYTES) {
    knownNames[index] = { bytes: Buffer.from(cursor.bytes.subarray(at, at + length)), text };
  }
  return text;
}

function isAt(bytes: Buffer, at: number, wanted: Buffer): boolean {
  for (let index = 0; index < wanted.length; index++) {
    if (bytes[at + index] !== wanted[index]) return false;
  }
  return true;
}

function readMapBody(cursor: Cursor, code: number): AmqpMap {
  const outerEnd = enterMap(cursor, code);
  const map = new Map<AmqpValue, AmqpValue>();
  for (let left = countEntries(cursor, code); left > 0; left--) {
    map.set(readValue(cursor), readValue(cursor));
  }
  cursor.leave(outerEnd);
  return map;
}

function enterMap(cursor: Cursor, code: number): number {
  if (code !== 0xc1 && code !== 0xd1) throw cursor.malformed("a map was expected");
  return cursor.enter(code === 0xd1);
}

function countEntries(cursor: Cursor, code: number): number {
  const count = cursor.count(code === 0xd1);
  if (count % 2 !== 0) throw cursor.malformed("a map with a key but no value");
  return count / 2;
}

function readArrayBody(cursor: Cursor, wide: boolean): AmqpValue[] {
  const outerEnd = cursor.enter(wide);
  const count = cursor.size(wide);
  const items: AmqpValue[] = [];
  // Some encoders leave an empty array's constructor out.
  if (count > 0 || cursor.left > 0 || cursor.strict) {
    let levels = 0;
    let code = cursor.code();
    for (; code === DESCRIBED; code = cursor.code()) {
      cursor.descriptor();
      cursor.descend();
      levels++;
    }
    if (code >> 4 === 0x4) cursor.spendZeroWidth(count);
    else cursor.checkCount(count);
    while (items.length < count) items.push(readBody(cursor, code));
    for (; levels > 0; levels--) cursor.ascend();
  }
  cursor.leave(outerEnd);
  return items;
}
