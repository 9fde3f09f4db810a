import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseExactJson } from "../../src/protocol/exact-json";

for (const [text, value] of [
  ['{"MessageId":889455942124347329}', { MessageId: "889455942124347329" }],
  [
    "[9007199254740991,9007199254740992,9007199254740993]",
    [9007199254740991, "9007199254740992", "9007199254740993"],
  ],
  ["[-9007199254740991,-9007199254740993]", [-9007199254740991, "-9007199254740993"]],
  ["[1e309,-1e309,1e308]", ["1e309", "-1e309", 1e308]],
  ["[0,-0.5,1.25E+2,0.1,-0,0e9]", [0, -0.5, 125, 0.1, -0, 0]],
  [
    "[1.7976931348623157e308,3.4028234663852886E38,10000000000000000.0]",
    [1.7976931348623157e308, 3.4028234663852886e38, 1e16],
  ],
  [
    "[12345678901234567.5,1234567890.123456789e9]",
    ["12345678901234567.5", "1234567890.123456789e9"],
  ],
  ["[1724442618569203714.0,9007199254740993.0]", ["1724442618569203714.0", "9007199254740993.0"]],
  ["[1e-400,-0.5e-400]", ["1e-400", "-0.5e-400"]],
  ["[23.39999999999999857891452847979962825775]", [23.4]],
  ['"889455942124347329"', "889455942124347329"],
  ["889455942124347329", "889455942124347329"],
  ["[1,\t889455942124347329]", [1, "889455942124347329"]],
  ['{"889455942124347329":1}', { "889455942124347329": 1 }],
  [
    '["a\\"889455942124347329","\\\\",889455942124347329]',
    ['a"889455942124347329', "\\", "889455942124347329"],
  ],
  ['[true,false,null,{},[],"\\u4f60"]', [true, false, null, {}, [], "你"]],
] as const) {
  test(`${text.slice(0, 60)} keeps each digit`, () => {
    deepEqual(parseExactJson(text), value);
  });
}

test("what is no JSON is no JSON", () => {
  const long = "1724442618569203714";
  const texts = ["", "{", "[1", "<html>", "{'a':1}", "[01]", '["a', "1 2", "NaN"];
  for (const text of [...texts, `{${long}:1}`, `[0${long}]`, `["a"${long}]`, `[${long}`]) {
    throws(() => parseExactJson(text), SyntaxError, text);
  }
});

test("a long text and deep nesting are read", () => {
  const long = "x\\n好".repeat(300_000);
  equal(parseExactJson(JSON.stringify({ long })) instanceof Object, true);
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  equal(Array.isArray(parseExactJson(deep)), true);
  const zeros = `1${"0".repeat(250_000)}1.5`;
  equal(parseExactJson(`{"${zeros}":${zeros}}`) instanceof Object, true);
});

/** Whether JSON has a number beyond 2^53. */
function hasLong(text: string): boolean {
  let found = false;
  JSON.parse(text, (_name, value: unknown) => {
    found ||= typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER;
    return value;
  });
  return found;
}

test("all other JSON is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      fc.pre(!hasLong(text));
      deepEqual(parseExactJson(text), JSON.parse(text));
    }),
  );
});
