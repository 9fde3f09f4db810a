import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { PayloadError } from "../../src/errors/error";
import { normalise } from "../../src/protocol/message";
import { amqpProperties } from "../support/messages/amqp-properties";
import type { AmqpBody, AmqpMessage, AmqpValue } from "../../src/protocol/amqp-message";
import type { DeviceMessage } from "../../src/protocol/message";
import { PAYLOAD_FORMATS } from "../../src/protocol/payload";
import type { PayloadFormat } from "../../src/protocol/payload";
import { english } from "../support/english";

const TOPIC = "/k1demoPk01/meter-07/thing/event/property/post";

function message(changes: Partial<AmqpMessage> = {}): AmqpMessage {
  return {
    ...amqpProperties(new Map()),
    messageId: null,
    body: { section: "none" },
    ...changes,
  };
}

/** A message with these application properties, normalised. */
function withProperties(properties: Record<string, AmqpValue>, messageId: AmqpValue = null) {
  const given = amqpProperties(new Map(Object.entries(properties)));
  return normalise(message({ ...given, messageId }), "auto").message;
}

function data(...chunks: (Buffer | string)[]): AmqpBody {
  return { section: "data", chunks: chunks.map((chunk) => Buffer.from(chunk)) };
}

/** The payload of a body that must fit the format. */
function payload(body: AmqpBody, format: PayloadFormat): DeviceMessage["payload"] {
  const { message: normalised, error } = normalise(message({ body }), format);
  equal(error, undefined);
  return normalised.payload;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

test("a property message has the platform's fields, and its device from the topic", () => {
  const { message: normalised } = normalise(
    message({
      ...amqpProperties(
        new Map<string, AmqpValue>([
          ["topic", TOPIC],
          ["messageId", 1_790_000_000_000_000_123n],
          ["generateTime", 1_715_000_130_190n],
          ["qos", 1],
        ]),
      ),
      body: data('{"items":{}}'),
    }),
    "auto",
  );
  deepEqual(normalised, {
    topic: TOPIC,
    payload: { items: {} },
    messageId: "1790000000000000123",
    generateTime: 1_715_000_130_190,
    qos: 1,
    messageType: "property-post",
    device: { productKey: "k1demoPk01", deviceName: "meter-07" },
    properties: {
      topic: TOPIC,
      messageId: "1790000000000000123",
      generateTime: 1_715_000_130_190,
      qos: 1,
    },
  } satisfies DeviceMessage);
});

test("a message without anything has an empty topic, an empty payload and no more", () => {
  deepEqual(normalise(message(), "auto").message, {
    topic: "",
    payload: "",
    messageId: undefined,
    generateTime: undefined,
    qos: undefined,
    messageType: "unknown",
    properties: {},
  } satisfies DeviceMessage);
});

const ID = "1790000000000000123";
const IDS: readonly (readonly [name: string, value: AmqpValue, id: string | undefined])[] = [
  ["a string", ID, ID],
  ["a string with blanks around", `  ${ID}\n`, ID],
  ["a string that is no number", "msg-7f", "msg-7f"],
  ["a blank string", "  ", undefined],
  ["a long", BigInt(ID), ID],
  ["the greatest ulong", 18_446_744_073_709_551_615n, "18446744073709551615"],
  ["the least long", -9_223_372_036_854_775_808n, "-9223372036854775808"],
  ["an int", 42, "42"],
  ["zero", 0, "0"],
  ["a double beyond the exact integers", 1e21, "1000000000000000000000"],
  ["a fraction", 1.5, undefined],
  ["not a number", NaN, undefined],
  ["eight bytes of an integer", int64(BigInt(ID)), ID],
  ["bytes of digits", Buffer.from(ID), ID],
  ["eight bytes of digits", Buffer.from("12345678"), "12345678"],
  ["other bytes", Buffer.from([0, 255]), "00ff"],
  ["no bytes", Buffer.alloc(0), undefined],
  [
    "a uuid",
    { uuid: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" },
    "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  ],
  ["a boolean", true, undefined],
  ["a date", new Date(0), undefined],
  ["a list", [1n], undefined],
  ["a map", new Map([["uuid", "x"]]), undefined],
  ["null", null, undefined],
];

for (const [name, value, id] of IDS) {
  test(`a message ID that is ${name} becomes ${id ?? "none"}`, () => {
    equal(withProperties({ messageId: value }).messageId, id);
    equal(withProperties({}, value).messageId, id);
  });
}

test("the application property messageId comes before the properties section's", () => {
  equal(withProperties({ messageId: "application" }, "section").messageId, "application");
  equal(withProperties({ messageId: " " }, "section").messageId, "section");
});

const TIME = 1_715_000_130_190;
const TIMES: readonly (readonly [name: string, value: AmqpValue, ms: number | undefined])[] = [
  ["a long", BigInt(TIME), TIME],
  ["a double", TIME + 0.9, TIME],
  ["a timestamp", new Date(TIME), TIME],
  ["digits", `${TIME}`, TIME],
  ["digits with blanks around", ` ${TIME} `, TIME],
  ["bytes of digits", Buffer.from(`${TIME}`), TIME],
  ["eight bytes of an integer", int64(BigInt(TIME)), TIME],
  ["the last time that a Date holds", 8_640_000_000_000_000n, 8.64e15],
  ["later than any Date", 8_640_000_000_000_001n, undefined],
  ["negative", -1, undefined],
  ["an invalid date", new Date(NaN), undefined],
  ["infinite", Infinity, undefined],
  ["no number", "yesterday", undefined],
  ["an empty string", "", undefined],
  ["hexadecimal text", "0x10", undefined],
  ["a boolean", true, undefined],
  ["a list", [TIME], undefined],
  ["null", null, undefined],
];

for (const [name, value, ms] of TIMES) {
  test(`a generateTime that is ${name} becomes ${ms ?? "none"}`, () => {
    equal(withProperties({ generateTime: value }).generateTime, ms);
  });
}

test("qos is 0 or 1 of any type, and nothing else", () => {
  const values: AmqpValue[] = [0, 1, 0n, 1n, "0", "1", 2, -1, 0.5, 2n, "", "x", null, true];
  const expected = [0, 1, 0, 1, 0, 1, ...Array<undefined>(8).fill(undefined)];
  deepEqual(
    values.map((qos) => withProperties({ qos }).qos),
    expected,
  );
});

test("a topic of another type than text is no topic, but bytes are read as text", () => {
  equal(withProperties({ topic: Buffer.from(TOPIC) }).messageType, "property-post");
  equal(withProperties({ topic: 7 }).topic, "");
  equal(withProperties({ topic: ["/a"] }).topic, "");
});

test("application properties become plain JSON, whatever their AMQP type", () => {
  const { properties } = withProperties({
    nothing: null,
    yes: true,
    text: "x",
    small: 5n,
    large: 9_007_199_254_740_993n,
    negative: -9_007_199_254_740_993n,
    double: 0.5,
    nan: NaN,
    infinite: -Infinity,
    time: new Date(TIME),
    never: new Date(NaN),
    bytes: Buffer.from([1, 2, 255]),
    id: { uuid: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6" },
    list: [1n, new Map([["a", Buffer.from("b")]])],
    map: new Map<AmqpValue, AmqpValue>([
      [1n, "number"],
      [null, "null"],
      [["a", 1], "list"],
    ]),
  });
  deepEqual(properties, {
    nothing: null,
    yes: true,
    text: "x",
    small: 5,
    large: "9007199254740993",
    negative: "-9007199254740993",
    double: 0.5,
    nan: "NaN",
    infinite: "-Infinity",
    time: TIME,
    never: null,
    bytes: "AQL/",
    id: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    list: [1, { a: "Yg==" }],
    map: { "1": "number", null: "null", '["a",1]': "list" },
  });
});

test("an application property named __proto__ is a property like any other", () => {
  const applicationProperties = new Map<string, AmqpValue>([
    ["__proto__", new Map([["polluted", true]])],
    ["constructor", "c"],
  ]);
  const { properties } = normalise(message(amqpProperties(applicationProperties)), "auto").message;
  deepEqual(Object.getOwnPropertyNames(properties), ["__proto__", "constructor"]);
  equal(Object.getPrototypeOf(properties), Object.prototype);
  equal("polluted" in properties, false);
});

test("a JSON payload with the key __proto__ changes no prototype", () => {
  for (const format of ["auto", "json"] as const) {
    const value = payload(data('{"__proto__":{"polluted":true},"a":1}'), format);
    equal(Object.getPrototypeOf(value), Object.prototype);
    equal(JSON.stringify(value), '{"__proto__":{"polluted":true},"a":1}');
    equal("polluted" in {}, false);
  }
});

const BINARY = Buffer.from([0xff, 0x00, 0xc3, 0x28]);
const BODIES: readonly (readonly [
  name: string,
  body: AmqpBody,
  expected: Record<PayloadFormat, unknown>,
])[] = [
  [
    "a JSON object",
    data('{"a":[1]}'),
    {
      auto: { a: [1] },
      json: { a: [1] },
      string: '{"a":[1]}',
      buffer: Buffer.from('{"a":[1]}'),
      base64: "eyJhIjpbMV19",
    },
  ],
  [
    "a JSON number",
    data("21.5"),
    { auto: "21.5", json: 21.5, string: "21.5", buffer: Buffer.from("21.5"), base64: "MjEuNQ==" },
  ],
  [
    "text that only begins like JSON",
    data("[info] on"),
    {
      auto: "[info] on",
      json: PayloadError,
      string: "[info] on",
      buffer: Buffer.from("[info] on"),
      base64: "W2luZm9dIG9u",
    },
  ],
  [
    "Chinese text",
    data("温度"),
    {
      auto: "温度",
      json: PayloadError,
      string: "温度",
      buffer: Buffer.from("温度"),
      base64: "5rip5bqm",
    },
  ],
  [
    "bytes that are not UTF-8",
    data(BINARY),
    {
      auto: BINARY,
      json: PayloadError,
      string: PayloadError,
      buffer: BINARY,
      base64: "/wDDKA==",
    },
  ],
  [
    "nothing",
    { section: "none" },
    { auto: "", json: PayloadError, string: "", buffer: Buffer.alloc(0), base64: "" },
  ],
  [
    "an empty data section",
    data(""),
    { auto: "", json: PayloadError, string: "", buffer: Buffer.alloc(0), base64: "" },
  ],
  [
    "JSON over several data sections, split within a letter",
    data(Buffer.from('{"a":"\u{6e29}').subarray(0, 7), Buffer.from('\u{6e29}"}').subarray(1)),
    {
      auto: { a: "温" },
      json: { a: "温" },
      string: '{"a":"温"}',
      buffer: Buffer.from('{"a":"温"}'),
      base64: "eyJhIjoi5ripIn0=",
    },
  ],
  [
    "an amqp-value string",
    { section: "value", value: '{"a":1}' },
    {
      auto: { a: 1 },
      json: { a: 1 },
      string: '{"a":1}',
      buffer: Buffer.from('{"a":1}'),
      base64: "eyJhIjoxfQ==",
    },
  ],
  [
    "an amqp-value binary",
    { section: "value", value: BINARY },
    { auto: BINARY, json: PayloadError, string: PayloadError, buffer: BINARY, base64: "/wDDKA==" },
  ],
  [
    "an amqp-value map",
    { section: "value", value: new Map<AmqpValue, AmqpValue>([["a", 1n]]) },
    {
      auto: { a: 1 },
      json: { a: 1 },
      string: '{"a":1}',
      buffer: Buffer.from('{"a":1}'),
      base64: "eyJhIjoxfQ==",
    },
  ],
  [
    "an amqp-value list",
    { section: "value", value: [1n, "b"] },
    {
      auto: [1, "b"],
      json: [1, "b"],
      string: '[1,"b"]',
      buffer: Buffer.from('[1,"b"]'),
      base64: "WzEsImIiXQ==",
    },
  ],
  [
    "an amqp-value null",
    { section: "value", value: null },
    { auto: "", json: PayloadError, string: "", buffer: Buffer.alloc(0), base64: "" },
  ],
  [
    "an amqp-value number",
    { section: "value", value: 5n },
    { auto: "5", json: 5, string: "5", buffer: Buffer.from("5"), base64: "NQ==" },
  ],
  [
    "an amqp-sequence",
    { section: "sequence", values: [1, true] },
    {
      auto: [1, true],
      json: [1, true],
      string: "[1,true]",
      buffer: Buffer.from("[1,true]"),
      base64: "WzEsdHJ1ZV0=",
    },
  ],
];

for (const [name, body, expected] of BODIES) {
  for (const format of PAYLOAD_FORMATS) {
    const wanted = expected[format];
    const fits = wanted !== PayloadError;
    test(`${name} as ${format} is ${fits ? "handed over" : "an error with the raw bytes"}`, () => {
      if (fits) {
        deepEqual(payload(body, format), wanted);
        return;
      }
      const normalised = normalise(message({ body }), format);
      deepEqual(normalised.message.payload, expected.buffer);
      ok(normalised.error instanceof PayloadError);
      equal(normalised.error.code, "PAYLOAD_FORMAT");
    });
  }
}

test("a payload error tells format, size, topic and reason, and quotes nothing of the payload", () => {
  const applicationProperties = new Map([["topic", "/k1/d1/thing/lifecycle"]]);
  const body = data('{"deviceSecret":"s3cr3t"');
  const { error } = normalise(message({ ...amqpProperties(applicationProperties), body }), "json");
  deepEqual(error?.details, {
    format: "json",
    size: 24,
    topic: "/k1/d1/thing/lifecycle",
    reasonCode: "notJson",
  });
  equal(`${error.message} ${english(error)}`.includes("s3cr3t"), false);
  equal(error.cause, undefined);
});

test("a replacement character that the device itself sent is text, not a broken letter", () => {
  equal(payload(data("a\uFFFDb"), "string"), "a\uFFFDb");
});

test("a byte order mark before JSON does not hide it", () => {
  deepEqual(payload(data('\uFEFF{"a":1}'), "auto"), { a: 1 });
  deepEqual(payload(data('\uFEFF{"a":1}'), "json"), { a: 1 });
});

test("a number that JavaScript would change is text with each digit, and any other is a number", () => {
  const text = '{"id":1724442618569203714,"far":1e400,"t":0.1,"time":1715000130190}';
  const read = { id: "1724442618569203714", far: "1e400", t: 0.1, time: 1_715_000_130_190 };
  for (const format of ["auto", "json"] as const) deepEqual(payload(data(text), format), read);
  equal(payload(data(text), "string"), text);
});

test("JSON nested so deep that cloning it would overflow the stack stays text", () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  equal(payload(data(deep), "auto"), deep);
  const { error } = normalise(message({ body: data(deep) }), "json");
  match(english(error), /it nests deeper than 200 levels/);
});

test("brackets inside a long JSON string do not count as nesting", () => {
  const text = `\\"${"[".repeat(500)}\\\\`;
  deepEqual(payload(data(`{"a":"${text}","b":[]}`), "json"), {
    a: JSON.parse(`"${text}"`) as unknown,
    b: [],
  });
});

test("a Buffer handed over is a copy, so that the socket's memory can be used again", () => {
  const bodies: AmqpBody[] = [
    { section: "data", chunks: [BINARY] },
    { section: "data", chunks: [BINARY.subarray(0, 2), BINARY.subarray(2)] },
    { section: "value", value: BINARY },
  ];
  for (const body of bodies) {
    for (const format of ["auto", "buffer", "string"] as const) {
      const { payload: handed } = normalise(message({ body }), format).message;
      ok(Buffer.isBuffer(handed));
      notEqual(handed, BINARY);
      handed.fill(0);
      deepEqual(BINARY, Buffer.from([0xff, 0x00, 0xc3, 0x28]));
    }
  }
});

const { value: amqpValue } = fc.letrec<{ value: AmqpValue; leaf: AmqpValue }>((tie) => ({
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.string({ unit: "binary" }),
    fc.constantFrom("__proto__", "constructor", "toString"),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.uuid().map((uuid) => ({ uuid })),
  ),
  value: fc.oneof(
    { maxDepth: 4 },
    tie("leaf"),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  ),
}));
const propertyName = fc.oneof(
  fc.constantFrom("topic", "messageId", "generateTime", "qos", "__proto__"),
  fc.string(),
);
const amqpMessage: fc.Arbitrary<AmqpMessage> = fc
  .record({
    properties: fc
      .array(fc.tuple(propertyName, amqpValue), { maxLength: 6 })
      .map((pairs) => amqpProperties(new Map(pairs))),
    messageId: amqpValue,
    body: fc.oneof(
      fc.record({
        section: fc.constant("data" as const),
        chunks: fc.array(
          fc
            .oneof(
              fc.uint8Array(),
              fc.json().map((text) => Buffer.from(text)),
            )
            .map((bytes) => Buffer.from(bytes)),
          { maxLength: 3 },
        ),
      }),
      fc.record({ section: fc.constant("value" as const), value: amqpValue }),
      fc.record({ section: fc.constant("sequence" as const), values: fc.array(amqpValue) }),
      fc.record({ section: fc.constant("none" as const) }),
    ),
  })
  .map(({ properties, ...rest }) => ({ ...properties, ...rest }));

test("any message at all is normalised without throwing, its properties to plain JSON", () => {
  fc.assert(
    fc.property(amqpMessage, fc.constantFrom(...PAYLOAD_FORMATS), (given, format) => {
      const { message: normalised, error } = normalise(given, format);
      const { properties } = normalised;
      ok(isJson(properties));
      deepEqual(properties, given.properties);
      equal(error !== undefined && !Buffer.isBuffer(normalised.payload), false);
      if (format === "buffer") ok(Buffer.isBuffer(normalised.payload));
      if (format === "base64") equal(typeof normalised.payload, "string");
    }),
    { numRuns: 1_000 },
  );
});

/** Whether a value consists of what JSON can hold, and of nothing else. */
function isJson(value: unknown): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.getOwnPropertyNames(value).every((key) =>
    isJson(Object.getOwnPropertyDescriptor(value, key)?.value),
  );
}

test("a value nested deeper than any real one does not overflow the stack", () => {
  let deep: AmqpValue = null;
  for (let level = 0; level < 100_000; level++) deep = [deep];
  const applicationProperties = new Map([["deep", deep]]);
  const { properties } = normalise(
    message({ ...amqpProperties(applicationProperties), body: { section: "value", value: deep } }),
    "json",
  ).message;
  ok(JSON.stringify(properties).length < 1_000);
});
