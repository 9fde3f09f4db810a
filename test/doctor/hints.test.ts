import { deepEqual, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { addressHints, hintsFor } from "../../src/doctor/hints";
import { DiagnosisError, IotAmqpError } from "../../src/errors/error";
import { DOCTOR_TEXTS } from "../../src/doctor/texts";
import { LABELS } from "../../src/errors/setting-texts";
import { lookUpIn } from "../../src/errors/texts";
import { english } from "../support/english";
import { linesOf, tellFinding } from "../../src/doctor/tell";
import type { FailedStep } from "../../src/doctor/hints";
import type { ErrorCode } from "../../src/errors/error";
import { resolveApi } from "../../src/settings/api";
import { resolveInstance } from "../../src/settings/instance";
import { resolveSubscribe } from "../../src/settings/subscribe";
import type { Stored } from "../../src/settings/read";

const INSTANCE_HOST = "iot-06abc.amqp.iothub.aliyuncs.com";
const LEGACY_HOST = "1234567890.iot-amqp.cn-shanghai.aliyuncs.com";
const ID = { accessKeyId: "LTAI5tSynthetic01", accessKeySecret: "synthetic" };
const GROUP = "abcdefghijklmnop000100";

interface Known extends Partial<Omit<FailedStep, "error" | "instance" | "options">> {
  readonly instance?: Stored;
  readonly subscribe?: Stored;
  readonly ca?: string;
  /** The API, checked where it is given. */
  readonly apiEndpoint?: string;
}

function caseOf(code: ErrorCode, known: Known): FailedStep {
  const { instance, subscribe, ca, apiEndpoint, ...rest } = known;
  const stored = { host: INSTANCE_HOST, iotInstanceId: "iot-06abc", ...ID, ...instance };
  const tls = ca === undefined ? {} : { ca };
  return {
    error: new IotAmqpError(code, { host: "h", reason: "r" }),
    instance: resolveInstance(stored, tls),
    api: apiEndpoint === undefined ? undefined : resolveApi({ ...stored, apiEndpoint }, tls),
    options: resolveSubscribe({ clientId: "c", consumerGroupId: GROUP, ...subscribe }),
    addresses: [],
    certificate: undefined,
    nowMs: 1_790_000_000_000,
    ...rest,
  };
}

const names = (code: ErrorCode, known: Known = {}) =>
  hintsFor(caseOf(code, known)).map(({ name }) => name);

const globalSign = {
  subject: "*.amqp.iothub.aliyuncs.com",
  issuer: "GlobalSign Organization Validation CA",
  topIssuer: "GlobalSign Root CA, GlobalSign nv-sa",
  from: "2026-01-01",
  until: "2027-01-01",
};

const SUSPECTED = [
  ["DNS_FAILED", {}, []],
  [
    "DNS_FAILED",
    { instance: { host: "iot-06abc-vpc.amqp.iothub.aliyuncs.com" } },
    ["vpcHost", "instanceIdOther"],
  ],
  [
    "DNS_FAILED",
    { instance: { host: "k1.iot-as-mqtt.cn-shanghai.aliyuncs.com" } },
    ["otherEndpoint", "hostUnusual"],
  ],
  [
    "DNS_FAILED",
    { instance: { host: "iot-06abc.mqtt.iothub.aliyuncs.com" } },
    ["otherEndpoint", "hostUnusual"],
  ],
  [
    "DNS_FAILED",
    { instance: { host: "iot.cn-shanghai.aliyuncs.com" } },
    ["otherEndpoint", "hostUnusual"],
  ],
  ["DNS_FAILED", { instance: { host: LEGACY_HOST, iotInstanceId: "" } }, ["regionWrong"]],
  [
    "DNS_FAILED",
    { instance: { host: "1.iot-amqp.cn-shanghi.aliyuncs.com", iotInstanceId: "" } },
    ["regionUnknown"],
  ],
  ["DNS_FAILED", { instance: { host: "amqp.example.com" } }, ["hostUnusual"]],
  ["CONNECT_TIMEOUT", { addresses: ["47.1.2.3", "10.0.0.7"] }, ["privateAddress"]],
  ["CONNECT_TIMEOUT", { addresses: ["100.64.0.1"] }, ["privateAddress"]],
  ["CONNECT_TIMEOUT", { addresses: ["100.128.0.1", "172.32.0.1", "11.0.0.1"] }, []],
  ["CONNECTION_REFUSED", { instance: { port: 61614 } }, ["portUnusual"]],
  ["CONNECTION_REFUSED", { instance: { host: "localhost", port: 5672 } }, []],
  ["TLS_UNTRUSTED", { certificate: globalSign }, ["certificate", "missingRoot"]],
  [
    "TLS_UNTRUSTED",
    { certificate: { ...globalSign, issuer: "me", subject: "me", topIssuer: "me" }, ca: "PEM" },
    ["certificate", "selfSigned", "ownCa"],
  ],
  [
    "TLS_HOSTNAME",
    { instance: { host: "47.1.2.3" }, certificate: globalSign },
    ["certificate", "byAddress"],
  ],
  ["TLS_EXPIRED", { certificate: globalSign }, ["certificate", "clock"]],
  ["SIGN_IN_REFUSED", {}, ["clock"]],
  ["SIGN_IN_REFUSED", { instance: { iotInstanceId: "" } }, ["instanceIdMissing", "clock"]],
  ["SIGN_IN_REFUSED", { instance: { iotInstanceId: "iot-other" } }, ["instanceIdOther", "clock"]],
  ["SIGN_IN_REFUSED", { instance: { host: LEGACY_HOST } }, ["instanceIdSuperfluous", "clock"]],
  ["SIGN_IN_REFUSED", { instance: { accessKeySecret: "“quoted”" } }, ["keyCharacters", "clock"]],
  ["SIGN_IN_REFUSED", { instance: { accessKeyId: "LTA\u04061" } }, ["keyCharacters", "clock"]],
  [
    "SIGN_IN_REFUSED",
    { instance: { accessKeyId: "secret", accessKeySecret: "LTAI5t" } },
    ["keysSwapped", "clock"],
  ],
  ["SIGN_IN_REFUSED", { instance: { accessKeyId: "STS.NTsynthetic" } }, ["tokenMissing", "clock"]],
  ["SIGN_IN_REFUSED", { instance: { securityToken: "t" } }, ["tokenExpires", "clock"]],
  ["SIGN_IN_REFUSED", { subscribe: { consumerGroupId: "my-group" } }, ["groupName", "clock"]],
  [
    "SIGN_IN_REFUSED",
    {
      instance: { host: "127.0.0.1", iotInstanceId: "" },
      subscribe: { consumerGroupId: "my-group" },
    },
    ["emulatorKeys", "clock"],
  ],
  ["GROUP_NOT_FOUND", { subscribe: { consumerGroupId: "生产" } }, ["groupName"]],
  ["NO_MESSAGE", { subscribe: { topicFilters: ["/k1/#"] } }, ["filters"]],
  ["PEER_SILENT", {}, []],
  ["API_UNREACHABLE", { apiEndpoint: "iot.cn-beijing.aliyuncs.com" }, []],
  ["API_UNREACHABLE", { apiEndpoint: "iot-vpc.cn-beijing.aliyuncs.com" }, ["vpcHost"]],
  ["API_UNREACHABLE", { apiEndpoint: "iot.cn-shanghi.aliyuncs.com" }, ["apiRegionUnknown"]],
  ["API_UNREACHABLE", { apiEndpoint: INSTANCE_HOST }, ["apiHostUnusual"]],
  ["API_UNAVAILABLE", { apiEndpoint: "http://localhost:1880" }, ["emulatorApi"]],
  [
    "API_TLS_FAILED",
    { apiEndpoint: "api.example.com", ca: "PEM" },
    ["ownCa", "apiHostUnusual", "clock"],
  ],
  ["API_KEY_REFUSED", { apiEndpoint: "http://localhost:5680" }, ["emulatorKeys"]],
  ["API_SIGNATURE_REFUSED", { apiEndpoint: "iot.cn-beijing.aliyuncs.com" }, []],
  [
    "API_SIGNATURE_REFUSED",
    { instance: { accessKeySecret: "“quoted”" }, apiEndpoint: "iot.cn-beijing.aliyuncs.com" },
    ["keyCharacters"],
  ],
  ["API_TOKEN_REFUSED", { instance: { securityToken: "t" } }, ["tokenExpires"]],
  ["API_CLOCK_OFF", {}, ["clock"]],
  ["API_PERMISSION_MISSING", {}, ["apiPermissions"]],
  ["API_ENDPOINT_WRONG", { apiEndpoint: "ecs.aliyuncs.com" }, ["apiHostUnusual"]],
  ["API_INSTANCE_REFUSED", { instance: { iotInstanceId: "iot-other" } }, ["instanceIdOther"]],
  [
    "PRODUCT_NOT_FOUND",
    { instance: { iotInstanceId: "" }, apiEndpoint: "iot.cn-shanghai.aliyuncs.com" },
    ["instanceIdMissing"],
  ],
  [
    "PRODUCT_NOT_FOUND",
    {
      instance: { host: LEGACY_HOST, iotInstanceId: "" },
      apiEndpoint: "iot.us-west-1.aliyuncs.com",
    },
    ["apiRegionOther"],
  ],
  [
    "PRODUCT_NOT_FOUND",
    {
      instance: { host: LEGACY_HOST, iotInstanceId: "" },
      apiEndpoint: "iot.cn-shanghai.aliyuncs.com",
    },
    [],
  ],
] as const satisfies readonly (readonly [ErrorCode, Known, readonly string[]])[];

for (const [code, known, wanted] of SUSPECTED) {
  test(`${code} with ${JSON.stringify(known)} suspects ${wanted.join(", ") || "nothing"}`, () => {
    deepEqual(names(code, known), wanted);
  });
}

const ATTEMPTS = [
  { address: "2001:db8::1", outcome: "pending", ms: 310 },
  { address: "192.0.2.1", outcome: "failed", ms: 5, error: new Error("connect EHOSTUNREACH") },
  { address: "192.0.2.2", outcome: "connected", ms: 60 },
] as const;

test("of several addresses those are told that did not answer", () => {
  const lookUp = lookUpIn("en-US", DOCTOR_TEXTS);
  const fact = { name: "tcp", values: { address: "192.0.2.2", port: 5671, ms: 60 } } as const;
  const notes = addressHints(ATTEMPTS);
  const told = tellFinding({ step: "tcp", state: "passed", fact, notes }, lookUp);
  deepEqual(linesOf(told, lookUp), [
    "[ok] TCP connection: 192.0.2.2 answered on port 5671 after 60 ms",
    "     - 2001:db8::1 had not answered after 310 ms.",
    "     - 192.0.2.1 failed after 5 ms: connect EHOSTUNREACH.",
  ]);
});

test("no text is left of a suspicion that nothing raises", () => {
  const ofAddresses = addressHints(ATTEMPTS).map(({ name }) => name);
  const raised = new Set([...SUSPECTED.flatMap(([, , wanted]) => wanted), ...ofAddresses]);
  deepEqual(Object.keys(DOCTOR_TEXTS.hints).sort(), [...raised].sort());
});

test("what is recognised is told in full, in both languages, without a secret", () => {
  const instance = { accessKeyId: "“key”", securityToken: "hush-token", iotInstanceId: "iot-2" };
  const found = caseOf("SIGN_IN_REFUSED", { instance });
  for (const language of ["en-US", "zh-CN"] as const) {
    const failed = { step: "signIn", state: "failed", error: found.error } as const;
    const lookUp = lookUpIn(language, DOCTOR_TEXTS);
    const { hints = [] } = tellFinding({ ...failed, hints: hintsFor(found) }, lookUp);
    ok(hints.length >= 3);
    const all = hints.join("\n");
    ok(!/__\w+__|hints\.|hush|synthetic|“key”/.test(all), all);
    ok(all.includes(LABELS.accessKeyId[language]), all);
  }
});

test("a wait without a message names how long it was", () => {
  const error = new DiagnosisError("NO_MESSAGE", { seconds: 10 });
  match(english(error), /within 10 s/);
});
