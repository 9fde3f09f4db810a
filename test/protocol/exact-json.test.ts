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
  ["[0,-0.5,1.25E+2,12345678901234567.5]", [0, -0.5, 125, 12345678901234567.5]],
  ['"889455942124347329"', "889455942124347329"],
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
  for (const text of ["", "{", "[1", "<html>", "{'a':1}", "[01]", '["a', "1 2", "NaN"]) {
    throws(() => parseExactJson(text), SyntaxError, text);
  }
});

test("a long text and deep nesting are read", () => {
  const long = "x\\n好".repeat(300_000);
  equal(parseExactJson(JSON.stringify({ long })) instanceof Object, true);
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  equal(Array.isArray(parseExactJson(deep)), true);
});

/** Whether JSON has a whole number beyond 2^53. */
function hasLong(text: string): boolean {
  let found = false;
  JSON.parse(text, (_name, value: unknown) => {
    found ||= Number.isInteger(value) && !Number.isSafeInteger(value);
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
