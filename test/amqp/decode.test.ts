import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage } from "../../src/amqp/decode";
import { DecodeError } from "../../src/errors/error";
import type { AmqpValue } from "../../src/protocol/amqp-message";

/** Bytes written as hexadecimal digits, with blanks where they help to read. */
function hex(digits: string): Buffer {
  return Buffer.from(digits.replace(/\s/g, ""), "hex");
}

/** A text as str8, in hexadecimal digits. */
function str(text: string): string {
  const bytes = Buffer.from(text);
  return `a1 ${bytes.length.toString(16).padStart(2, "0")} ${bytes.toString("hex")}`;
}

/** The value of an amqp-value section that holds these bytes. */
function valueOf(digits: string): AmqpValue {
  const { body } = decodeMessage(hex(`005377 ${digits}`));
  ok(body.section === "value");
  return body.value;
}

/** The error that a message's bytes give. */
function refusal(raw: Buffer): DecodeError {
  try {
    decodeMessage(raw);
  } catch (error) {
    ok(error instanceof DecodeError, String(error));
    return error;
  }
  throw new Error(`decoded without an error: ${raw.toString("hex")}`);
}

test("a platform message gives its application properties and its data", () => {
  const raw = hex(`
    005374 c1 37 06
      ${str("topic")} ${str("/k1/d1/user/update")}
      ${str("messageId")} 81 18d74f0e3a2b1c0d
      ${str("qos")} 54 01
    005375 a0 08 ${Buffer.from('{"t":21}').toString("hex")}`);
  deepEqual(decodeMessage(raw), {
    properties: {
      topic: "/k1/d1/user/update",
      messageId: 0x18d7_4f0e_3a2b_1c0dn.toString(),
      qos: 1,
    },
    typed: new Map(),
    messageId: null,
    body: { section: "data", chunks: [Buffer.from('{"t":21}')] },
  });
});

const VALUES: readonly (readonly [name: string, bytes: string, value: AmqpValue])[] = [
  ["null", "40", null],
  ["true", "41", true],
  ["false", "42", false],
  ["a boolean byte of one", "56 01", true],
  ["a boolean byte of zero", "56 00", false],
  ["a ubyte", "50 ff", 255],
  ["a ushort", "60 ffff", 65_535],
  ["a uint", "70 ffffffff", 4_294_967_295],
  ["a smalluint", "52 ff", 255],
  ["uint zero", "43", 0],
  ["a ulong", "80 ffffffffffffffff", 18_446_744_073_709_551_615n],
  ["a smallulong", "53 ff", 255],
  ["ulong zero", "44", 0],
  ["a byte", "51 80", -128],
  ["a short", "61 8000", -32_768],
  ["an int", "71 80000000", -2_147_483_648],
  ["a smallint", "54 ff", -1],
  ["a long", "81 8000000000000000", -9_223_372_036_854_775_808n],
  ["a long beyond the exact numbers", "81 0020000000000001", 9_007_199_254_740_993n],
  ["a smalllong", "55 ff", -1],
  ["a float", "72 bf400000", -0.75],
  ["a double", "82 3ff8000000000000", 1.5],
  ["a decimal32 as its bytes", "74 22500001", Buffer.from("22500001", "hex")],
  ["a decimal64 as its bytes", "84 2238000000000001", Buffer.from("2238000000000001", "hex")],
  ["a decimal128 as its bytes", `94 ${"0f".repeat(16)}`, Buffer.alloc(16, 0x0f)],
  ["a char", "73 0001f600", "😀"],
  ["a timestamp", "83 0000018f4f9aae9e", new Date(0x018f_4f9a_ae9e)],
  ["a timestamp before 1970", "83 ffffffffffffffff", new Date(-1)],
  ["the last time that a Date holds", "83 001eb208c2dc0000", new Date(8.64e15)],
  ["a time later than any Date, as a number", "83 001eb208c2dc0001", 8_640_000_000_000_001],
  [
    "a uuid",
    "98 f81d4fae7dec11d0a76500a0c91e6bf6",
    { uuid: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" },
  ],
  ["a short binary", "a0 02 00ff", Buffer.from([0, 255])],
  ["a long binary", "b0 00000002 00ff", Buffer.from([0, 255])],
  ["a short string", "a1 03 e6b8a9", "温"],
  ["a long string", "b1 00000003 e6b8a9", "温"],
  ["a string of more than sixteen letters", str("x".repeat(40)), "x".repeat(40)],
  ["an empty string", "a1 00", ""],
  ["a string that is not UTF-8", "a1 02 61ff", "a\uFFFD"],
  ["a symbol", "a3 01 61", "a"],
  ["a long symbol", "b3 00000001 61", "a"],
  ["the empty list", "45", []],
  ["a short list", "c0 04 03 40 41 42", [null, true, false]],
  ["a long list", "d0 00000007 00000002 5401 40", [1, null]],
  ["a short map", "c1 05 02 a10161 41", new Map([["a", true]])],
  ["a long map", "d1 00000008 00000002 a10161 41", new Map([["a", true]])],
  [
    "a map's repeated key with its last value",
    "c1 09 04 a10161 41 a10161 42",
    new Map([["a", false]]),
  ],
  ["a map whose keys are not strings", "c1 04 02 5401 40", new Map([[1, null]])],
  ["a short array", "e0 05 03 51 010203", [1, 2, 3]],
  ["a long array", "f0 0000000d 00000002 71 00000001 00000002", [1, 2]],
  ["an array of strings", "e0 06 02 a1 0161 0162", ["a", "b"]],
  ["an array of arrays", "e0 07 01 e0 04 02 50 0102", [[1, 2]]],
  ["an array of nulls", "e0 02 02 40", [null, null]],
  ["an empty array", "e0 02 00 40", []],
  ["an empty array without a constructor", "e0 01 00", []],
  ["an array of described values", "e0 06 01 00 5301 50 07", [7]],
  ["a described value without its descriptor", "00 5301 5407", 7],
  ["a described value within a list", "c0 07 01 00 a30161 5407", [7]],
];

for (const [name, bytes, value] of VALUES) {
  test(`${name} is decoded as the specification says`, () => {
    deepEqual(valueOf(bytes), value);
  });
}

test("each body section of the specification is read", () => {
  deepEqual(decodeMessage(hex("")).body, { section: "none" });
  deepEqual(decodeMessage(hex("005375 a000")).body, { section: "data", chunks: [Buffer.alloc(0)] });
  deepEqual(decodeMessage(hex("005375 a00161 005375 b00000000162")).body, {
    section: "data",
    chunks: [Buffer.from("a"), Buffer.from("b")],
  });
  deepEqual(decodeMessage(hex("005376 c0 02 01 41")).body, {
    section: "sequence",
    values: [true],
  });
  deepEqual(decodeMessage(hex("005376 c00201 41 005376 45 005376 c00201 42")).body, {
    section: "sequence",
    values: [true, false],
  });
  deepEqual(decodeMessage(hex("005377 40")).body, { section: "value", value: null });
});

test("a section described by a symbol or by a whole ulong is the same section", () => {
  for (const descriptor of [
    "53 75",
    "80 0000000000000075",
    `a3 10 ${Buffer.from("amqp:data:binary").toString("hex")}`,
    `b3 00000010 ${Buffer.from("amqp:data:binary").toString("hex")}`,
  ]) {
    const { body } = decodeMessage(hex(`00 ${descriptor} a00161`));
    deepEqual(body, { section: "data", chunks: [Buffer.from("a")] });
  }
});

test("of the properties section only the message ID is read, whatever the others are", () => {
  const id = (bytes: string) => decodeMessage(hex(`005373 ${bytes}`)).messageId;
  equal(id("45"), null);
  equal(id("c00100"), null);
  equal(id("c00201 40"), null);
  equal(id(`c0 06 02 ${str("7")} ff ff`), "7");
  equal(id("c0 0a 01 80 00000000000000ff"), 255);
  equal(id("d0 00000006 00000001 5307"), 7);
});

test("sections that are not used are passed over by their size, without a look inside", () => {
  const unused = [
    "005370 c0 03 ff ffff", // header with a wrong count
    "005371 c1 03 ff ffff",
    "005372 d1 00000005 ffffffff ff",
    "005378 c1 01 00", // footer
    "0053f0 40", // not of the specification
    `00 a3 01 78 ${str("unknown")}`,
    "005379 00 5301 00 5302 40", // described twice
  ];
  const { body } = decodeMessage(hex(`${unused.join("")} 005375 a00161 ${unused.join("")}`));
  deepEqual(body, { section: "data", chunks: [Buffer.from("a")] });
});

test("two sections of application properties are one, the later of a name counts", () => {
  const { properties, typed } = decodeMessage(
    hex(`005374 c1 0d 06 a10161 41 a10162 41 a10163 45 005374 c1 09 04 a10161 42 a10164 45`),
  );
  deepEqual(properties, { a: false, b: true, c: [], d: [] });
  deepEqual([...typed.keys()], ["c", "d"]);
});

test("an application property named __proto__ is only a name", () => {
  const { properties } = decodeMessage(hex(`005374 c1 0d 02 ${str("__proto__")} 41`));
  deepEqual(Object.entries(properties), [["__proto__", true]]);
  equal(Object.getPrototypeOf(properties), Object.prototype);
});

test("a data section is a slice of the bytes, not a copy", () => {
  const raw = hex("005375 a00161");
  const { body } = decodeMessage(raw);
  ok(body.section === "data");
  equal(body.chunks[0]?.buffer, raw.buffer);
});

const MALFORMED: readonly (readonly [name: string, bytes: string, reason: RegExp])[] = [
  ["does not begin with a section", "40", /section was expected/],
  ["begins with text", "41 42 43", /section was expected/],
  ["ends after the first byte", "00", /missing/],
  ["ends within the descriptor", "00 80 000000", /8 bytes announced, but only 3 left/],
  ["ends after the descriptor", "005375", /missing/],
  ["has a descriptor that is a boolean", "00 41 40", /ulong or a symbol/],
  ["has a string for data", "005375 a10161", /binary was expected/],
  ["has a list for application properties", "005374 45", /map was expected/],
  ["has null for application properties", "005374 40", /map was expected/],
  ["has a map for properties", "005373 c10100", /list was expected/],
  ["has a binary for a sequence", "005376 a000", /list was expected/],
  [
    "has an application property whose name is a number",
    "005374 c1 04 02 5401 40",
    /without a name/,
  ],
  ["has a map with a key but no value", "005377 c1 02 01 40", /no value/],
  ["has data longer than itself", "005375 a0 02 61", /2 bytes announced, but only 1 left/],
  ["has data of four gigabytes", "005375 b0 ffffffff 61", /4294967295 bytes announced/],
  ["has a string longer than its list", "005377 c0 05 01 a1 05 6162 6364656667", /announced/],
  ["has a list longer than itself", "005377 c0 05 01 40", /5 bytes, but 2 left/],
  ["has a list without a count", "005377 c0 00", /announced/],
  ["has more items than bytes", "005377 c0 02 7f 40", /127 items announced in 1 bytes/],
  ["has a million map entries in no byte", "005377 d1 00000004 000f4240", /items announced/],
  ["has bytes left over in a list", "005377 c0 03 01 40 40", /1 bytes too many/],
  ["has bytes left over in an array", "005377 e0 04 01 50 01 02", /1 bytes too many/],
  ["has an array without a constructor", "005377 e0 01 01", /missing/],
  ["has an array of more bytes than are there", "005377 e0 04 7f 50 0102", /127 items announced/],
  ["has an unknown type", "005377 5f 00", /unknown type 0x5f/],
  ["has an unknown type of variable width", "005377 af 00", /unknown type 0xaf/],
  ["has an impossible type in an unused section", "005370 1f", /no such type 0x1f/],
  ["has a char outside Unicode", "005377 73 00110000", /Unicode/],
  ["has a boolean that is neither", "005377 56 02", /boolean/],
  ["has two values", "005377 40 005377 40", /two bodies/],
  ["has data and a value", "005375 a000 005377 40", /two bodies/],
  ["has a sequence and data", "005376 45 005375 a000", /two bodies/],
  ["has an unused section longer than itself", "005370 d0 ffffffff 00", /announced/],
];

for (const [name, bytes, reason] of MALFORMED) {
  test(`a message that ${name} is a DecodeError with the reason and the bytes`, () => {
    const raw = hex(bytes);
    const error = refusal(raw);
    equal(error.code, "MESSAGE_UNDECODABLE");
    match(String(error.details["reason"]), reason);
    equal(error.details["size"], raw.length);
    deepEqual(Buffer.from(error.raw), raw);
  });
}

test("the bytes that an error carries are a copy, so that the socket's memory can be used again", () => {
  const raw = hex("005377 5f 00");
  const error = refusal(raw);
  raw.fill(0);
  deepEqual(Buffer.from(error.raw), hex("005377 5f 00"));
});

/** Lists within lists, each the only item of the one around it. */
function nested(levels: number): Buffer {
  let bytes = Buffer.from([0x40]);
  for (let level = 0; level < levels; level++) {
    const head = Buffer.from([0xd0, 0, 0, 0, 0, 0, 0, 0, 1]);
    head.writeUInt32BE(4 + bytes.length, 1);
    bytes = Buffer.concat([head, bytes]);
  }
  return Buffer.concat([hex("005377"), bytes]);
}

test("values may nest 32 levels deep and no deeper", () => {
  ok(decodeMessage(nested(32)).body.section === "value");
  match(refusal(nested(33)).message, /deeper than 32 levels/);
  match(refusal(nested(5_000)).message, /deeper than 32 levels/);
});

test("descriptors without end overflow nothing, neither where they are read nor passed over", () => {
  const endless = Buffer.alloc(250_000); // each zero announces a descriptor and a value
  refusal(endless);
  refusal(Buffer.concat([hex("005377"), endless]));
  refusal(Buffer.concat([hex("005370"), endless]));
  const described = Buffer.concat([hex("005377"), Buffer.alloc(90_000, hex("005301")), hex("40")]);
  match(refusal(described).message, /deeper than 32 levels/);
});

test("arrays of items without width are bounded by the size of the message", () => {
  // 50 million nulls in 14 bytes, and then in many arrays of a little less than is allowed.
  match(refusal(hex("005377 f0 00000005 02faf080 40")).message, /no width/);
  for (const type of ["41", "43", "44", "45"]) refusal(hex(`005377 f0 00000005 02faf080 ${type}`));
  const array = hex("f0 00000005 00002000 40");
  const count = 1_000;
  const head = Buffer.alloc(12);
  hex("005377 d0").copy(head);
  head.writeUInt32BE(4 + count * array.length, 4);
  head.writeUInt32BE(count, 8);
  match(
    refusal(Buffer.concat([head, Buffer.alloc(count * array.length, array)])).message,
    /no width/,
  );
});

test("50 000 data sections in one message are decoded in less than a second", () => {
  const startMs = performance.now();
  const { body } = decodeMessage(Buffer.alloc(50_000 * 6, hex("005375 a00161")));
  ok(body.section === "data" && body.chunks.length === 50_000);
  ok(performance.now() - startMs < 1_000, "the time must grow with the size, not its square");
});
