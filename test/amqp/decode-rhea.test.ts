import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { message, types } from "rhea";
import { decodeMessage } from "../../src/amqp/decode";
import { DecodeError } from "../../src/errors/error";
import { amqpProperties } from "../support/messages/amqp-properties";
import type { AmqpValue } from "../../src/protocol/amqp-message";

/** A value as rhea's encoder takes it, and what our decoder must make of its bytes. */
interface Pair {
  readonly typed: unknown;
  readonly value: AmqpValue;
}

/** As a literal makes them; fast-check's own records have no prototype half of the time. */
const PLAIN = { noNullPrototype: true } as const;

const pair = (typed: unknown, value: AmqpValue): Pair => ({ typed, value });

/** Both ends of the range come up often: that is where one encoding ends and the next begins. */
function integer(min: number, max: number): fc.Arbitrary<number> {
  return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max, 0, 1));
}

function bytes64(value: bigint, write: "writeBigInt64BE" | "writeBigUInt64BE"): Buffer {
  const bytes = Buffer.alloc(8);
  bytes[write](value);
  return bytes;
}

/** A number where that keeps every digit. */
function exact(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ minLength: 200, maxLength: 400 }), // over the limit of the short encoding
  fc.constantFrom("topic", "messageId", "__proto__", "constructor"),
);
const ascii = fc.stringMatching(/^[a-z:-]{0,20}$/);
const binary = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

const leaf: fc.Arbitrary<Pair> = fc.oneof(
  fc.constant(pair(null, null)),
  fc.boolean().map((value) => pair(types.wrap_boolean(value), value)),
  integer(0, 0xff).map((value) => pair(types.wrap_ubyte(value), value)),
  integer(0, 0xffff).map((value) => pair(types.wrap_ushort(value), value)),
  integer(0, 0xffff_ffff).map((value) => pair(types.wrap_uint(value), value)),
  integer(-0x80, 0x7f).map((value) => pair(types.wrap_byte(value), value)),
  integer(-0x8000, 0x7fff).map((value) => pair(types.wrap_short(value), value)),
  integer(-0x8000_0000, 0x7fff_ffff).map((value) => pair(types.wrap_int(value), value)),
  fc
    .bigInt({ min: 0n, max: 2n ** 64n - 1n })
    .map((value) => pair(types.wrap_ulong(bytes64(value, "writeBigUInt64BE")), exact(value))),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value) => pair(types.wrap_long(bytes64(value, "writeBigInt64BE")), exact(value))),
  fc.float().map((value) => pair(types.wrap_float(value), value)),
  fc.double().map((value) => pair(types.wrap_double(value), value)),
  fc
    .date({ min: new Date(-1e12), max: new Date(8.64e15), noInvalidDate: true })
    .map((value) => pair(types.wrap_timestamp(value.getTime()), value)),
  fc.integer({ min: 0, max: 0x10_ffff }).map((code) => {
    return pair(types.wrap_char(code), String.fromCodePoint(code));
  }),
  fc.uuid().map((uuid) => {
    return pair(types.wrap_uuid(Buffer.from(uuid.replaceAll("-", ""), "hex")), { uuid });
  }),
  binary.map((value) => pair(types.wrap_binary(value), value)),
  text.map((value) => pair(types.wrap_string(value), value)),
  ascii.map((value) => pair(types.wrap_symbol(value), value)),
  fc.array(integer(-0x8000_0000, 0x7fff_ffff)).map((values) => {
    return pair(types.wrap_array(values, 0x71, undefined), values);
  }),
);

function listOf(pairs: readonly Pair[]): Pair {
  return pair(
    types.wrap_list(pairs.map(({ typed }) => typed)),
    pairs.map(({ value }) => value),
  );
}

function mapOf(entries: readonly (readonly [string, Pair])[]): Pair {
  const unique = new Map(entries);
  const typed = new Map([...unique].map(([key, entry]) => [key, entry.typed]));
  return pair(typed, new Map([...unique].map(([key, entry]) => [key, entry.value])));
}

const { any } = fc.letrec<{ any: Pair }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("any"), { maxLength: 4 }).map(listOf),
    fc.array(fc.tuple(text, tie("any")), { maxLength: 4 }).map(mapOf),
    tie("any").map(({ typed, value }) => {
      return pair(types.wrap_list([types.wrap_described(typed, "example:type")]), [value]);
    }),
  ),
}));

const messageId: fc.Arbitrary<Pair | undefined> = fc.oneof(
  fc.constant(undefined),
  text.filter((id) => id !== "").map((id) => pair(id, id)),
  fc
    .bigInt({ min: 0n, max: 2n ** 64n - 1n })
    .map((id) => pair(types.wrap_ulong(bytes64(id, "writeBigUInt64BE")), exact(id))),
  binary.map((id) => pair(types.wrap_binary(id), id)),
);

type Body =
  | { readonly section: "data"; readonly chunks: readonly Buffer[] }
  | { readonly section: "value"; readonly pair: Pair }
  | { readonly section: "sequence"; readonly pairs: readonly Pair[] };

const body: fc.Arbitrary<Body> = fc.oneof(
  fc.record(
    {
      section: fc.constant("data" as const),
      chunks: fc.array(binary, { minLength: 1, maxLength: 3 }),
    },
    PLAIN,
  ),
  fc.record({ section: fc.constant("value" as const), pair: any }),
  fc.record({ section: fc.constant("sequence" as const), pairs: fc.array(any, { maxLength: 3 }) }),
);

function rheaBody(given: Body): unknown {
  switch (given.section) {
    case "data":
      return message.data_sections(given.chunks);
    case "value":
      return given.pair.typed;
    case "sequence":
      return message.sequence_section(given.pairs.map(({ typed }) => typed));
  }
}

function expectedBody(given: Body): unknown {
  switch (given.section) {
    case "data":
      return given;
    case "value":
      return { section: "value", value: given.pair.value };
    case "sequence":
      return { section: "sequence", values: given.pairs.map(({ value }) => value) };
  }
}

const generated = fc.record({
  properties: fc.array(fc.tuple(text, any), { maxLength: 5 }).map((entries) => new Map(entries)),
  annotations: fc.array(fc.tuple(ascii, any), { maxLength: 2 }).map((entries) => new Map(entries)),
  messageId,
  subject: fc.option(text, { nil: undefined }),
  durable: fc.option(fc.boolean(), { nil: undefined }),
  body,
});

/** The message as rhea writes it, with sections that we pass over in between. */
function encode(given: typeof generated extends fc.Arbitrary<infer T> ? T : never): Buffer {
  const typedOf = (pairs: ReadonlyMap<string, Pair>) =>
    Object.fromEntries([...pairs].map(([key, { typed }]) => [key, typed]));
  return message.encode({
    durable: given.durable,
    delivery_annotations: typedOf(given.annotations),
    message_annotations: typedOf(given.annotations),
    message_id: given.messageId?.typed,
    subject: given.subject,
    application_properties: typedOf(given.properties),
    footer: typedOf(given.annotations),
    body: rheaBody(given.body),
  });
}

test("what rhea encodes comes out with every value and type", () => {
  fc.assert(
    fc.property(generated, (given) => {
      const decoded = decodeMessage(encode(given));
      const { properties, typed } = decoded;
      const expected = new Map([...given.properties].map(([key, { value }]) => [key, value]));
      deepEqual({ properties, typed }, amqpProperties(expected));
      deepEqual(decoded.messageId, given.messageId?.value ?? null);
      deepEqual(decoded.body, expectedBody(given.body));
    }),
    { numRuns: 1_000 },
  );
});

/** Decodes, and gives what came of it; anything but a message or a DecodeError fails the test. */
function outcome(raw: Buffer): "message" | "refused" {
  try {
    decodeMessage(raw);
    return "message";
  } catch (error) {
    ok(error instanceof DecodeError, `${String(error)} for ${raw.toString("hex")}`);
    equal(error.message.includes("unexpected bytes"), false, error.message);
    return "refused";
  }
}

test("every beginning of a message is decoded or refused, and the ones cut in a section refused", () => {
  const raw = message.encode({
    application_properties: { topic: "/k1/d1/user/update", qos: types.wrap_int(1) },
    body: message.data_section(Buffer.from("payload")) as unknown,
  });
  const whole = Array.from({ length: raw.length + 1 }, (_, length) => length).filter(
    (length) => outcome(raw.subarray(0, length)) === "message",
  );
  // Up to: nothing, rhea's empty header and properties, the application properties, the data.
  equal(whole.length, 5);
  equal(whole.at(-1), raw.length);
});

interface Mutation {
  readonly kind: "flip" | "insert" | "cut";
  readonly place: number;
  readonly byte: number;
}

/** Bytes that mean something to a decoder come up more often than others. */
const weightyByte = fc.oneof(
  fc.constantFrom(0x00, 0x40, 0x45, 0x53, 0xc0, 0xc1, 0xd0, 0xd1, 0xe0, 0xf0, 0xff, 0x7f, 0x80),
  fc.nat({ max: 255 }),
);
const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom("flip" as const, "flip" as const, "insert" as const, "cut" as const),
  place: fc.nat(),
  byte: weightyByte,
});

function mutated(raw: Buffer, mutations: readonly Mutation[]): Buffer {
  let bytes = Buffer.from(raw);
  for (const { kind, place, byte } of mutations) {
    if (bytes.length === 0) break;
    const at = place % bytes.length;
    if (kind === "cut") bytes = bytes.subarray(0, at);
    else if (kind === "flip") bytes.fill(byte, at, at + 1);
    else bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]);
  }
  return bytes;
}

test("20 000 damaged messages are each decoded or refused, never slowly", () => {
  const outcomes = { message: 0, refused: 0 };
  let slowestMs = 0;
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(
      generated,
      // Many damages of each message: making a message takes longer than decoding it.
      fc.array(mutations, { minLength: 20, maxLength: 20 }),
      (given, damages) => {
        const raw = encode(given);
        for (const damage of damages) {
          const bytes = mutated(raw, damage);
          const startMs = performance.now();
          outcomes[outcome(bytes)]++;
          slowestMs = Math.max(slowestMs, performance.now() - startMs);
        }
      },
    ),
    { numRuns: 1_000 },
  );
  equal(outcomes.message + outcomes.refused, 20_000);
  ok(outcomes.message > 500 && outcomes.refused > 500, JSON.stringify(outcomes));
  ok(slowestMs < 1_000, `the slowest took ${slowestMs} ms`);
});

test("bytes made of nothing but meaningful ones are decoded or refused", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("005377", "005374", "005373", "005376", "005370", ""),
      fc.array(weightyByte, { maxLength: 60 }),
      (start, rest) => {
        outcome(Buffer.concat([Buffer.from(start, "hex"), Buffer.from(rest)]));
      },
    ),
    { numRuns: 5_000 },
  );
});
