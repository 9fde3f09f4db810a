import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { selectValues } from "../../src/property-output/named-values";
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
