import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MessageError } from "../../src/errors/error";
import { readPropertyReport } from "../../src/protocol/property-report";
import type { FlowMessage } from "../../src/protocol/flow-message";
import { english } from "../support/english";

const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-07" };
const TOPIC = "/k1demoPk01/meter-07/thing/event/property/post";
const MS = 1_715_000_130_120;

const message = (payload: unknown, rest: object = {}): FlowMessage => ({
  ...{ topic: TOPIC, messageType: "property-post", device: DEVICE, payload },
  ...rest,
});

test("a property post is read as the platform documents it", () => {
  const report = readPropertyReport(
    message({
      deviceType: "Meter",
      ...DEVICE,
      gmtCreate: MS + 70,
      items: {
        temperature: { value: 23.5, time: MS },
        pos: { value: { lat: 30.1, lon: 120.2 }, time: MS },
      },
      checkFailedData: {
        ghost: { value: 7, time: MS, code: 6304, message: "params not exist" },
      },
    }),
  );
  deepEqual(report, {
    device: DEVICE,
    receivedMs: MS + 70,
    values: [
      { identifier: "temperature", value: 23.5, timeMs: MS },
      { identifier: "pos", value: { lat: 30.1, lon: 120.2 }, timeMs: MS },
    ],
    refused: [
      { identifier: "ghost", value: 7, timeMs: MS, code: 6304, message: "params not exist" },
    ],
  });
});

test("a batch has its values under payload, items or params, several of one property", () => {
  const list = [
    { value: 1, time: MS },
    { value: 2, time: String(MS + 1) },
  ];
  for (const name of ["payload", "items", "params"]) {
    const { values } = readPropertyReport(message({ [name]: { p: list } }));
    deepEqual(values, [
      { identifier: "p", value: 1, timeMs: MS },
      { identifier: "p", value: 2, timeMs: MS + 1 },
    ]);
  }
});

test("a value without a time has that of the receipt, and a null is a value", () => {
  const items = { p: { value: null } };
  const timeOf = (payload: object, rest?: object) =>
    readPropertyReport(message({ items, ...payload }, rest)).values[0];
  deepEqual(timeOf({ gmtCreate: 5 }, { generateTime: 9 }), {
    ...{ identifier: "p", value: null, timeMs: 5 },
  });
  equal(timeOf({}, { generateTime: 9 })?.timeMs, 9);
});

test("JSON that is still text or bytes is read to the last digit, and the device is that of the topic if need be", () => {
  const payload = `{"items":{"p":{"value":1724442618569203714,"time":${MS}}}}`;
  for (const given of [payload, Buffer.from(payload)]) {
    const { device, values } = readPropertyReport({ topic: TOPIC, payload: given });
    const value = { identifier: "p", value: "1724442618569203714", timeMs: MS };
    deepEqual([device, values], [DEVICE, [value]]);
  }
});

const MALFORMED: readonly (readonly [string, unknown, RegExp])[] = [
  ["nothing", undefined, /not a JSON object/],
  ["a number", 7, /not a JSON object/],
  ["a list", [], /not a JSON object/],
  ["text", "21", /not a JSON object/],
  ["bytes", Buffer.from([0xff]), /not a JSON object/],
  ["no items", {}, /“items” is missing/],
  ["items that are a list", { items: [] }, /“items” is missing/],
  ["an item that is a value", { items: { p: 7 } }, /“items\.p\.value” is missing/],
  ["an item that is null", { items: { p: null } }, /“items\.p\.value” is missing/],
  ["an item without a value", { items: { p: { time: 1 } } }, /“items\.p\.value” is missing/],
  ["no time at all", { items: { p: { value: 1 } } }, /“items\.p\.time” cannot be null/],
  ["a time that is text", { items: { p: { value: 1, time: "now" } } }, /“items\.p\.time” cannot/],
  ["a negative time", { items: { p: { value: 1, time: -1 } } }, /“items\.p\.time” cannot/],
  ["a time beyond dates", { items: { p: { value: 1, time: 9e15 } } }, /“items\.p\.time” cannot/],
  ["refused data that is no map", { items: {}, checkFailedData: 7 }, /“checkFailedData” cannot/],
];

for (const [what, payload, text] of MALFORMED) {
  test(`a property message with ${what} is malformed, and the error says where`, () => {
    throws(
      () => readPropertyReport(message(payload)),
      (error) => {
        ok(error instanceof MessageError);
        equal(error.code, "MESSAGE_MALFORMED");
        match(english(error), text);
        return true;
      },
    );
  });
}

test("whatever a payload holds, it is read or malformed, and nothing else is thrown", () => {
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (payload) => {
      try {
        readPropertyReport(message(payload));
      } catch (error) {
        ok(error instanceof MessageError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
