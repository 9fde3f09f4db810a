import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { types } from "rhea";
import { Cursor } from "../../src/amqp/decode-cursor";
import { Malformed } from "../../src/amqp/peer-errors";
import { isSignedIn, readFrameHead, readPerformative } from "../../src/amqp/frame-check";
import type { Layer } from "../../src/amqp/frame-check";
import {
  amqpError,
  binary,
  CODE,
  dataSection,
  described,
  EMPTY_FRAME,
  frame,
  map,
  no,
  nothing,
  symbol,
  text,
  ubyte,
  uint,
  yes,
} from "../support/peer/frames";

// A part of rhea 3.0.5 that its typings do not give.
declare module "rhea/typings/types" {
  interface types {
    readonly Reader: new (bytes: Buffer) => { read(): unknown; remaining(): number };
  }
}

/** What a frame that may be read is: what follows its performative, and whether SASL ends. */
function checkFrame(bytes: Buffer, layer: Layer) {
  const cursor = new Cursor(bytes);
  const performative = readFrameHead(cursor, layer);
  if (performative === undefined) return { payloadBytes: cursor.left, endsSasl: false };
  const { position } = cursor;
  readPerformative(cursor);
  const endsSasl = layer === "sasl" && isSignedIn(new Cursor(bytes, position), performative);
  return { payloadBytes: cursor.left, endsSasl };
}

/** A constructor, then size and count in `width` bytes each, then the items. */
function compound(code: number, count: number, items: Buffer = Buffer.alloc(0)): Buffer {
  const width = (code & 0x10) === 0 ? 1 : 4;
  const head = Buffer.alloc(1 + 2 * width);
  head.writeUInt8(code);
  head.writeUIntBE(items.length + width, 1, width);
  head.writeUIntBE(count, 1 + width, width);
  return Buffer.concat([head, items]);
}

const hex = (bytes: string): Buffer => Buffer.from(bytes.replaceAll(" ", ""), "hex");
const flowWith = (properties: Buffer): Buffer => {
  const ids = [uint(0), uint(100), uint(0), uint(100)];
  const unset = Array.from({ length: 6 }, () => nothing);
  return frame(described(CODE.flow, [...ids, ...unset, properties]));
};
const transfer = frame(
  Buffer.concat([
    described(CODE.transfer, [uint(0), uint(1), binary(hex("01")), uint(0), no, no]),
    dataSection(Buffer.from("hello")),
  ]),
);

/** Frames of each kind, with values of each kind. */
const GOOD: readonly Buffer[] = [
  EMPTY_FRAME,
  frame(described(CODE.close)),
  frame(hex("00 53 18 45")),
  frame(hex("00 53 18 c0 01 00")),
  frame(hex("00 80 0000000000000018 45")),
  frame(Buffer.concat([hex("00"), symbol("amqp:close:list"), hex("45")])),
  frame(described(CODE.close, [amqpError("amqp:connection:forced", "moved")])),
  frame(described(CODE.open, [text("peer"), nothing, uint(65_536), hex("60 ffff"), uint(1)])),
  frame(described(CODE.begin, [hex("60 0000"), uint(0), uint(1), uint(1)])),
  frame(described(CODE.disposition, [no, uint(0), uint(9), yes, hex("00 53 24 45")])),
  transfer,
  flowWith(map(symbol("a"), map(symbol("b"), compound(0xd0, 2, Buffer.concat([yes, no]))))),
  flowWith(compound(0xf0, 3, hex("50 01 02 03"))), // an array of ubytes
  flowWith(compound(0xe0, 2, hex("a3 01 61 01 62"))), // of symbols
  flowWith(compound(0xe0, 2, hex("00 53 01 a3 01 61 01 62"))), // of described symbols
  flowWith(compound(0xf0, 2, hex("c1 01 00 01 00"))), // of empty maps
  flowWith(compound(0xf0, 30, hex("41"))), // of true, thirty times
  flowWith(compound(0xe0, 0, hex("40"))), // of nothing
];

test("frames of every kind pass, and the payload is what follows the performative", () => {
  for (const good of GOOD) {
    const { payloadBytes } = checkFrame(good, "amqp");
    equal(payloadBytes, good === transfer ? dataSection(Buffer.from("hello")).length : 0);
  }
});

test("an extended header is passed over", () => {
  const extended = Buffer.concat([hex("00000010 03 00 0000 ffffffff"), hex("00531845")]);
  deepEqual(checkFrame(extended, "amqp"), { payloadBytes: 0, endsSasl: false });
});

test("only an outcome with the code 0 ends SASL", () => {
  const sasl = (code: number, fields: Buffer[]) => frame(described(code, fields), "sasl");
  const ends = (bytes: Buffer) => checkFrame(bytes, "sasl").endsSasl;
  ok(ends(sasl(CODE.outcome, [ubyte(0)])));
  ok(ends(sasl(CODE.outcome, [ubyte(0), binary(hex("00"))])));
  ok(ends(frame(hex("00 80 0000000000000044 c0 03 01 50 00"), "sasl")));
  for (const code of [1, 2, 9]) ok(!ends(sasl(CODE.outcome, [ubyte(code)])));
  ok(!ends(sasl(CODE.mechanisms, [symbol("PLAIN")])));
  ok(!checkFrame(frame(described(CODE.outcome, [ubyte(0)])), "amqp").endsSasl);
});

const deep = (levels: number): Buffer =>
  levels === 0 ? nothing : compound(0xd0, 1, deep(levels - 1));

/** Frames of which each would block or bloat rhea, or lets it read other bytes than we have. */
const BAD: readonly (readonly [string, Buffer, RegExp])[] = [
  ["fifty million items without a width", flowWith(compound(0xf0, 5e7, nothing)), /no width/],
  [
    "two arrays with half too many each",
    flowWith(map(symbol("a"), compound(0xf0, 60, yes), symbol("b"), compound(0xf0, 60, hex("45")))),
    /no width/,
  ],
  ["a list that announces thirty million items", flowWith(compound(0xd0, 3e7)), /announced/],
  ["a map that does", flowWith(compound(0xd1, 3e7)), /announced/],
  ["a performative that does", frame(hex("00 53 13 d0 00000004 01ffffff")), /announced/],
  ["an array of more lists than bytes", flowWith(compound(0xf0, 99, hex("c0 01 00"))), /announced/],
  [
    "an array in place of a descriptor",
    flowWith(Buffer.concat([hex("00"), compound(0xf0, 5e7, nothing), nothing])),
    /descriptor/,
  ],
  [
    "an array as descriptor of a performative",
    frame(Buffer.concat([hex("00"), compound(0xf0, 5e7, nothing), hex("45")])),
    /descriptor/,
  ],
  [
    "an array as descriptor of an array's items",
    flowWith(
      compound(0xf0, 1, Buffer.concat([hex("00"), compound(0xf0, 5e7, nothing), hex("41")])),
    ),
    /descriptor/,
  ],
  ["40 levels", flowWith(deep(40)), /deeper/],
  [
    "40 descriptors",
    flowWith(Buffer.concat([...Array<Buffer>(40).fill(hex("00 44")), yes])),
    /deeper/,
  ],
  ["an empty array without a constructor", flowWith(compound(0xe0, 0)), /missing/],
  ["a list that is longer than its items", flowWith(compound(0xd0, 1, hex("40 40"))), /too many/],
  ["a list that is shorter", flowWith(hex("c0 02 02 40 40")), /announced/],
  ["a string that goes over the end", flowWith(hex("b1 00ffffff 61")), /announced/],
  ["no type of AMQP", flowWith(hex("30")), /no such type/],
  ["a performative that is not described", frame(hex("45")), /performative was expected/],
  ["a performative that is a map", frame(hex("00 53 13 c1 01 00")), /list was expected/],
  ["a SASL frame after SASL", frame(described(CODE.outcome, [ubyte(0)]), "sasl"), /type 1/],
  ["a data offset into the head", hex("00000008 01 00 0000"), /data offset 1/],
  ["a data offset over the end", hex("00000008 ff 00 0000"), /announced/],
];

test("what would block or bloat rhea is refused", () => {
  for (const [what, bytes, reason] of BAD) {
    throws(
      () => checkFrame(bytes, "amqp"),
      (error) => error instanceof Malformed && reason.test(error.message),
      what,
    );
  }
});

test("an outcome that rhea might read in another way than we is refused", () => {
  for (const body of [
    "00 53 44 45",
    "00 53 44 c0 01 00",
    "00 53 44 c0 02 01 43", // uint0
    "00 53 44 c0 02 01 42", // false
    "00 53 44 c1 03 01 50 00", // a map
    "00 a3 02 36 38 c0 03 01 50 00", // the symbol “68”, which rhea takes for the number
  ]) {
    throws(() => checkFrame(frame(hex(body), "sasl"), "sasl"), Malformed, body);
  }
});

/** Bytes of valid frames with up to four of them changed, among them those that start something. */
const mutated = fc
  .tuple(
    fc.constantFrom(...GOOD.filter(({ length }) => length > 8)),
    fc.array(
      fc.tuple(
        fc.nat(),
        fc.oneof(
          fc.nat(255),
          fc.constantFrom(0, 0x40, 0x45, 0x53, 0xa3, 0xc0, 0xd0, 0xd1, 0xe0, 0xf0, 0xff),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([valid, changes]) => {
    const bytes = Buffer.from(valid);
    for (const [at, value] of changes) bytes[8 + (at % (bytes.length - 8))] = value;
    return bytes;
  });

test("whatever passes, rhea reads the same bytes of it, or refuses them", () => {
  let passed = 0;
  const property = fc.property(mutated, (bytes) => {
    let payloadBytes;
    try {
      ({ payloadBytes } = checkFrame(bytes, "amqp"));
    } catch (error) {
      ok(error instanceof Malformed, String(error));
      return;
    }
    const reader = new types.Reader(bytes.subarray(8));
    try {
      reader.read();
    } catch (error) {
      // A type that there is not; nothing that it could have read beyond the frame.
      ok(String(error).includes("Unrecognised typecode"), String(error));
      return;
    }
    passed += 1;
    equal(reader.remaining(), payloadBytes);
  });
  fc.assert(property, { numRuns: 20_000 });
  ok(passed > 1_000, `only ${passed} passed`);
});
