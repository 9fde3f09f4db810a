import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { needsDecimalPoint, parseThingModel } from "../../src/protocol/thing-model";

const PROPERTIES = [
  {
    productKey: "k1demoPk01",
    identifier: "target",
    name: "Target temperature",
    dataType: "DOUBLE",
    dataSpecs: { dataType: "DOUBLE", min: "5", max: "35.5", step: "0.5", unit: "°C" },
    rwFlag: "READ_WRITE",
    required: false,
    custom: true,
  },
  {
    identifier: "switch",
    name: "Pump",
    dataType: "BOOL",
    dataSpecsList: [
      { dataType: "BOOL", name: "off", value: 0 },
      { dataType: "BOOL", name: "on", value: 1 },
    ],
    rwFlag: "READ_WRITE",
  },
  { identifier: "hall:temp", dataType: "QUATERNION", dataSpecs: { min: "", max: "high" } },
];
const SERVICES = [
  {
    identifier: "openValve",
    serviceName: "Open the valve",
    callType: "ASYNC",
    inputParams: [
      {
        identifier: "seconds",
        name: "Seconds",
        dataType: "INT",
        dataSpecs: { min: "1", max: "60" },
        direction: "PARAM_INPUT",
        paraOrder: 0,
      },
    ],
    outputParams: [],
  },
  { identifier: "selfTest", callType: "SYNC" },
];

const parsed = (model: unknown) => parseThingModel(JSON.stringify(model));

test("properties and services are read with what a form and a check need", () => {
  const none = { min: undefined, max: undefined, unit: undefined, choices: [] };
  deepEqual(parsed({ productKey: "k1demoPk01", properties: PROPERTIES, services: SERVICES }), {
    properties: [
      {
        identifier: "target",
        name: "Target temperature",
        dataType: "DOUBLE",
        rwFlag: "READ_WRITE",
        ...{ min: 5, max: 35.5, unit: "°C", choices: [] },
      },
      {
        identifier: "switch",
        name: "Pump",
        dataType: "BOOL",
        rwFlag: "READ_WRITE",
        ...none,
        choices: [
          { value: 0, name: "off" },
          { value: 1, name: "on" },
        ],
      },
      {
        identifier: "hall:temp",
        name: "hall:temp",
        dataType: undefined,
        rwFlag: "READ_ONLY",
        ...none,
      },
    ],
    services: [
      {
        identifier: "openValve",
        name: "Open the valve",
        callType: "ASYNC",
        inputParams: [
          { identifier: "seconds", name: "Seconds", dataType: "INT", ...none, min: 1, max: 60 },
        ],
      },
      { identifier: "selfTest", name: "selfTest", callType: "SYNC", inputParams: [] },
    ],
  });
});

test("entries without an identifier are left out, and what is no object is no model", () => {
  deepEqual(parsed({ properties: [null, 5, {}, { identifier: 5 }, []], services: "none" }), {
    properties: [],
    services: [],
  });
  for (const text of ["", "{", "[]", "null", "5"]) equal(parseThingModel(text), undefined, text);
});

test("a decimal point is needed by float and double only", () => {
  deepEqual((["INT", "FLOAT", "DOUBLE", "TEXT", undefined] as const).map(needsDecimalPoint), [
    false,
    true,
    true,
    false,
    false,
  ]);
});
