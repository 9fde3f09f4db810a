import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SettingError } from "../../src/errors/error";
import { composeHost, parseEndpoint, REGIONS } from "../../src/protocol/endpoint";
import type { Endpoint, EndpointParts } from "../../src/protocol/endpoint";
import { english } from "../support/english";

const INSTANCE_HOST = "iot-060a0abc.amqp.iothub.aliyuncs.com";
const LEGACY_HOST = "1234567890123456.iot-amqp.cn-shanghai.aliyuncs.com";

/** Expects a SettingError; gives its setting and message. */
function refusal(action: () => unknown): { code: string; setting: unknown; message: string } {
  try {
    action();
  } catch (error) {
    ok(error instanceof SettingError, String(error));
    return { code: error.code, setting: error.details["setting"], message: english(error) };
  }
  throw new Error("nothing was refused");
}

test("the host of an instance is composed of its ID", () => {
  equal(composeHost({ kind: "instance", iotInstanceId: " iot-060a0abc " }), INSTANCE_HOST);
});

test("the host of a legacy instance is composed of the account ID and the region", () => {
  const parts = { accountId: "1234567890123456", regionId: "cn-shanghai" };
  equal(composeHost({ kind: "legacy", ...parts }), LEGACY_HOST);
});

test("a region newer than the table composes too", () => {
  equal(
    composeHost({ kind: "legacy", accountId: "1", regionId: "ap-south-9" }),
    "1.iot-amqp.ap-south-9.aliyuncs.com",
  );
});

const BAD_PARTS: readonly (readonly [EndpointParts, setting: string, code: string])[] = [
  [{ kind: "instance", iotInstanceId: "" }, "iotInstanceId", "SETTING_MISSING"],
  [{ kind: "instance", iotInstanceId: "iot.abc" }, "iotInstanceId", "SETTING_INVALID"],
  [{ kind: "instance", iotInstanceId: "i".repeat(64) }, "iotInstanceId", "SETTING_INVALID"],
  [{ kind: "legacy", accountId: " ", regionId: "cn-shanghai" }, "accountId", "SETTING_MISSING"],
  [{ kind: "legacy", accountId: "me", regionId: "cn-shanghai" }, "accountId", "SETTING_INVALID"],
  [{ kind: "legacy", accountId: "1", regionId: "" }, "regionId", "SETTING_MISSING"],
  [{ kind: "legacy", accountId: "1", regionId: "Shanghai" }, "regionId", "SETTING_INVALID"],
  [{ kind: "legacy", accountId: "1", regionId: "cn-beijing" }, "regionId", "SETTING_INVALID"],
];

for (const [parts, setting, code] of BAD_PARTS) {
  test(`${JSON.stringify(parts)} is refused, naming ${setting}`, () => {
    const refused = refusal(() => composeHost(parts));
    equal(refused.code, code);
    equal(refused.setting, setting);
  });
}

test("every region serves instances, and six serve legacy ones", () => {
  ok(REGIONS.every(({ kinds }) => kinds.includes("instance")));
  const legacy = REGIONS.filter(({ kinds }) => kinds.includes("legacy"));
  equal(legacy.length, 6);
  for (const { regionId } of legacy) {
    const host = composeHost({ kind: "legacy", accountId: "42", regionId });
    deepEqual(parseEndpoint(host), { host, accountId: "42", regionId });
  }
});

const INSTANCE = { host: INSTANCE_HOST, iotInstanceId: "iot-060a0abc" };
const LEGACY = { host: LEGACY_HOST, accountId: "1234567890123456", regionId: "cn-shanghai" };
const PASTED: readonly (readonly [text: string, endpoint: Endpoint])[] = [
  [INSTANCE_HOST, INSTANCE],
  [`  ${INSTANCE_HOST}\n`, INSTANCE],
  [`${INSTANCE_HOST}:5671`, { ...INSTANCE, port: 5671 }],
  [`amqps://${INSTANCE_HOST}:5671`, { ...INSTANCE, port: 5671 }],
  [`amqps://${INSTANCE_HOST}/`, INSTANCE],
  [`amqps://${LEGACY_HOST}:5671?amqp.idleTimeout=80000`, { ...LEGACY, port: 5671 }],
  [
    `failover:(amqps://${LEGACY_HOST}:5671?amqp.idleTimeout=80000)?failover.reconnectDelay=30`,
    { ...LEGACY, port: 5671 },
  ],
  [`failover:(amqps://${LEGACY_HOST}:5671,amqps://other:1)`, { ...LEGACY, port: 5671 }],
  [`failover:amqps://${LEGACY_HOST}:5671`, { ...LEGACY, port: 5671 }],
  [LEGACY_HOST.toUpperCase(), { ...LEGACY, host: LEGACY_HOST.toUpperCase() }],
  [`AMQP接入域名：${INSTANCE_HOST}`, INSTANCE],
  [`AMQP接入域名：${INSTANCE_HOST}：5671。`, { ...INSTANCE, port: 5671 }],
  [`接入域名 ${INSTANCE_HOST}（公网）`, INSTANCE],
  [`接入点（Endpoint）：amqps：//${INSTANCE_HOST}：5671`, { ...INSTANCE, port: 5671 }],
  [`Endpoint: ${INSTANCE_HOST}`, INSTANCE],
  [`“${LEGACY_HOST}”`, LEGACY],
  [`\u200b${INSTANCE_HOST}\ufeff`, INSTANCE],
  [INSTANCE_HOST.replaceAll(".", "。"), INSTANCE],
  ["localhost:5672", { host: "localhost", port: 5672 }],
  ["amqp://127.0.0.1:5672", { host: "127.0.0.1", port: 5672 }],
  ["[::1]:5672", { host: "::1", port: 5672 }],
  ["[::1]", { host: "::1" }],
  ["::1", { host: "::1" }],
  ["amqps://user:password@broker.example:5671", { host: "broker.example", port: 5671 }],
];

for (const [text, endpoint] of PASTED) {
  test(`pasting ${JSON.stringify(text)} gives ${JSON.stringify(endpoint)}`, () => {
    deepEqual(parseEndpoint(text), endpoint);
  });
}

const BAD_PASTED: readonly (readonly [text: string, setting: string, code: string])[] = [
  ["", "host", "SETTING_MISSING"],
  ["  ", "host", "SETTING_MISSING"],
  ["amqps://", "host", "SETTING_INVALID"],
  [":5671", "host", "SETTING_INVALID"],
  ["${uid}.iot-amqp.cn-shanghai.aliyuncs.com", "host", "ENV_PARTIAL"],
  ["host..example", "host", "SETTING_INVALID"],
  ["[::1:5672", "host", "SETTING_INVALID"],
  ["主机", "host", "SETTING_INVALID"],
  ["localhost:0", "port", "SETTING_INVALID"],
  ["localhost:65536", "port", "SETTING_INVALID"],
  ["localhost:", "port", "SETTING_INVALID"],
  ["localhost:amqp", "port", "SETTING_INVALID"],
];

for (const [text, setting, code] of BAD_PASTED) {
  test(`pasting ${JSON.stringify(text)} is refused, naming ${setting}`, () => {
    const refused = refusal(() => parseEndpoint(text));
    equal(refused.code, code);
    equal(refused.setting, setting);
  });
}

test("a password in a pasted address does not come back in the error", () => {
  const password = "pass-w0rd";
  for (const text of [
    `amqps://user:${password}@bad host..name`,
    `amqps://user:${password}?x@host..name`,
    `amqps://user:${password}/x@host..name`,
    `amqps://user:${password}@host:port`,
  ]) {
    const { message } = refusal(() => parseEndpoint(text));
    equal(message.includes(password), false, message);
  }
});

test("a password with a slash does not hide the host behind it", () => {
  equal(parseEndpoint("amqps://user:pass/w0rd@broker.example:5671").host, "broker.example");
});

test("whatever is pasted gives an endpoint or a SettingError, and what is composed parses back", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.ipV6()), (text) => {
      try {
        parseEndpoint(text);
      } catch (error) {
        ok(error instanceof SettingError, String(error));
      }
    }),
  );
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9_-]{1,63}$/), (iotInstanceId) => {
      const host = composeHost({ kind: "instance", iotInstanceId });
      deepEqual(parseEndpoint(`amqps://${host}:5671`), { host, port: 5671, iotInstanceId });
    }),
  );
  throws(() => parseEndpoint("a b c"), { code: "SETTING_INVALID" });
});
