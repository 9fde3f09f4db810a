import { equal } from "node:assert/strict";
import { test } from "node:test";
import { skeletonOf, withValue } from "../../src/protocol/value-skeleton";
import type { DataType, ThingValue } from "../../src/protocol/thing-model";

function value(dataType: DataType | undefined, more: Partial<ThingValue> = {}): ThingValue {
  const limits = { min: undefined, max: undefined, unit: undefined };
  return { identifier: "x", name: "X", dataType, ...limits, choices: [], ...more };
}

test("each type has a value that its rule allows, float and double with a decimal", () => {
  const texts: readonly (readonly [ThingValue, string])[] = [
    [value("INT"), "0"],
    [value("INT", { min: 3, max: 9 }), "3"],
    [value("INT", { min: -9, max: -3 }), "-3"],
    [value("DOUBLE", { min: 5, max: 35.5 }), "5.0"],
    [value("FLOAT", { min: 0.5 }), "0.5"],
    [value("BOOL"), "0"],
    [value("ENUM", { choices: [{ value: 2, name: "eco" }] }), "2"],
    [value("TEXT"), '""'],
    [value("DATE"), '"0"'],
    [value("ARRAY"), "[]"],
    [value("STRUCT"), "{}"],
    [value(undefined), "null"],
  ];
  for (const [given, text] of texts) equal(skeletonOf([given]), `{"x": ${text}}`);
  equal(skeletonOf([]), "{}");
  equal(skeletonOf([value("INT"), value("DOUBLE", { identifier: "b:y" })]), '{"x": 0, "b:y": 0.0}');
});

test("one value more leaves the others as they are written", () => {
  const target = value("DOUBLE", { identifier: "target" });
  equal(
    withValue(' {"pump": 1, "level": 25.0 } ', target),
    '{"pump": 1, "level": 25.0, "target": 0.0}',
  );
  equal(withValue('{"target": 25.0}', target), '{"target": 25.0}');
  equal(withValue('{"a$&": "}"}', value("INT", { identifier: "$&" })), '{"a$&": "}", "$&": 0}');
  for (const text of ["", "{}", "{", "[1]", "on"])
    equal(withValue(text, target), '{"target": 0.0}');
});
