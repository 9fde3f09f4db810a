import { deepEqual, doesNotMatch, equal, ok } from "node:assert/strict";
import { inspect } from "node:util";
import { test } from "node:test";
import { ERROR_TEXTS, errorText } from "../../src/errors/texts";
import { answer, withApi } from "../support/api/api-server";
import { ASK, call, failureOf, fastClock, SET } from "../support/api/calls";
import type { ErrorCode } from "../../src/errors/error";
import type { ApiCall } from "../../src/openapi/client";
import type { JsonObject } from "../../src/protocol/json";
import type { Script } from "../support/api/api-server";

const DEVICE = { ProductKey: "k1demoPk01", DeviceName: "meter-07" };
const RRPC: ApiCall = {
  action: "RRpc",
  parameters: { ...DEVICE, RequestBase64Byte: "AA==", Timeout: "5000" },
  timeoutMs: 60_000,
};
const INVOKE: ApiCall = {
  action: "InvokeThingService",
  parameters: { ...DEVICE, Identifier: "reboot", Args: "{}" },
  timeoutMs: 60_000,
};
const PUB: ApiCall = {
  action: "Pub",
  parameters: {
    ProductKey: "k1demoPk01",
    TopicFullName: "/k1demoPk01/meter-07/user/get",
    MessageContent: "AA==",
  },
  timeoutMs: 60_000,
};

/** The gateway repeats the key and all that was signed. */
const LEAK = "testAccessKeyId0001 server string to sign is POST&leak";
const gateway = (Code: string, status = 400): Script =>
  answer({ RequestId: "r1", HostId: "h", Code, Message: LEAK, Recommend: LEAK }, { status });
const product = (Code: string, status = 200, rest: JsonObject = {}): Script =>
  answer({ RequestId: "r1", Success: false, Code, ErrorMessage: "too bad.", ...rest }, { status });

/** What each code means: by the gateway, or by the product. */
const MEANINGS: readonly (readonly [ErrorCode, string, Script, ApiCall?])[] = [
  ...["InvalidAccessKeyId.NotFound", "InvalidAccessKeyId.Inactive"].map(
    (code) => ["API_KEY_REFUSED", code, gateway(code, 404)] as const,
  ),
  ...["SignatureDoesNotMatch", "IncompleteSignature"].map(
    (code) => ["API_SIGNATURE_REFUSED", code, gateway(code)] as const,
  ),
  ...["Expired", "Malformed", "MismatchWithAccessKey"].map(
    (code) =>
      [
        "API_TOKEN_REFUSED",
        `InvalidSecurityToken.${code}`,
        gateway(`InvalidSecurityToken.${code}`),
      ] as const,
  ),
  ...["InvalidApi.NotFound", "InvalidProduct.NotFound", "InvalidProtocol.NeedSsl"].map(
    (code) => ["API_ENDPOINT_WRONG", code, gateway(code, 404)] as const,
  ),
  ["API_ENDPOINT_WRONG", "UnsupportedHTTPMethod", gateway("UnsupportedHTTPMethod", 403)],
  ["API_PERMISSION_MISSING", "Forbidden.RAM", gateway("Forbidden.RAM", 403)],
  ["API_PERMISSION_MISSING", "NoPermission", gateway("NoPermission", 403)],
  ["API_REFUSED", "MissingItems", gateway("MissingItems")],
  ["API_REFUSED", "iot.never.HeardOf", product("iot.never.HeardOf")],
  ["API_REFUSED", "iot.never.HeardOf", product("iot.never.HeardOf", 400)],
  ["OUTCOME_UNKNOWN", "iot.never.HeardOf", product("iot.never.HeardOf", 500)],
  ["OUTCOME_UNKNOWN", "InternalError", gateway("InternalError", 500)],
  ["OUTCOME_UNKNOWN", "ServiceUnavailable", gateway("ServiceUnavailable", 503)],
  ["OUTCOME_UNKNOWN", "SignatureNonceUsed", gateway("SignatureNonceUsed")],
  ["OUTCOME_UNKNOWN", "iot.system.SystemException", product("iot.system.SystemException")],
  ...(
    [
      ["API_PERMISSION_MISSING", "iot.common.RamActionPermissionDeny"],
      [
        "API_INSTANCE_REFUSED",
        `iot.Sre.IotInstanceNotFound iot.system.InstanceNotFound iot.auth.IotInstanceNotFound
          iot.auth.InvalidIotInstanceId iot.Sre.IotInstanceAccessForbidden`,
      ],
      [
        "API_INSTANCE_STOPPED",
        "iot.Sre.IotInstanceStatusForbidden iot.system.UidNotFound Iot.system.BillIsOverDue",
      ],
      [
        "PRODUCT_NOT_FOUND",
        `iot.prod.NotExistedProduct iot.prod.NullProductKey iot.prod.InvalidFormattedProductkey
          iot.Prod.NotProductOwner`,
      ],
      [
        "DEVICE_NOT_FOUND",
        `iot.device.NotExistedDevice iot.Device.NotExistedDevice IOT.DEVICE.NOTEXISTEDDEVICE
          iot.device.InvalidIoTId iot.common.AuthActionPermissionDeny`,
      ],
      ["DEVICE_INACTIVE", "iot.device.InactiveDevice iot.device.DeviceIsDisable"],
      [
        "DEVICE_OFFLINE",
        "iot.messagebroker.OFFLINE iot.messagebroker.HALFCONN iot.device.OfflineDevice",
      ],
      [
        "DATA_REFUSED",
        `iot.device.SetDevicePropertyFailed iot.device.CanNotSetReadOnlyProperty
          iot.device.InvalidFormattedDevicePropertiesString iot.device.InvokeThingServiceFailed
          iot.tsl.TslParseError iot.dataalgo.ScriptExecuteFailed iot.prod.NotSeniorProduct`,
      ],
    ] as const
  ).flatMap(([code, names]) =>
    names.split(/\s+/).map((name) => [code, name, product(name)] as const),
  ),
  [
    "TOPIC_REFUSED",
    "iot.messagebroker.InvalidFormattedTopicName",
    product("iot.messagebroker.InvalidFormattedTopicName"),
    PUB,
  ],
  ["DEVICE_OFFLINE", "OFFLINE", product("", 200, { RrpcCode: "OFFLINE" }), RRPC],
  ["DEVICE_OFFLINE", "HALFCONN", product("x", 200, { RrpcCode: "HALFCONN" }), RRPC],
  ["OUTCOME_UNKNOWN", "TIMEOUT", product("", 200, { RrpcCode: "TIMEOUT" }), RRPC],
  ["OUTCOME_UNKNOWN", "UNKNOWN", product("", 200, { RrpcCode: "UNKNOWN" }), RRPC],
  ["OUTCOME_UNKNOWN", "UNKNOW", answer({ Success: true, RrpcCode: "UNKNOW" }), RRPC],
  ["OUTCOME_UNKNOWN", "iot.messagebroker.TIMEOUT", product("iot.messagebroker.TIMEOUT"), INVOKE],
  ["DEVICE_NOT_FOUND", "no code of an RRpc", answer({ Success: false, RequestId: "r1" }), RRPC],
  [
    "DEVICE_NOT_FOUND",
    "with small letters",
    answer({
      success: false,
      code: "iot.device.NotExistedDevice",
      errorMessage: "gone",
      requestId: "r1",
    }),
  ],
];

MEANINGS.forEach(([code, name, script, what = SET], index) => {
  test(`${name} means ${code} (${index})`, () =>
    withApi([script], async (server) => {
      const error = await failureOf(call(server.options(), what));
      equal(error.code, code);
      const { details } = error;
      for (const needed of ERROR_TEXTS.errors[code].details) {
        ok(needed in details || `${needed}Code` in details, `${needed} is given`);
      }
      const texts = [errorText(code, details), errorText(code, details, "zh-CN")];
      doesNotMatch(
        inspect([error, texts], { depth: 9 }),
        /leak|testAccessKeyId0001|testAccessKeySecret|__\w+__/,
      );
      equal(server.seen.length, 1);
    }));
});

const REASONS: readonly (readonly [string, ApiCall, Script, JsonObject])[] = [
  [
    "of a request that was not answered the time is told",
    RRPC,
    product("", 200, { RrpcCode: "TIMEOUT" }),
    { reasonCode: "requestTimeout", seconds: 5 },
  ],
  [
    "of a service that was not answered the code is told",
    INVOKE,
    product("iot.messagebroker.TIMEOUT"),
    { reasonCode: "serviceTimeout", status: 200, apiCode: "iot.messagebroker.TIMEOUT" },
  ],
  [
    "a fault of the platform is told with status and code",
    SET,
    gateway("InternalError", 500),
    { reasonCode: "answeredStatus", status: 500, apiCode: "InternalError" },
  ],
  [
    "a request that was seen before is told as such",
    SET,
    gateway("SignatureNonceUsed"),
    { reasonCode: "nonceUsed" },
  ],
];

for (const [name, what, script, details] of REASONS) {
  test(name, () =>
    withApi([script], async (server) => {
      deepEqual((await failureOf(call(server.options(), what))).details, details);
    }),
  );
}

test("the product's own words are shown, fit to be read", () =>
  withApi(
    [
      answer({
        Success: false,
        RequestId: "r1",
        Code: "iot.device.SetDevicePropertyFailed",
        ErrorMessage: `bad\n\u0007items ${"x".repeat(1_000)}.`,
      }),
    ],
    async (server) => {
      const { details } = await failureOf(call(server.options(), SET));
      const reason = String(details["reason"]);
      ok(reason.startsWith("bad items xxx") && reason.length === 300);
    },
  ));

const UNREADABLE: readonly (readonly [string, string])[] = [
  ["HTML", "<html><body>Sign in</body></html>"],
  ["XML", "<?xml version='1.0'?><Error><Code>Forbidden.RAM</Code></Error>"],
  ["nothing", ""],
  ["JSON of another server", '{"status":"UP"}'],
  ["a JSON list", "[1]"],
];

for (const [name, content] of UNREADABLE) {
  test(`${name} in place of an answer: refused at 4xx, else of unknown outcome; a query knows`, async () => {
    for (const [status, what, code, tries] of [
      [403, SET, "API_ANSWER_UNREADABLE", 1],
      [200, SET, "OUTCOME_UNKNOWN", 1],
      [302, SET, "OUTCOME_UNKNOWN", 1],
      [502, SET, "OUTCOME_UNKNOWN", 1],
      [404, ASK, "API_ANSWER_UNREADABLE", 1],
      [200, ASK, "API_ANSWER_UNREADABLE", 1],
      [502, ASK, "API_UNAVAILABLE", 3],
    ] as const) {
      await withApi([answer(content, { status })], async (server) => {
        const error = await failureOf(call(server.options(), what));
        equal(error.code, code, `${status}`);
        equal(error.details["status"], status);
        equal(server.seen.length, tries);
      });
    }
  });
}

const THROTTLED: readonly (readonly [string, Script])[] = [
  ["Throttling.User", gateway("Throttling.User")],
  ["Throttling.Api at 503", gateway("Throttling.Api", 503)],
  ["iot.messagebroker.RateLimit", product("iot.messagebroker.RateLimit")],
  ["iot.common.TooManyRequest", product("iot.common.TooManyRequest", 400)],
  ["HTTP 429 with an unknown code", gateway("Whatever", 429)],
  ["HTTP 429 without an answer", answer("<html>", { status: 429 })],
];

for (const [name, script] of THROTTLED) {
  test(`a command that meets ${name} is tried again, as it was not carried out`, async () => {
    const done = answer({ Success: true, RequestId: "r2" });
    await withApi([script, script, done], async (server) => {
      equal((await call(server.options(), SET)).requestId, "r2");
      equal(server.seen.length, 3);
      const nonces = server.seen.map(({ headers }) => headers["x-acs-signature-nonce"]);
      equal(new Set(nonces).size, 3, "each try is signed anew");
    });
    await withApi([script], async (server) => {
      const error = await failureOf(call(server.options(), SET));
      equal(error.code, "API_THROTTLED");
      equal(error.details["tries"], 3);
      equal(server.seen.length, 3);
    });
  });
}

test("the platform's own wait is kept to", () =>
  withApi(
    [
      answer(
        { RequestId: "r1", Code: "Throttling" },
        {
          status: 400,
          headers: { "x-acs-retry-after": "4000" },
        },
      ),
      answer({ Success: true, RequestId: "r2" }),
    ],
    async (server) => {
      const clock = fastClock();
      const sinceMs = clock.monotonicMs();
      await call(server.options(), SET, { clock });
      ok(clock.monotonicMs() - sinceMs >= 4_000);
    },
  ));
