import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { SettingError } from "../../src/errors/error";
import { hasApi, resolveApi } from "../../src/settings/api";
import { english } from "../support/english";
import type { Stored } from "../../src/settings/read";

const SHANGHAI = "123.iot-amqp.cn-shanghai.aliyuncs.com";
const KEYS = { accessKeyId: "testAccessKeyId0001", accessKeySecret: "testAccessKeySecret0001" };
const STORED: Stored = { ...KEYS, host: "iot-060a0abc.amqp.iothub.aliyuncs.com" };

function endpoint(changes: Stored): string {
  const { protocol, host, port } = resolveApi({ ...STORED, ...changes }).endpoint;
  return `${protocol}//${host}:${port}`;
}

function refusal(changes: Stored): SettingError {
  try {
    resolveApi({ ...STORED, ...changes });
  } catch (error) {
    ok(error instanceof SettingError, String(error));
    return error;
  }
  throw new Error("nothing was refused");
}

test("commands go to the API of the region", () => {
  equal(endpoint({ region: "cn-beijing" }), "https://iot.cn-beijing.aliyuncs.com:443");
  equal(endpoint({ region: "ap-southeast-9" }), "https://iot.ap-southeast-9.aliyuncs.com:443");
});

test("the region is taken from a legacy host, unless one is chosen", () => {
  equal(endpoint({ host: SHANGHAI }), "https://iot.cn-shanghai.aliyuncs.com:443");
  const chosen = { host: SHANGHAI, region: "us-west-1" };
  equal(endpoint(chosen), "https://iot.us-west-1.aliyuncs.com:443");
});

test("without a region the error says to select one, and how to reach the emulator", () => {
  const error = refusal({});
  equal(error.code, "SETTING_MISSING");
  equal(error.details["setting"], "region");
  ok(english(error).includes("http://127.0.0.1:5680"), english(error));
});

test("an API endpoint stands before the region, with HTTPS and its usual port by default", () => {
  const region = "cn-beijing";
  for (const [apiEndpoint, expected] of [
    ["https://iot-vpc.cn-beijing.aliyuncs.com", "https://iot-vpc.cn-beijing.aliyuncs.com:443"],
    ["iot-vpc.cn-beijing.aliyuncs.com/", "https://iot-vpc.cn-beijing.aliyuncs.com:443"],
    ["https://example.com:8686", "https://example.com:8686"],
    ["http://127.0.0.1:5680", "http://127.0.0.1:5680"],
    ["HTTP://localhost", "http://localhost:80"],
    ["http://[::1]:5680/", "http://::1:5680"],
  ] as const) {
    equal(endpoint({ region, apiEndpoint }), expected);
  }
});

test("an API endpoint that would send commands in plain text, or that is none, is refused", () => {
  for (const apiEndpoint of [
    "http://iot.cn-shanghai.aliyuncs.com",
    "http://127.0.0.1.example.com",
    "https://example.com/path",
    "https://example.com?x=1",
    "https://example.com:0",
    "https://example.com:65536",
    "ftp://example.com",
    "https://",
    "https://exam ple.com",
    "127.0.0.1:5680:1",
  ]) {
    const error = refusal({ apiEndpoint });
    deepEqual([error.code, error.details["setting"]], ["SETTING_INVALID", "apiEndpoint"]);
    ok(english(error).includes(apiEndpoint), english(error));
  }
});

test("what may be a password in an API endpoint is not quoted", () => {
  const error = refusal({ apiEndpoint: "https://me:hunter2@example.com" });
  ok(!JSON.stringify(error.details).includes("hunter2"));
  ok(!english(error).includes("hunter2"), english(error));
});

test("a region that no region can be is refused, and keys as for receiving", () => {
  equal(refusal({ region: "Shanghai 1" }).details["setting"], "region");
  equal(refusal({ region: "cn-beijing", accessKeyId: "" }).details["setting"], "accessKeyId");
  const secret = { region: "cn-beijing", accessKeySecret: "a secret" };
  ok(!english(refusal(secret)).includes("a secret"));
  throws(() => resolveApi({ region: 5 }), SettingError);
});

test("an instance has an API where a region or an endpoint is set", () => {
  equal(hasApi(STORED), false);
  equal(hasApi({ ...STORED, region: "cn-beijing" }), true);
  equal(hasApi({ ...STORED, apiEndpoint: "http://127.0.0.1:5680" }), true);
});
