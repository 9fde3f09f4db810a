import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { DOCTOR_TEXTS } from "../../src/doctor/texts";
import { tellFinding, tellResult } from "../../src/doctor/tell";
import { lookUpIn } from "../../src/errors/texts";
import { answer, withApi } from "../support/api/api-server";
import { CERTIFICATES } from "../support/certificates";
import { withEmulator } from "../support/emulator/with-emulator";
import { freePort } from "../support/programs/free-port";
import { ScaledClock } from "../support/time/scaled-clock";
import { PATIENCE_MS } from "../support/time/until";
import { examined } from "./examined";
import type { Finding } from "../../src/doctor/finding";
import type { ErrorCode } from "../../src/errors/error";
import type { Json } from "../../src/protocol/json";
import type { Examined } from "./examined";

const NO_PRODUCT = answer({
  RequestId: "1",
  Success: false,
  Code: "iot.prod.NotExistedProduct",
  ErrorMessage: "not existed product",
});
const SECRET = "hush-hush";

const gateway = (code: string, message = "") => ({ RequestId: "1", Code: code, Message: message });
const product = (code: string) => ({ RequestId: "1", Success: false, Code: code });
const at = (port: number) => ({ apiEndpoint: `http://127.0.0.1:${port}` });
const lookUp = lookUpIn("en-US", DOCTOR_TEXTS);
const told = (finding: Finding | undefined) =>
  finding === undefined ? "" : JSON.stringify(tellFinding(finding, lookUp));

function resultOf(findings: readonly Finding[]): string {
  return tellResult(
    findings.map((finding) => tellFinding(finding, lookUp)),
    0,
    lookUp,
  ).text;
}

/** Nobody listens at the AMQP port: only the API is to be looked at. */
const alone = (port: number, settings: Examined = {}) => examined(1, { ...at(port), ...settings });

test("an API that knows no such product passes as the last step, after one query", () =>
  withApi([NO_PRODUCT], (api) =>
    withEmulator({}, async (emulator) => {
      const { passed, ended, findings } = await examined(emulator.port, at(api.port));
      ok(passed);
      match(
        told(ended.at(-1)),
        new RegExp(`"api".*Cloud API.*passed.*127\\.0\\.0\\.1:${api.port} answered after \\d+ ms`),
      );
      deepEqual(findings.at(-2), { step: "api", state: "running" });
      deepEqual(
        api.seen.map(({ action }) => action),
        ["GetDeviceStatus"],
      );
      match(resultOf(ended), /messages can be received and commands sent/);
    }),
  ));

test("without an API in the settings there is no such step", () =>
  withEmulator({}, async (emulator) => {
    const { passed, findings } = await examined(emulator.port);
    ok(passed);
    ok(findings.every(({ step }) => step !== "api"));
  }));

test("the API is checked although the way to the receiver link failed, and does not hide that", () =>
  withApi([NO_PRODUCT], (api) =>
    withEmulator({}, async (emulator) => {
      const instance = { accessKeySecret: "wrong" };
      const { passed, ended } = await examined(emulator.port, { instance, ...at(api.port) });
      ok(!passed);
      deepEqual(
        ended.slice(-4).map(({ step, state }) => `${step} ${state}`),
        ["signIn failed", "open skipped", "attach skipped", "api passed"],
      );
      match(resultOf(ended), /^Failed at “Sign-in”/);
    }),
  ));

test("where only the API fails, the result says that messages can be received", () =>
  withApi([answer(gateway("Forbidden.RAM"), { status: 403 })], (api) =>
    withEmulator({}, async (emulator) => {
      const { passed, ended } = await examined(emulator.port, at(api.port));
      ok(!passed);
      match(
        resultOf(ended),
        /^Messages can be received\. Failed at “Cloud API”: permission missing/,
      );
    }),
  ));

const REFUSALS: readonly (readonly [code: ErrorCode, body: Json, says: RegExp])[] = [
  ["API_KEY_REFUSED", gateway("InvalidAccessKeyId.NotFound"), /testAccessKeyId and/],
  [
    "API_SIGNATURE_REFUSED",
    gateway("SignatureDoesNotMatch", `server string to sign: ${SECRET}`),
    /Secret.*does not belong to this AccessKey ID/,
  ],
  ["API_TOKEN_REFUSED", gateway("InvalidSecurityToken.Expired"), /get a new one/],
  ["API_CLOCK_OFF", gateway("InvalidTimeStamp.Format"), /This computer's time is/],
  [
    "API_PERMISSION_MISSING",
    product("iot.common.RamActionPermissionDeny"),
    /iot:GetDeviceStatus.*permission of its own.*iot:SetDeviceProperty, /,
  ],
  ["API_INSTANCE_REFUSED", product("iot.Sre.IotInstanceNotFound"), /instance ID.*region/],
  ["API_INSTANCE_STOPPED", product("iot.Sre.IotInstanceStatusForbidden"), /running/],
  ["API_ENDPOINT_WRONG", gateway("InvalidApi.NotFound"), /5680/],
  ["API_ANSWER_UNREADABLE", "<html>sign in here</html>", /proxy.*5680/],
];

for (const [code, body, says] of REFUSALS) {
  test(`${code} is told with its cause, and no secret`, () =>
    withApi([answer(body, { status: code === "API_ANSWER_UNREADABLE" ? 200 : 400 })], (api) => {
      const clock = new ScaledClock(50);
      const instance = { accessKeySecret: SECRET };
      return alone(api.port, { clock, instance }).then(({ passed, ended }) => {
        ok(!passed);
        const last = ended.at(-1);
        ok(last?.step === "api" && last.state === "failed", told(last));
        equal(last.error.code, code, told(last));
        match(told(last), says);
        ok(!/__\w+__/.test(told(last)) && !told(last).includes(SECRET), told(last));
      });
    }));
}

test("a clock that the client had to correct is told with the difference", () =>
  withApi(
    [
      answer(gateway("InvalidTimeStamp.Expired"), {
        status: 400,
        headers: { date: new Date(Date.now() + 1_200_000).toUTCString() },
      }),
      NO_PRODUCT,
    ],
    async (api) => {
      const { ended } = await alone(api.port);
      match(told(ended.at(-1)), /passed.*clock is off by (1199|1200|1201) s/);
    },
  ));

/** Longer than a label of a name may be (RFC 1035): looking it up fails on this computer. */
const NO_INSTANCE = `iot-${"0".repeat(60)}`;

test("no such product is a failure where the instance ID that the host names is missing", () =>
  withApi([NO_PRODUCT], async (api) => {
    const host = `${NO_INSTANCE}.amqp.iothub.aliyuncs.com`;
    const { ended } = await alone(api.port, { instance: { host, useTls: true } });
    match(told(ended.at(-1)), /PRODUCT_NOT_FOUND.*belongs to the instance iot-0+, but.*is empty/);
    const instance = { host, useTls: true, iotInstanceId: NO_INSTANCE };
    const { ended: withId } = await alone(api.port, { instance });
    match(told(withId.at(-1)), /passed/);
    equal(api.seen.at(-1)?.parameters["IotInstanceId"], NO_INSTANCE);
  }));

test("an API that nobody serves is told to be unreachable, with its address", async () => {
  const port = await freePort();
  const { ended } = await alone(port, { clock: new ScaledClock(50) });
  match(
    told(ended.at(-1)),
    new RegExp(`127\\.0\\.0\\.1:${port} cannot be reached.*API_UNREACHABLE.*5680`),
  );
});

test("TLS with a certificate that is not trusted is told apart from the network", () =>
  withApi(
    [NO_PRODUCT],
    async (api) => {
      const apiEndpoint = `https://127.0.0.1:${api.port}`;
      const clock = new ScaledClock(50);
      const { ended } = await examined(1, { apiEndpoint, clock });
      match(told(ended.at(-1)), /API_TLS_FAILED/);
      const { ended: trusted } = await examined(1, { apiEndpoint, tls: { ca: CERTIFICATES.ca } });
      match(told(trusted.at(-1)), /passed/);
    },
    { isTls: true },
  ));

test(
  "an examination that is stopped while the API does not answer ends at once",
  { timeout: PATIENCE_MS },
  () =>
    withApi([() => undefined], async (api) => {
      const stop = new AbortController();
      const { passed, findings } = await alone(api.port, {
        stopping: stop.signal,
        heard: ({ step }) => {
          if (step === "api") stop.abort();
        },
      });
      ok(!passed);
      deepEqual(findings.at(-1), { step: "api", state: "running" });
    }),
);
