import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { ApiCaller, send } from "../support/emulator/api-caller";
import { ManualClock } from "../support/time/manual-clock";
import { withEmulator } from "../support/emulator/with-emulator";
import type { ApiAnswer, CallOptions } from "../support/emulator/api-caller";
import type { JsonObject } from "../../src/protocol/json";
import type { Emulator } from "../../src/emulator/emulator";

const DEVICE = { ProductKey: "k1demoPk01", DeviceName: "meter-01" };
const OPTIONS = { httpPort: 0, devices: 7, rate: 0 };
const MINUTE_MS = 60_000;

const ask = (emulator: Emulator, options: CallOptions = {}) =>
  new ApiCaller(emulator).call("GetDeviceStatus", DEVICE, options);

const text = (body: JsonObject, field: string) => {
  const value = body[field];
  return typeof value === "string" ? value : "";
};
const statusAndCode = ({ status, body }: ApiAnswer) => [status, body["Code"]];

test("a call with a right signature is answered, by POST and GET, with the date of the clock", async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    for (const method of ["POST", "GET"] as const) {
      const { status, headers, body } = await ask(emulator, { method });
      deepEqual([status, body["Success"], body["Code"]], [200, true, ""]);
      equal(headers["date"], "Fri, 02 Jan 2026 03:04:05 GMT");
      match(text(body, "RequestId"), /^[0-9A-F-]{36}$/);
      equal(headers["x-acs-request-id"], body["RequestId"]);
    }
  });
});

test("parameters count in the query and in the body, and the query may be escaped in another way", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const caller = new ApiCaller(emulator);
    const { ProductKey, DeviceName } = DEVICE;
    const divided = await caller.call("GetDeviceStatus", { ProductKey }, { form: { DeviceName } });
    equal(divided.body["Success"], true);
    const query = { ...DEVICE, Note: "a b~c" };
    const wireQuery = "Note=a+b%7Ec&DeviceName=meter%2D01&ProductKey=k1demoPk01";
    equal((await caller.call("GetDeviceStatus", query, { wireQuery })).body["Success"], true);
    const other = { wireQuery: wireQuery.replace("meter%2D01", "meter-02") };
    deepEqual(statusAndCode(await caller.call("GetDeviceStatus", query, other)), [
      400,
      "SignatureDoesNotMatch",
    ]);
  }));

const REFUSED: readonly [string, CallOptions, number, string][] = [
  ["another secret", { accessKeySecret: "another" }, 400, "SignatureDoesNotMatch"],
  ["another key", { accessKeyId: "another" }, 404, "InvalidAccessKeyId.NotFound"],
  [
    "a hash of another body",
    { headers: { "x-acs-content-sha256": "0".repeat(64) } },
    400,
    "SignatureDoesNotMatch",
  ],
  [
    "a header changed",
    { unsigned: { "x-acs-version": "2018-01-21" } },
    400,
    "SignatureDoesNotMatch",
  ],
  ["x-acs-* not signed", { unsigned: { "x-acs-retry": "1" } }, 400, "IncompleteSignature"],
  ["host not signed", { headers: { host: undefined } }, 400, "IncompleteSignature"],
  ["no signature", { unsigned: { authorization: "ACS3-HMAC-SHA256" } }, 400, "IncompleteSignature"],
  [
    "no nonce",
    { headers: { "x-acs-signature-nonce": undefined } },
    400,
    "Missingx-acs-signature-nonce",
  ],
  [
    "no hash",
    { headers: { "x-acs-content-sha256": undefined } },
    400,
    "Missingx-acs-content-sha256",
  ],
  [
    "a date with ms",
    { headers: { "x-acs-date": "2026-01-02T03:04:05.000Z" } },
    400,
    "InvalidTimeStamp.Format",
  ],
  [
    "no date at all",
    { headers: { "x-acs-date": "2026-13-02T03:04:05Z" } },
    400,
    "InvalidTimeStamp.Format",
  ],
  [
    "another token",
    { headers: { "x-acs-security-token": "no" } },
    400,
    "InvalidSecurityToken.Malformed",
  ],
  [
    "another version",
    { headers: { "x-acs-version": "2014-05-26" } },
    404,
    "InvalidProduct.NotFound",
  ],
  [
    "another action",
    { headers: { "x-acs-action": "QueryDeviceDetail" } },
    404,
    "InvalidApi.NotFound",
  ],
  ["a name of Object", { headers: { "x-acs-action": "constructor" } }, 404, "InvalidApi.NotFound"],
];

test("each wrong request is refused by the gateway, in its form and with its status", () =>
  withEmulator(OPTIONS, async (emulator) => {
    for (const [what, options, status, code] of REFUSED) {
      const answer = await ask(emulator, options);
      deepEqual(statusAndCode(answer), [status, code], what);
      deepEqual(
        Object.keys(answer.body),
        ["RequestId", "HostId", "Code", "Message", "Recommend"],
        what,
      );
    }
  }));

test("a wrong signature is answered with what the server signed, but never with the secret", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const { text: all, body } = await ask(emulator, { accessKeySecret: "another" });
    match(text(body, "Message"), /server string to sign is:ACS3-HMAC-SHA256\n[0-9a-f]{64}/);
    match(text(body, "Message"), /DeviceName=meter-01&ProductKey=k1demoPk01/);
    doesNotMatch(all, /testAccessKeySecret|testSecurityToken/);
  }));

test("a date counts for a quarter of an hour before and after", async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 0, 0));
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    const dated = async (offMs: number) => {
      const date = new Date(clock.now() + offMs).toISOString().replace(/\.\d+/, "");
      return (await ask(emulator, { headers: { "x-acs-date": date } })).body["Code"];
    };
    deepEqual(
      [await dated(-15 * MINUTE_MS), await dated(15 * MINUTE_MS)],
      ["", ""],
      "up to 15 min are right",
    );
    for (const offMs of [-15 * MINUTE_MS - 1_000, 15 * MINUTE_MS + 1_000]) {
      equal(await dated(offMs), "InvalidTimeStamp.Expired");
    }
  });
});

test("a nonce counts once, as long as its request could come again", async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 0, 0));
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    const headers = { "x-acs-signature-nonce": "0123456789abcdef" };
    const again = async () => (await ask(emulator, { headers })).body["Code"];
    deepEqual([await again(), await again()], ["", "SignatureNonceUsed"]);
    // A wrong signature uses nothing up: else anybody could spoil another's nonce.
    const nonce = { "x-acs-signature-nonce": "fedcba9876543210" };
    await ask(emulator, { headers: nonce, accessKeySecret: "another" });
    equal((await ask(emulator, { headers: nonce })).body["Code"], "");
    await clock.advance(30 * MINUTE_MS);
    equal(await again(), "");
  });
});

const PUB_V1 = {
  Action: "Pub",
  Format: "JSON",
  Version: "2018-01-20",
  Timestamp: "2026-01-02T03:04:05Z",
  SignatureNonce: "0123456789abcdef0123456789abcdef",
  SignatureMethod: "HMAC-SHA1",
  SignatureVersion: "1.0",
  AccessKeyId: "testAccessKeyId0001",
  ProductKey: "k1demoPk01",
  TopicFullName: "/k1demoPk01/meter-07/user/get",
  Qos: "1",
  MessageContent: "eyJ0IjoyMX0=",
  Signature: "r2Av0cFgcvQFoGGORwPFqzKCsVw=",
};
const ACCOUNT_V1 = {
  ...OPTIONS,
  accessKeyId: "testAccessKeyId0001",
  accessKeySecret: "testAccessKeySecret0001",
};
const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** The vector of the signature V1, with some parameters changed. */
async function postV1(changed: Readonly<Record<string, string>>, inQuery: readonly string[] = []) {
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 4, 5));
  const answers: ApiAnswer[] = [];
  await withEmulator({ ...ACCOUNT_V1, clock }, async ({ httpPort }) => {
    const parameters = Object.entries({ ...PUB_V1, ...changed });
    const query = new URLSearchParams(parameters.filter(([name]) => inQuery.includes(name)));
    const form = new URLSearchParams(parameters.filter(([name]) => !inQuery.includes(name)));
    const request = { headers: FORM, body: form.toString() };
    answers.push(await send(httpPort, `/?${query.toString()}`, request));
  });
  return answers[0] ?? { status: 0, headers: {}, text: "", body: {} };
}

test("the documents' request with the signature V1 is taken, wherever its parameters are", async () => {
  equal((await postV1({})).body["Success"], true);
  equal((await postV1({}, ["Action", "Qos", "Signature"])).body["Success"], true);
});

const REFUSED_V1: readonly [Readonly<Record<string, string>>, string][] = [
  [{ Qos: "0" }, "SignatureDoesNotMatch"],
  [{ Signature: "" }, "MissingSignature"],
  [{ SignatureNonce: "" }, "MissingSignatureNonce"],
  [{ SignatureMethod: "HMAC-SHA256" }, "InvalidParameter"],
  [{ Timestamp: "2026-01-02T02:04:05Z" }, "InvalidTimeStamp.Expired"],
  [{ SecurityToken: "no" }, "InvalidSecurityToken.Malformed"],
];

test("requests with a wrong signature V1 are refused", async () => {
  for (const [changed, code] of REFUSED_V1) equal((await postV1(changed)).body["Code"], code);
});

test("who does not ask for JSON gets errors as XML, and nothing is carried out", async () => {
  const { headers, text: xml } = await postV1({ Format: "", Qos: "0" });
  match(String(headers["content-type"]), /^text\/xml/);
  match(xml, /^<\?xml [^>]*\?><Error>.*<Code>SignatureDoesNotMatch<\/Code>.*<\/Error>$/s);
  await withEmulator(OPTIONS, async (emulator) => {
    const note = { "x-acs-note": "<a&b>" };
    const accept = { accept: "*/*" };
    const wrong = { accessKeySecret: "another", headers: note, unsigned: accept };
    match((await ask(emulator, wrong)).text, /x-acs-note:&#60;a&#38;b&#62;\n/);
    const caller = new ApiCaller(emulator);
    const query = { ...DEVICE, Items: '{"switch":0}' };
    const answer = await caller.call("SetDeviceProperty", query, { unsigned: accept });
    match(answer.text, /<Code>UnsupportedFormat<\/Code>/);
    deepEqual(emulator.commands, []);
  });
});

test("beyond its calls a second an action is throttled, and in the next second it is not", async () => {
  const clock = new ManualClock();
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    const caller = new ApiCaller(emulator);
    const { ProductKey } = DEVICE;
    const codes: unknown[] = [];
    for (let count = 0; count < 11; count += 1) {
      codes.push(statusAndCode(await caller.call("QueryThingModelPublished", { ProductKey })));
    }
    deepEqual(codes, [...Array<unknown>(10).fill([200, ""]), [400, "Throttling.User"]]);
    equal((await ask(emulator)).body["Code"], "", "other actions have their own count");
    await clock.advance(1_000);
    deepEqual(statusAndCode(await caller.call("QueryThingModelPublished", { ProductKey })), [
      200,
      "",
    ]);
  });
});

test("web pages of elsewhere and huge bodies are refused as by the control", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const evil = await ask(emulator, { unsigned: { origin: "http://evil.example" } });
    deepEqual([evil.status, evil.text.includes("wrong-origin")], [403, true]);
    const host = await ask(emulator, { unsigned: { host: "iot.cn-shanghai.aliyuncs.com" } });
    deepEqual([host.status, host.text.includes("wrong-host")], [403, true]);
    const body = "x".repeat(1_048_577);
    equal((await send(emulator.httpPort, "/?Action=Pub", { body })).status, 413);
    equal((await send(emulator.httpPort, "/", { body: "{}" })).status, 405);
    equal((await send(emulator.httpPort, "/?x=1", { method: "GET" })).status, 200);
  }));
