import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as errors from "../../src/errors/error";
import {
  DecodeError,
  IotAmqpError,
  NetworkError,
  RETRY_BY_CODE,
  SettingError,
} from "../../src/errors/error";

test("an error says what happened and what to do, with its details put in", () => {
  const error = new NetworkError("CONNECTION_REFUSED", { host: "127.0.0.1", port: 5672 });
  equal(error.name, "NetworkError");
  equal(error.code, "CONNECTION_REFUSED");
  equal(error.retry, "fast");
  ok(error.message.startsWith("Nothing listens on 127.0.0.1:5672 (host, port). "), error.message);
  ok(error.message.includes("5671"), "the remedy names the platform's port");
});

test("a setting's error names the setting as the form shows it and as it is stored", () => {
  const { message } = new SettingError("SETTING_MISSING", { setting: "accessKeySecret" });
  ok(message.startsWith("The setting “AccessKey Secret” (accessKeySecret) is empty."), message);
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
  equal(error.retry, "never");
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
  const codes = (retry: string) =>
    Object.entries(RETRY_BY_CODE)
      .filter(([, value]) => value === retry)
      .map(([code]) => code);
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
