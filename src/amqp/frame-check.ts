import { DESCRIBED } from "./decode-cursor";
import type { Cursor } from "./decode-cursor";
import { readList } from "./decode-values";
import type { AmqpValue } from "../protocol/amqp-message";

/** Which frames come: those of SASL first, then, once signed in, those of AMQP. */
export type Layer = "sasl" | "amqp";

/** Size, data offset, type, channel (AMQP 1.0 part 2.3.1). */
export const FRAME_HEAD_BYTES = 8;
const WORD_BYTES = 4;
const TYPE_BY_LAYER: Readonly<Record<Layer, number>> = { amqp: 0, sasl: 1 };
/** The performative that ends SASL; its first field is the code. */
export const SASL_OUTCOME = 0x44;
const UBYTE = 0x50;

/** Performatives by their descriptors; a peer may write `amqp:open:list` for 0x10, and so on. */
export const PERFORMATIVES = {
  open: 0x10,
  begin: 0x11,
  attach: 0x12,
  flow: 0x13,
  transfer: 0x14,
  disposition: 0x15,
  detach: 0x16,
  end: 0x17,
  close: 0x18,
} as const;
const NUMBER_BY_SYMBOL: ReadonlyMap<number | string, number> = new Map(
  Object.entries(PERFORMATIVES).map(([name, number]) => [`amqp:${name}:list`, number]),
);

/**
 * Reads a frame up to its performative's list, where the cursor then stands. Returns the number of
 * the performative; its name where that is of no interest here; undefined for an empty frame, which
 * is a sign of life. Throws Malformed.
 */
export function readFrameHead(cursor: Cursor, layer: Layer): number | string | undefined {
  const at = cursor.take(FRAME_HEAD_BYTES);
  const words = cursor.bytes[at + WORD_BYTES] ?? 0;
  const type = cursor.bytes[at + WORD_BYTES + 1];
  if (words * WORD_BYTES < FRAME_HEAD_BYTES) throw cursor.malformed(`data offset ${words}`);
  if (type !== TYPE_BY_LAYER[layer]) throw cursor.malformed(`frame of type ${String(type)}`);
  cursor.take(words * WORD_BYTES - FRAME_HEAD_BYTES);
  if (cursor.left === 0) return undefined;
  if (cursor.code() !== DESCRIBED) throw cursor.malformed("a performative was expected");
  const descriptor = cursor.descriptor();
  return NUMBER_BY_SYMBOL.get(descriptor) ?? descriptor;
}

/**
 * Reads a performative's list. Throws Malformed unless rhea can read it too, with an effort in
 * proportion to its size: rhea believes every count, and 30 bytes make it gather fifty million items.
 */
export function readPerformative(cursor: Cursor): readonly AmqpValue[] {
  cursor.strict = true;
  return readList(cursor);
}

/** Whether a SASL frame lets us in, after which another protocol header comes. Throws Malformed. */
export function isSignedIn(cursor: Cursor, descriptor: number | string): boolean {
  if (typeof descriptor === "string") throw cursor.malformed("a SASL frame without a number");
  return descriptor === SASL_OUTCOME && isOk(cursor);
}

/** Strict, because rhea takes whatever is 0 for OK, and both of us must know what comes next. */
function isOk(cursor: Cursor): boolean {
  const code = cursor.code();
  if (code !== 0xc0 && code !== 0xd0) throw cursor.malformed("an outcome without a code");
  cursor.enter(code === 0xd0);
  if (cursor.count(code === 0xd0) === 0 || cursor.code() !== UBYTE) {
    throw cursor.malformed("an outcome without a code");
  }
  return cursor.bytes[cursor.take(1)] === 0;
}
