import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { assert as check, json, property } from "fast-check";
import { findMisfit, readItems, withoutDecimalPoint } from "../../src/emulator/api/items";
import type { DataType, ThingValue } from "../../src/protocol/thing-model";

const SEED = 20_260_102;

function thing(identifier: string, dataType: DataType | undefined): ThingValue {
  const choices = dataType === "ENUM" ? [{ value: 3, name: "three" }] : [];
  return { identifier, name: identifier, dataType, min: -5, max: 5, unit: undefined, choices };
}

test("of each value its text is kept, whatever is inside and around it", () => {
  const items = readItems(
    `{ "a" : 10 , "b":10.0,\n"c":-1e3, "d":{"b":1,"x":[1,{"y":2}]}, "e,\\"}":"[:,{\\"", "f":[ ], "g":true}`,
  );
  deepEqual(
    [...(items?.texts ?? [])],
    [
      ["a", "10"],
      ["b", "10.0"],
      ["c", "-1e3"],
      ["d", '{"b":1,"x":[1,{"y":2}]}'],
      ['e,"}', '"[:,{\\""'],
      ["f", "[]"],
      ["g", "true"],
    ],
  );
  for (const none of ["", "{", "[1]", "5", "null"]) equal(readItems(none), undefined, none);
  deepEqual([...(readItems("{}")?.texts ?? ["?"])], []);
});

test("the texts of any object are its values again", () => {
  check(
    property(json(), json(), (first, second) => {
      const { texts, values } = readItems(`{"1st":${first}, "2nd" :${second}}`) ?? {};
      deepEqual([...(texts?.keys() ?? [])], ["1st", "2nd"]);
      for (const [name, text] of texts ?? []) deepEqual(JSON.parse(text), values?.[name]);
    }),
    { seed: SEED },
  );
});

test("a value fits its type and its limits", () => {
  const fitting: readonly [DataType | undefined, string, string][] = [
    ["INT", "-5", "4.5"],
    ["INT", "5", "6"],
    ["DOUBLE", "4.5", "-5.1"],
    ["FLOAT", "1", '"1"'],
    ["ENUM", "3", "2"],
    ["TEXT", '"x"', "1"],
    ["DATE", '"1715000130190"', "1715000130190"],
    ["ARRAY", "[]", "{}"],
    ["STRUCT", "{}", "[]"],
  ];
  for (const [dataType, good, bad] of fitting) {
    const misfit = (text: string) => {
      const items = readItems(`{"x":${text}}`);
      return items === undefined ? "no items" : findMisfit(items, [thing("x", dataType)]);
    };
    deepEqual([misfit(good), misfit(bad)], [undefined, "x"], `${dataType ?? ""} ${good} ${bad}`);
  }
  const unknown = readItems('{"x":[{}]}');
  equal(unknown && findMisfit(unknown, [thing("x", undefined)]), undefined);
  equal(unknown && findMisfit(unknown, []), "x");
});

test("numbers without a decimal point are found among the values of type float and double", () => {
  const model = [
    thing("a", "DOUBLE"),
    thing("b", "FLOAT"),
    thing("c", "INT"),
    thing("d", "DOUBLE"),
  ];
  const items = readItems('{"d":1e1,"c":1,"b":-7,"a":{"a":2}}');
  deepEqual(items && withoutDecimalPoint(items, model), ["b"]);
});
