import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as errors from "../../src/errors/error";
import { DecodeError, IotAmqpError, NetworkError, SettingError } from "../../src/errors/error";
import { ERROR_CODES, retryOf } from "../../src/errors/table";
import { english } from "../support/english";

test("an error has its code and its details, and a message of both for programmers", () => {
  const error = new NetworkError("CONNECTION_REFUSED", { host: "127.0.0.1", port: 5672 });
  equal(error.name, "NetworkError");
  equal(error.code, "CONNECTION_REFUSED");
  equal(retryOf(error), "fast");
  equal(error.message, "CONNECTION_REFUSED: host=127.0.0.1, port=5672");
  equal(new IotAmqpError("CONNECT_LIMIT").message, "CONNECT_LIMIT");
});

test("an error is told as what happened and what to do, with its details put in", () => {
  const told = english(new NetworkError("CONNECTION_REFUSED", { host: "127.0.0.1", port: 5672 }));
  ok(told.startsWith("Nothing is listening on 127.0.0.1:5672 (host, port). "), told);
  ok(told.includes("5671"), "the remedy names the platform's port");
});

test("a setting's error names the setting as the form shows it and as it is stored", () => {
  const told = english(new SettingError("SETTING_MISSING", { setting: "accessKeySecret" }));
  ok(told.startsWith("The setting “AccessKey Secret” (accessKeySecret) is empty."), told);
});

test("the cause is kept where there is one, and absent where there is none", () => {
  const cause = new Error("ECONNRESET");
  equal(new NetworkError("CONNECTION_LOST", { host: "h", reason: "r" }, cause).cause, cause);
  equal("cause" in new NetworkError("CONNECTION_LOST", { host: "h", reason: "r" }), false);
});

test("a DecodeError carries the message's bytes and their number", () => {
  const raw = Uint8Array.of(0, 0x53, 0x75);
  const error = new DecodeError("truncated", raw);
  equal(error.raw, raw);
  deepEqual(error.details, { reason: "truncated", size: 3 });
  equal(retryOf(error), "never");
});

test("every exported error is an IotAmqpError with its own name", () => {
  const classes = Object.entries(errors).filter(([name]) => /^[A-Z].*Error$/.test(name));
  ok(classes.length >= 9);
  for (const [name, value] of classes) {
    ok(typeof value === "function");
    ok(value === IotAmqpError || value.prototype instanceof IotAmqpError, name);
    equal(value.name, name);
  }
});

test("a wrong local setting is never retried, the network fast, a refusal slowly", () => {
  const codes = (retry: string): readonly string[] =>
    ERROR_CODES.filter((code) => retryOf({ code }) === retry);
  for (const code of ["SETTING_MISSING", "SETTING_INVALID", "TLS_REQUIRED"]) {
    ok(codes("never").includes(code), code);
  }
  for (const code of ["DNS_FAILED", "CONNECTION_LOST", "PEER_SILENT", "CLOSED_BY_PLATFORM"]) {
    ok(codes("fast").includes(code), code);
  }
  for (const code of ["SIGN_IN_REFUSED", "GROUP_NOT_FOUND", "TLS_UNTRUSTED"]) {
    ok(codes("slow").includes(code), code);
  }
});
