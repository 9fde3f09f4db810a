import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  CLIENT_ID_MAX_LENGTH,
  connectionClientId,
  defaultClientId,
  isClientId,
} from "../../src/protocol/sign-in-values";

test("a client ID may have 64 characters, and 60 where several connections add a suffix", () => {
  equal(isClientId("c".repeat(64)), true);
  equal(isClientId("c".repeat(65)), false);
  equal(isClientId("c".repeat(60), 2), true);
  equal(isClientId("c".repeat(61), 2), false);
});

for (const bad of ["", "a,b", "a|b", "a b", "a\tb", " a"]) {
  test(`${JSON.stringify(bad)} is no client ID: it is empty or breaks the user name`, () => {
    equal(isClientId(bad), false);
  });
}

test("one connection bears the client ID as it is", () => {
  equal(connectionClientId("plant-7", 0, 1), "plant-7");
});

test("of the most connections each has a client ID of its own that fits the limit", () => {
  const base = "c".repeat(60);
  const all = Array.from({ length: 128 }, (_, index) => connectionClientId(base, index, 128));
  equal(new Set(all).size, 128);
  equal(all[0], `${base}-1`);
  ok(all.every((clientId) => isClientId(clientId)));
});

test("the default client ID names the host and the node, the same each time", () => {
  equal(defaultClientId("plant-7.local", "a1b2c3d4e5f60718"), "plant-7.local-a1b2c3d4e5f60718");
});

test("a host without a name leaves the node's ID alone", () => {
  equal(defaultClientId("", "a1b2"), "a1b2");
});

test("whatever host and node are called, the default client ID is valid for 128 connections", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ minLength: 1 }), (host, node) => {
      ok(isClientId(defaultClientId(host, node), 128));
    }),
  );
});

test("two nodes of a host with a long name have different default client IDs", () => {
  const host = "h".repeat(200);
  const [first, second] = ["a1b2c3d4e5f60718", "a1b2c3d4e5f60719"].map((node) =>
    defaultClientId(host, node),
  );
  ok(first !== second);
  ok((first?.length ?? 0) <= CLIENT_ID_MAX_LENGTH);
});
