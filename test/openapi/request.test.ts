import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { hostname, userInfo } from "node:os";
import { signatureV3, sha256Hex } from "../../src/protocol/api-signature";
import { answer, withApi } from "../support/api/api-server";
import { call, failureOf, SET } from "../support/api/calls";
import type { ApiCall } from "../../src/openapi/client";
import type { SeenRequest } from "../support/api/api-server";

const DONE = answer({ Success: true, RequestId: "r1" });
const PUB: ApiCall = {
  action: "Pub",
  parameters: {
    ProductKey: "k1demoPk01",
    TopicFullName: "/k1demoPk01/meter-07/user/get",
    MessageContent: "eyJ0+/==",
  },
  timeoutMs: 60_000,
};

/** The signature as a server computes it: of what has come, decoded. */
function expectSigned({ headers, query, body }: SeenRequest): void {
  const authorization = String(headers.authorization);
  const [, names = "", signature] =
    /^ACS3-HMAC-SHA256 Credential=testAccessKeyId0001,SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  const texts = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value)]),
  );
  const signed = names.split(";");
  for (const name of Object.keys(headers)) {
    const isToBe = name === "host" || name === "content-type" || name.startsWith("x-acs-");
    equal(signed.includes(name), isToBe, `${name} is signed`);
  }
  const bodyHash = sha256Hex(body);
  equal(headers["x-acs-content-sha256"], bodyHash);
  equal(
    signature,
    signatureV3(
      {
        method: "POST",
        query: Object.fromEntries(new URLSearchParams(query.replaceAll("+", "%2B"))),
        headers: texts,
        bodyHash,
      },
      "testAccessKeySecret0001",
    ),
  );
}

test("a request carries what the platform asks for, signed, and nothing about its user", () =>
  withApi([DONE], async (server) => {
    await call(server.options({ iotInstanceId: "iot-060demo" }), SET);
    const seen = server.seen[0];
    ok(seen);
    expectSigned(seen);
    equal(seen.headers.host, `127.0.0.1:${server.port}`);
    equal(seen.headers["x-acs-version"], "2018-01-20");
    equal(seen.headers.accept, "application/json");
    match(String(seen.headers["x-acs-date"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    match(String(seen.headers["user-agent"]), /^@iot-flows\/node-red-aliyun-iot\/\d+\.\d+\.\d+$/);
    equal(seen.headers["content-type"], undefined);
    equal(seen.headers["content-length"], "0");
    equal(seen.parameters["IotInstanceId"], "iot-060demo");
    equal(seen.parameters["Items"], '{"power":1}');
    const whole = JSON.stringify([seen.url, seen.headers]);
    for (const name of [hostname(), userInfo().username, "testAccessKeySecret0001"]) {
      ok(!whole.includes(`${name}"`) && !whole.includes(`${name} `), name);
    }
    deepEqual(Object.keys(seen.headers).sort(), [
      "accept",
      "authorization",
      "connection",
      "content-length",
      "host",
      "user-agent",
      "x-acs-action",
      "x-acs-content-sha256",
      "x-acs-date",
      "x-acs-signature-nonce",
      "x-acs-version",
    ]);
  }));

test("content travels in the body, whose type is signed", () =>
  withApi([DONE], async (server) => {
    await call(server.options(), PUB);
    const seen = server.seen[0];
    ok(seen);
    expectSigned(seen);
    equal(seen.body, "MessageContent=eyJ0%2B%2F%3D%3D");
    equal(seen.headers["content-type"], "application/x-www-form-urlencoded");
    doesNotMatch(seen.url, /MessageContent/);
  }));

test("an STS token is sent and signed", () =>
  withApi([DONE], async (server) => {
    await call(server.options({ securityToken: "testSecurityToken+/=0001" }), SET);
    const seen = server.seen[0];
    ok(seen);
    expectSigned(seen);
    equal(seen.headers["x-acs-security-token"], "testSecurityToken+/=0001");
  }));

test("texts of any kind arrive as they were, signed", () =>
  withApi([DONE], async (server) => {
    const Items = `{"note":"空调 a+b*('!')~ %41 &=#? 😀","t":25.0}`;
    await call(server.options(), { ...SET, parameters: { ...SET.parameters, Items } });
    const seen = server.seen[0];
    ok(seen);
    expectSigned(seen);
    equal(seen.parameters["Items"], Items);
  }));

test("an address longer than 8 KB is refused before anything is sent", () =>
  withApi([DONE], async (server) => {
    const of = (length: number) => ({
      ...SET,
      parameters: { ...SET.parameters, Items: "x".repeat(length) },
    });
    await call(server.options(), of(1));
    const shortest = `http://127.0.0.1:${server.port}${server.seen[0]?.url ?? ""}`.length;
    await call(server.options(), of(8_192 - shortest + 1));
    const error = await failureOf(call(server.options(), of(8_192 - shortest + 2)));
    equal(error.code, "INPUT_TOO_LARGE");
    deepEqual(error.details, { setting: "data", size: 8_193, limit: 8_192 });
    equal(server.seen.length, 2);
  }));
