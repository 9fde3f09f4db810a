import { Cursor, DESCRIBED } from "./decode-cursor";
import { readList } from "./decode-values";

/** Which frames come: those of SASL first, then, once signed in, those of AMQP. */
export type Layer = "sasl" | "amqp";

/** Size, data offset, type, channel (AMQP 1.0 part 2.3.1). */
export const FRAME_HEAD_BYTES = 8;
const WORD_BYTES = 4;
const TYPE_BY_LAYER: Readonly<Record<Layer, number>> = { amqp: 0, sasl: 1 };
const SASL_OUTCOME = 0x44;
const UBYTE = 0x50;

/** Performatives that are not rhea's business alone. A peer may name them in words, too. */
export const TRANSFER = 0x14;
export const CLOSE = 0x18;
const NUMBER_BY_SYMBOL: ReadonlyMap<number | string, number> = new Map([
  ["amqp:transfer:list", TRANSFER],
  ["amqp:close:list", CLOSE],
]);

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
 * Throws Malformed unless rhea can read the performative with an effort in proportion to its size.
 * rhea believes every count: 30 bytes make it gather fifty million items. Returns whether the frame
 * is the SASL outcome that lets us in, after which another protocol header comes.
 */
export function checkPerformative(
  cursor: Cursor,
  descriptor: number | string,
  layer: Layer,
): boolean {
  const { position } = cursor;
  cursor.strict = true;
  readList(cursor);
  if (layer === "amqp") return false;
  if (typeof descriptor === "string") throw cursor.malformed("a SASL frame without a number");
  return descriptor === SASL_OUTCOME && isOk(new Cursor(cursor.bytes, position));
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
