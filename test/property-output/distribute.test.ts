import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MessageError } from "../../src/errors/error";
import { distribute } from "../../src/property-output/distribute";
import { PROPERTY_TYPES } from "../../src/protocol/property-report";
import { tells } from "../support/english";
import type { Distribution } from "../../src/property-output/distribute";
import type { FlowMessage } from "../../src/protocol/flow-message";
import { PROPERTY_OUTPUTS, resolveProperties } from "../../src/settings/properties";
import type { PropertyOutput } from "../../src/settings/properties";

const DEVICE = { productKey: "k1", deviceName: "d1" };
const DELIVERY = { subscriber: "s", token: "t" };

interface Given {
  readonly items?: object;
  readonly checkFailedData?: object;
  readonly message?: FlowMessage;
}

function report({ items = {}, checkFailedData, message = {} }: Given): FlowMessage {
  const refused = checkFailedData === undefined ? {} : { checkFailedData };
  const payload = { ...DEVICE, gmtCreate: 9_000, items, ...refused };
  return { topic: "/k1/d1/thing/event/property/post", payload, messageId: "m", ...message };
}

/** What a report becomes; `identifiers` as they are typed into the form. */
function made(output: PropertyOutput, given: Given, identifiers = ""): Distribution {
  return distribute(report(given), resolveProperties({ output, identifiers }));
}

const payloads = (messages: readonly FlowMessage[]) => messages.map(({ payload }) => payload);
const bodies = (messages: readonly FlowMessage[]) =>
  messages.map(({ topic, payload, timestamp }) => [topic, payload, timestamp]);

const at = (value: unknown, time: number) => ({ value, time });
/** Two values of one property, one of another between them. */
const SEVERAL = { b: at("x", 2), a: [at(3, 3), at(1, 1)] };
const POSITION = at({ lat: 30.1, deep: { er: 1 }, empty: {} }, 5);

test("flat takes structs apart, leaves arrays, and tells the time of each value and the newest", () => {
  const { values } = made("flat", { items: { on: at([1, [2]], 8), pos: POSITION } });
  deepEqual(payloads(values), [
    { on: [1, [2]], "pos.lat": 30.1, "pos.deep.er": 1, "pos.empty": {} },
  ]);
  deepEqual(values[0]?.["timestamp"], 8);
  const times = { on: 8, "pos.lat": 5, "pos.deep.er": 5, "pos.empty": 5 };
  deepEqual(values[0]["times"], times);
});

test("flat gives one message for each time, oldest first, once a property has several values", () => {
  const { values } = made("flat", { items: SEVERAL });
  deepEqual(payloads(values), [{ a: 1 }, { b: "x" }, { a: 3 }]);
  deepEqual(
    values.map(({ timestamp }) => timestamp),
    [1, 2, 3],
  );
});

test("flat keeps one message while the property with several values is not among the chosen", () => {
  const items = { ...SEVERAL, c: at(7, 7) };
  deepEqual(payloads(made("flat", { items }, "b, c").values), [{ b: "x", c: 7 }]);
});

test("two values of one property and one time become two messages, not one", () => {
  const items = { a: [at(1, 1), at(2, 1)], b: at(3, 1) };
  deepEqual(payloads(made("flat", { items }).values), [{ a: 1, b: 3 }, { a: 2 }]);
});

test("each gives the oldest value first, and those of one time in the order of the report", () => {
  const { values } = made("each", { items: { ...SEVERAL, pos: at({ lat: 1, lon: 2 }, 2) } });
  deepEqual(bodies(values), [
    ["a", 1, 1],
    ["b", "x", 2],
    ["pos.lat", 1, 2],
    ["pos.lon", 2, 2],
    ["a", 3, 3],
  ]);
});

test("influx gives one message with a point for each time, oldest first", () => {
  const { values } = made("influx", { items: SEVERAL });
  deepEqual(payloads(values), [
    [
      [{ a: 1, time: 1 }, DEVICE],
      [{ b: "x", time: 2 }, DEVICE],
      [{ a: 3, time: 3 }, DEVICE],
    ],
  ]);
  const [message] = values;
  deepEqual([message?.["precision"], message?.["measurement"]], ["ms", "k1"]);
  deepEqual([message?.["timestamp"], message?.["topic"]], [3, report({})["topic"]]);
});

test("influx leaves out what InfluxDB cannot hold, and writes lists and objects as JSON text", () => {
  const items = {
    none: at(null, 1),
    list: at([1, null, { a: 1 }], 1),
    empty: at({}, 1),
    off: at(false, 1),
    inner: at({ none: null, half: 0.5 }, 1),
  };
  deepEqual(payloads(made("influx", { items }).values), [
    [[{ list: '[1,null,{"a":1}]', empty: "{}", off: false, "inner.half": 0.5, time: 1 }, DEVICE]],
  ]);
  deepEqual(made("influx", { items: { none: at(null, 1) } }).values, []);
});

test("influx tells a value that InfluxDB can never store on the second output, and sends the others", () => {
  const items = {
    endless: at(Infinity, 1),
    late: at({ lat: 1 }, 253_402_300_799_000),
    a: at(1, 2),
  };
  const { values, refused } = made("influx", { items, checkFailedData: REFUSED });
  deepEqual(payloads(values), [[[{ a: 1, time: 2 }, DEVICE]]]);
  deepEqual(bodies(refused).slice(2), [
    ["endless", Infinity, 1],
    ["late.lat", 1, 253_402_300_799_000],
  ]);
  const reasons = refused.map((each) => (each["refused"] as { code: unknown }).code);
  deepEqual(reasons.slice(2), ["VALUE_UNSTORABLE", "VALUE_UNSTORABLE"]);
  const only = made("influx", { items: { late: items.late }, message: { delivery: DELIVERY } });
  deepEqual([only.values, only.refused[0]?.["delivery"]], [[], DELIVERY]);
  const chosen = made("influx", { items }, "a");
  deepEqual(chosen.refused, []);
});

test("influx keeps a text that the node would make an integer, and names that would break a line", () => {
  const items = {
    text: at("-12i", 1),
    "": at(1, 1),
    "a\nb\\": at("x\ny", 1),
    ["__proto__"]: at(2, 1),
  };
  const { values, refused } = made("influx", { items });
  const fields = { text: '"-12i"', _: 1, a_b_: "x\ny", ["__proto___"]: 2 };
  deepEqual(payloads(values), [[[{ ...fields, time: 1 }, DEVICE]]]);
  deepEqual(refused, []);
});

test("influx keeps apart the point's time and a property of that name, and knows a time 0", () => {
  const items = { time: at("noon", 0), a: at(1, 4) };
  deepEqual(payloads(made("influx", { items }).values), [
    [
      [{ time_: "noon", time: "0" }, DEVICE],
      [{ a: 1, time: 4 }, DEVICE],
    ],
  ]);
});

test("influx takes the measurement that the message brings, and needs no device", () => {
  const items = { a: at(1, 1) };
  const named = made("influx", { items, message: { measurement: "climate" } });
  equal(named.values[0]?.["measurement"], "climate");
  const message = { topic: "", messageType: "property-post", payload: { items } };
  const { values } = distribute(message, resolveProperties({ output: "influx" }));
  deepEqual(payloads(values), [[[{ a: 1, time: 1 }, {}]]]);
});

for (const [identifiers, chosen] of [
  ["", ["a", "fb:a", "pos.lat", "pos.deep.er", "pos.empty"]],
  ["pos", ["pos.lat", "pos.deep.er", "pos.empty"]],
  ["pos.lat，a", ["a", "pos.lat"]],
  ["pos.deep", ["pos.deep.er"]],
  ["fb:a po pos. lat", ["fb:a"]],
  ["nothing", []],
] as const) {
  test(`the identifiers “${identifiers}” choose ${chosen.join(", ") || "no value"}`, () => {
    const items = { a: at(1, 1), pos: POSITION, "fb:a": at(2, 1) };
    const { values } = made("each", { items }, identifiers);
    deepEqual(
      values.map(({ topic }) => topic),
      chosen,
    );
  });
}

const GHOST = { ...at(7, 4), code: 6304, message: "tsl parse: params not exist -> ghost" };
const REFUSED = { ghost: GHOST, other: { ...at({ a: 1 }, 3), code: 1, message: "no" } };

test("refused values leave as they are, with the reason, whatever the identifiers", () => {
  for (const output of PROPERTY_OUTPUTS) {
    const { refused } = made(output, { checkFailedData: REFUSED }, "temperature");
    deepEqual(bodies(refused), [
      ["ghost", 7, 4],
      ["other", { a: 1 }, 3],
    ]);
    deepEqual(refused[0]?.["refused"], { code: GHOST.code, message: GHOST.message });
  }
});

test("what leaves has everything else of the message that came, and that one is left as it was", () => {
  const message = { _msgid: "x", qos: 1, properties: { a: 1 }, event: undefined, own: "mine" };
  const given = report({ items: SEVERAL, checkFailedData: REFUSED, message });
  const before = structuredClone(given);
  const { values, refused } = distribute(given, resolveProperties({ output: "each" }));
  equal(values.length + refused.length, 5);
  for (const each of [...values, ...refused]) {
    deepEqual({ ...each, ...message, messageId: "m" }, each);
  }
  deepEqual(given, before);
});

test("the delivery is on the last message only: the last value, or without any the last refused", () => {
  const message = { delivery: DELIVERY };
  const carriers = ({ refused, values }: Distribution) =>
    [...refused, ...values].map((each) => ("delivery" in each ? each["delivery"] : "none"));
  const all = made("each", { items: SEVERAL, checkFailedData: REFUSED, message });
  deepEqual(carriers(all), ["none", "none", "none", "none", DELIVERY]);
  const refused = made("flat", { checkFailedData: REFUSED, message });
  deepEqual(carriers(refused), ["none", DELIVERY]);
  deepEqual(carriers(made("influx", { items: SEVERAL, message })), [DELIVERY]);
});

const OTHERS: Readonly<Record<string, FlowMessage>> = {
  "another type": { topic: "/k1/d1/user/update", payload: { items: { a: at(1, 1) } } },
  "no type at all": { payload: 7 },
  "a report of which nothing was chosen": report({ items: { b: at(1, 1) } }),
  "a report without values": report({}),
};

for (const [what, message] of Object.entries(OTHERS)) {
  test(`a message of ${what} goes nowhere, or on unchanged; one to settle is not dropped`, () => {
    const options = resolveProperties({ identifiers: ["a"] });
    const nowhere = { refused: [], values: [], others: [] };
    deepEqual(distribute(message, options), nowhere);
    const toSettle = { ...message, delivery: DELIVERY };
    throws(() => distribute(toSettle, options), { code: "DELIVERY_DROPPED" });
    const { others } = distribute(toSettle, { ...options, passOthers: true });
    equal(others[0], toSettle);
  });
}

function cyclic(): object {
  const self: Record<string, unknown> = {};
  self["self"] = self;
  return self;
}

function nested(levels: number): string {
  return `${"[".repeat(levels)}1${"]".repeat(levels)}`;
}

const MALFORMED: Readonly<Record<string, { readonly payload: unknown; readonly says: RegExp }>> = {
  "no payload": { payload: undefined, says: /not a JSON object/ },
  "null as payload": { payload: null, says: /not a JSON object/ },
  "a list as payload": { payload: [], says: /not a JSON object/ },
  "text that is no JSON": { payload: "{items", says: /not a JSON object/ },
  "bytes that are no JSON": { payload: Buffer.from([0xff]), says: /not a JSON object/ },
  "neither values nor refused ones": { payload: {}, says: /“items” is missing/ },
  "a list of values": { payload: { items: [] }, says: /“items” is missing/ },
  "a value without its object": { payload: { items: { a: 1 } }, says: /“items.a.value” is miss/ },
  "an entry without value": { payload: { items: { a: { time: 1 } } }, says: /“items.a.value”/ },
  "null for an entry": { payload: { items: { a: null } }, says: /“items.a.value” is missing/ },
  "no time anywhere": { payload: { items: { a: { value: 1 } } }, says: /“items.a.time”/ },
  "a time in words": { payload: { items: { a: at(1, NaN) } }, says: /“items.a.time” cannot be/ },
  "refused values in a list": {
    payload: { items: {}, checkFailedData: [1] },
    says: /“checkFailedData” cannot be \[…\]/,
  },
  "a value that holds itself": { payload: { items: { a: at(cyclic(), 1) } }, says: /deeper than/ },
  "a value nested too deep": {
    payload: `{"items":{"a":{"value":${nested(100_000)},"time":1}}}`,
    says: /deeper than/,
  },
};

for (const [what, { payload, says }] of Object.entries(MALFORMED)) {
  test(`a report with ${what} is malformed, whatever the output`, () => {
    const message = { ...report({}), payload };
    for (const output of PROPERTY_OUTPUTS) {
      const options = resolveProperties({ output, passOthers: true });
      throws(() => distribute(message, options), { code: "MESSAGE_MALFORMED" });
      throws(() => distribute(message, options), tells(says));
    }
  });
}

test("values and times are read from text, from bytes, and under each name that they have", () => {
  const time = "1715000130120";
  for (const name of ["items", "payload", "params"]) {
    const payload = { [name]: { a: { value: 1, time } } };
    for (const given of [payload, JSON.stringify(payload), Buffer.from(JSON.stringify(payload))]) {
      const message = { messageType: "property-batch-post", payload: given };
      const { values } = distribute(message, resolveProperties({ output: "each" }));
      deepEqual(bodies(values), [["a", 1, Number(time)]]);
    }
  }
});

// ---- Whatever comes ----

const name = fc.oneof(
  fc.constantFrom("a", "b", "pos", "pos.lat", "fb:a", "time", "__proto__"),
  fc.string(),
);
const leaf = fc.oneof(fc.integer(), fc.double(), fc.boolean(), fc.string(), fc.constant(null));
const value = fc.oneof(leaf, fc.array(leaf), fc.dictionary(name, leaf), fc.jsonValue());
const entry = fc.record({ value, time: fc.nat(3) });
const items = fc.dictionary(name, fc.oneof(entry, fc.array(entry)));
const options = fc.record({
  output: fc.constantFrom(...PROPERTY_OUTPUTS),
  identifiers: fc.array(name, { maxLength: 2 }),
  passOthers: fc.boolean(),
});

test("whatever a payload is, it throws MessageError or becomes messages", () => {
  const part = fc.oneof(items, fc.jsonValue());
  const payload = fc.oneof(
    fc.jsonValue(),
    fc.record({ items: part, checkFailedData: part }, { requiredKeys: [] }),
    fc.json(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  const messageType = fc.constantFrom(...PROPERTY_TYPES, "custom", "", undefined);
  const delivery = fc.constantFrom(undefined, DELIVERY);
  const message = fc.record({ payload, messageType, delivery });
  fc.assert(
    fc.property(message, options, (given, chosen) => {
      try {
        const { refused, values, others } = distribute(given, chosen);
        const sent = [...refused, ...values, ...others];
        const carriers = sent.filter((each) => each["delivery"] !== undefined);
        equal(carriers.length, given.delivery === undefined || sent.length === 0 ? 0 : 1);
        if (given.delivery !== undefined) equal(sent.at(-1), carriers[0]);
      } catch (error) {
        ok(error instanceof MessageError, String(error));
      }
    }),
  );
});

type Item = readonly [name: string, value: string, timeMs: number];

/** What a report says, written down anew: every member of every struct with its time. */
function said(given: object): Item[] {
  const members = (path: string, inner: unknown, time: number): Item[] => {
    const isStruct = typeof inner === "object" && inner !== null && !Array.isArray(inner);
    if (!isStruct || Object.keys(inner).length === 0) return [[path, JSON.stringify(inner), time]];
    return Object.entries(inner).flatMap(([key, each]) => members(`${path}.${key}`, each, time));
  };
  return Object.entries(given).flatMap(([identifier, list]) =>
    [list]
      .flat()
      .flatMap((each: { value: unknown; time: number }) =>
        members(identifier, each.value, each.time),
      ),
  );
}

const HELD: Readonly<Record<PropertyOutput, (values: readonly FlowMessage[]) => Item[]>> = {
  flat: (values) =>
    values.flatMap(({ payload, times }) =>
      Object.entries(payload as object).map(
        ([key, each]) =>
          [key, JSON.stringify(each), new Map(Object.entries(times as object)).get(key)] as Item,
      ),
    ),
  each: (values) =>
    values.map(({ topic, payload, timestamp }) => [
      String(topic),
      JSON.stringify(payload),
      Number(timestamp),
    ]),
  influx: (values) =>
    values.flatMap(({ payload }) =>
      (payload as [Record<string, unknown>, unknown][]).flatMap(([{ time, ...fields }]) =>
        Object.entries(fields).map(([key, each]): Item => [
          key === "time_" ? "time" : key,
          typeof each === "string" && /^[[{]/.test(each) ? each : JSON.stringify(each),
          Number(time),
        ]),
      ),
    ),
};

const sorted = (list: readonly Item[]) => list.map((each) => JSON.stringify(each)).sort();

for (const output of PROPERTY_OUTPUTS) {
  test(`${output} loses no value and invents none, each with its own time`, () => {
    fc.assert(
      fc.property(items, (given) => {
        const { values } = made(output, { items: given });
        const wanted = said(given).filter(([, text]) => output !== "influx" || text !== "null");
        // Text that looks like JSON would be taken for a list, and some names and texts are changed.
        const clear = wanted.every(
          ([key, text]) =>
            !/^"([[{]|-?\d+i")/.test(text) && !/[\n\r\\]|^(time_|__proto__|_?)$/.test(key),
        );
        fc.pre(output !== "influx" || clear);
        deepEqual(sorted(HELD[output](values)), sorted(wanted));
      }),
    );
  });
}
