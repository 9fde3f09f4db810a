import { Malformed } from "./peer-errors";

/** Constructor of a described value: a descriptor follows, then the value. */
export const DESCRIBED = 0x00;

/** Real messages nest two or three levels; deep ones would only overflow the stack. */
const MAX_DEPTH = 32;
/** By the high half of the constructor (part 1.2.2); no entry: none, or a size comes first. */
const FIXED_WIDTHS: Readonly<Record<number, number>> = { 4: 0, 5: 1, 6: 2, 7: 4, 8: 8, 9: 16 };

/** A place in the bytes of one frame or message. Every method throws Malformed where they do not fit. */
export class Cursor {
  readonly bytes: Buffer;
  /** Also an empty array must have its constructor: rhea reads one in any case. */
  strict = false;
  readonly #start: number;
  #position: number;
  /** Where the compound being read ends, or the bytes do. */
  #end: number;
  #depth = 0;
  /** See `spendZeroWidth`. */
  #zeroWidthLeft: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.#start = start;
    this.#position = start;
    this.#end = end;
    this.#zeroWidthLeft = end - start;
  }

  /** Index of the next byte in `bytes`. */
  get position(): number {
    return this.#position;
  }

  get left(): number {
    return this.#end - this.#position;
  }

  malformed(reason: string): Malformed {
    return new Malformed(`${reason}, at byte ${this.#position - this.#start}`);
  }

  /** Passes over `width` bytes; returns where they start. */
  take(width: number): number {
    if (width > this.left) {
      throw this.malformed(`${width} bytes announced, but only ${this.left} left`);
    }
    const at = this.#position;
    this.#position += width;
    return at;
  }

  /** A size or a count: one byte, or four where `wide`. */
  size(wide: boolean): number {
    const at = this.take(wide ? 4 : 1);
    return wide ? this.bytes.readUInt32BE(at) : this.bytes.readUInt8(at);
  }

  /** How many items follow; each takes a byte at least. */
  count(wide: boolean): number {
    const count = this.size(wide);
    this.checkCount(count);
    return count;
  }

  /** For items of an array, whose constructor stands between their count and them. */
  checkCount(count: number): void {
    if (count > this.left) throw this.malformed(`${count} items announced in ${this.left} bytes`);
  }

  /** The constructor byte of the next value. */
  code(): number {
    const code = this.bytes[this.#position];
    if (code === undefined || this.#position >= this.#end)
      throw this.malformed("a value is missing");
    this.#position++;
    return code;
  }

  /** A slice of the bytes, not a copy. */
  binary(wide: boolean): Buffer {
    const length = this.size(wide);
    const at = this.take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Text; bytes that are not UTF-8 become U+FFFD, for one bad letter must not cost the message. */
  text(wide: boolean): string {
    const length = this.size(wide);
    const at = this.take(length);
    return this.bytes.toString("utf8", at, at + length);
  }

  /** Goes one level down. */
  descend(): void {
    if (++this.#depth > MAX_DEPTH) {
      throw this.malformed(`values nested deeper than ${MAX_DEPTH} levels`);
    }
  }

  ascend(): void {
    this.#depth--;
  }

  /** Enters a compound, whose size follows; returns what `leave` needs. */
  enter(wide: boolean): number {
    const size = this.size(wide);
    if (size > this.left) throw this.malformed(`compound of ${size} bytes, but ${this.left} left`);
    this.descend();
    const outerEnd = this.#end;
    this.#end = this.#position + size;
    return outerEnd;
  }

  /** Leaves the compound, whose bytes must all be read. */
  leave(outerEnd: number): void {
    if (this.left > 0) throw this.malformed(`${this.left} bytes too many in a compound`);
    this.ascend();
    this.#end = outerEnd;
  }

  /** Passes over what is left of the compound, and leaves it. */
  leaveEarly(outerEnd: number): void {
    this.#position = this.#end;
    this.leave(outerEnd);
  }

  /**
   * Pays for array items that have no width. They cost the sender nothing: without a limit, 30
   * bytes could stand for four thousand million of them. All together may be as many as the
   * message has bytes.
   */
  spendZeroWidth(count: number): void {
    this.#zeroWidthLeft -= count;
    if (this.#zeroWidthLeft < 0) throw this.malformed(`array of ${count} items of no width`);
  }

  /** A descriptor: the number of a ulong, or the text of a symbol. AMQP 1.0 reserves all others. */
  descriptor(): number | string {
    const code = this.code();
    switch (code) {
      case 0x44: // ulong0
        return 0;
      case 0x53: // smallulong
        return this.bytes.readUInt8(this.take(1));
      case 0x80: // ulong
        return Number(this.bytes.readBigUInt64BE(this.take(8)));
      case 0xa3: // sym8
      case 0xb3: // sym32
        return this.text(code === 0xb3);
      default:
        throw this.malformed("a descriptor must be a ulong or a symbol");
    }
  }

  /** Passes over one value by its encoded size, without decoding it. */
  skip(): void {
    // A loop and not a recursion: descriptors could be described without end.
    for (let values = 1; values > 0; values--) {
      const code = this.code();
      if (code === DESCRIBED) values += 2;
      else this.take(this.width(code));
    }
  }

  /** How many bytes follow the constructor: its high half says so, also for an unknown type. */
  width(code: number): number {
    const width = FIXED_WIDTHS[code >> 4];
    if (width !== undefined) return width;
    if (code < 0xa0) throw this.malformed(`no such type 0x${code.toString(16)}`);
    return this.size((code & 0x10) !== 0);
  }
}
