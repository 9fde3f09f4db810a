import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { selectValues } from "../../src/property-output/named-values";
import { tells } from "../support/english";
import type { Json } from "../../src/protocol/json";

test("members of a struct are named by dots at any depth, and lists stay as they are", () => {
  const value: Json = { lat: 1, more: { deep: [1, { a: 2 }], none: {} }, no: null };
  const report = [
    { identifier: "pos", value, timeMs: 1 },
    { identifier: "p", value: 7, timeMs: 1 },
  ];
  deepEqual(
    selectValues(report, []).map(({ name, value: inner }) => [name, inner]),
    [
      ["pos.lat", 1],
      ["pos.more.deep", [1, { a: 2 }]],
      ["pos.more.none", {}],
      ["pos.no", null],
      ["p", 7],
    ],
  );
});

const struct = (members: number, value: Json): Json =>
  Object.fromEntries(Array.from({ length: members }, (_, index) => [`m${index}`, value]));

test("an identifier chooses a property, a struct with all its members, or one member", () => {
  const value: Json = { lat: 1, "l.on": 2, l: { on: 3 }, latest: 4 };
  const chosen = (...identifiers: string[]) =>
    selectValues([{ identifier: "pos", value, timeMs: 1 }], identifiers).map(({ value: v }) => v);
  deepEqual(chosen("pos"), [1, 2, 3, 4]);
  deepEqual(chosen("pos.lat"), [1]);
  deepEqual(chosen("pos.l", "po"), [2, 3]);
});

test("a struct with more members, or with longer names, than can be handled in one go is refused", () => {
  const select = (identifier: string, value: Json) =>
    selectValues([{ identifier, value, timeMs: 1 }], ["other"]);
  equal(
    selectValues([{ identifier: "s", value: struct(10_000, 1), timeMs: 1 }], []).length,
    10_000,
  );
  throws(() => select("s", struct(10_001, 1)), tells(/10000 values, members of structs included/));
  deepEqual(select("n".repeat(99_000), struct(10, 1)), []);
  throws(
    () => select("n".repeat(100_000), struct(10, 1)),
    tells(/have more than 1000000 characters/),
  );
});
