import { equal } from "node:assert/strict";
import { test } from "node:test";
import OpenApiUtil from "@alicloud/openapi-util";
import { Request } from "@alicloud/tea-typescript";
import {
  API_VERSION,
  authorizationV3,
  canonicalRequest,
  sha256Hex,
  SIGNATURE_V3,
  signatureV3,
} from "../../src/protocol/api-signature";
import { Random } from "../support/random";
import type { SignedRequest } from "../../src/protocol/api-signature";

// Made-up keys; the signatures were computed by three implementations other than ours.
const ACCESS_KEY_ID = "testAccessKeyId0001";
const SECRET = "testAccessKeySecret0001";
const EMPTY = sha256Hex("");

interface Given {
  readonly action: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly bodyHash?: string;
}

/** A request of the vectors. */
function posted({ action, query, headers = {}, bodyHash = EMPTY }: Given): SignedRequest {
  return {
    method: "POST",
    query,
    headers: {
      host: "iot.cn-shanghai.aliyuncs.com",
      "x-acs-action": action,
      "x-acs-version": API_VERSION,
      "x-acs-date": "2026-01-02T03:04:05Z",
      "x-acs-signature-nonce": "0123456789abcdef0123456789abcdef",
      "x-acs-content-sha256": bodyHash,
      ...headers,
    },
    bodyHash,
  };
}

/** Checks the hash of the canonical request, and the signature. */
function check(request: SignedRequest, hash: string, signature: string): void {
  equal(sha256Hex(canonicalRequest(request)), hash);
  equal(signatureV3(request, SECRET), signature);
}

const SET_PROPERTY = posted({
  action: "SetDeviceProperty",
  query: {
    ProductKey: "k1demoPk01",
    DeviceName: "meter-07",
    IotInstanceId: "iot-060demo",
    Items: `{"temperature":25.0,"note":"空调 a+b*('!')~"}`,
  },
});

test("a call with everything in the query has the canonical request of the documents", () => {
  equal(
    canonicalRequest(SET_PROPERTY),
    `POST
/
DeviceName=meter-07&IotInstanceId=iot-060demo&Items=%7B%22temperature%22%3A25.0%2C%22note%22%3A%22%E7%A9%BA%E8%B0%83%20a%2Bb%2A%28%27%21%27%29~%22%7D&ProductKey=k1demoPk01
host:iot.cn-shanghai.aliyuncs.com
x-acs-action:SetDeviceProperty
x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
x-acs-date:2026-01-02T03:04:05Z
x-acs-signature-nonce:0123456789abcdef0123456789abcdef
x-acs-version:2018-01-20

host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`,
  );
  check(
    SET_PROPERTY,
    "a1bc44204268245893a3d36562b131ab15b89edfc00e7293508a9cb91bbda6ae",
    "9b4382bb31974f9ee63a1e841ac18e858d71cb9067f25408fd67d9924f5a187e",
  );
});

test("a body counts by its hash, and its content type is signed", () => {
  const bodyHash = sha256Hex("MessageContent=eyJ0IjoyMX0%3D");
  equal(bodyHash, "cbf3bc4a4a3a3b4380fba2e7c3d99a24ced994397efaa8925bac70c9e1191f80");
  check(
    posted({
      action: "Pub",
      query: {
        ProductKey: "k1demoPk01",
        Qos: "1",
        TopicFullName: "/k1demoPk01/meter-07/user/get",
      },
      headers: { "content-type": "application/x-www-form-urlencoded" },
      bodyHash,
    }),
    "8d827007da9bfc2e29fb67c7d70b1c84123c80a5833a3a66214bee369290e24c",
    "e14041674719f129f34eafb5b72c021f10ade02ae40f56f54823ba8567c35e1a",
  );
});

test("lists are sorted by code units, and an STS token is signed", () => {
  const names = Object.fromEntries(
    Array.from({ length: 11 }, (_, index): [string, string] => [
      `DeviceName.${index + 1}`,
      `d${index + 1}`,
    ]),
  );
  check(
    posted({
      action: "SetDevicesProperty",
      query: { ...names, Items: '{"power":1}', ProductKey: "k1demoPk01" },
      headers: {
        "x-acs-accesskey-id": ACCESS_KEY_ID,
        "x-acs-security-token": "testSecurityToken+/=0001",
      },
    }),
    "4c0d852b68c053faca17c264285b55338d256d8efdecda61b583c54c19cd1417",
    "cb216c2d7c2b76ec420fb7c2ab796e116dac9174adc1e423afa2e91c165c3123",
  );
});

const PUBLISHED = [
  {
    date: "2023-10-26T10:22:32Z",
    nonce: "3156853299f313e23d1673dc12e1703d",
    signature: "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
  },
  {
    date: "2023-10-26T09:01:01Z",
    nonce: "d410180a5abf7fe235dd9b74aca91fc0",
    signature: "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804",
  },
];

test("the samples that the vendor has published have their signatures", () => {
  for (const { date, nonce, signature } of PUBLISHED) {
    const request: SignedRequest = {
      method: "POST",
      query: {
        ImageId: "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        RegionId: "cn-shanghai",
      },
      headers: {
        host: "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": date,
        "x-acs-signature-nonce": nonce,
        "x-acs-content-sha256": EMPTY,
      },
      bodyHash: EMPTY,
    };
    equal(signatureV3(request, "YourAccessKeySecret"), signature);
  }
});

test("headers that are not for the signature do not change it", () => {
  const headers = { ...SET_PROPERTY.headers, accept: "application/json", "user-agent": "x" };
  equal(signatureV3({ ...SET_PROPERTY, headers }, SECRET), signatureV3(SET_PROPERTY, SECRET));
});

/** Everything that is escaped, or that somebody might escape. */
const CHARACTERS = Array.from("aZ09-_.~ !'()*+/=&%?#:;,@$\"{}[]<>|\\^`\n\té空😀");

function anyText(random: Random, length: number): string {
  return Array.from({ length: random.integer(0, length) }, () => random.pick(CHARACTERS)).join("");
}

function anyRequest(random: Random): SignedRequest {
  // Names have nothing to escape: the vendor's code leaves them as they are.
  const query = Array.from({ length: random.integer(0, 12) }, (_, index) => [
    `${random.pick(["Items", "DeviceName.", "UserProp.1.Key"])}${index}`,
    anyText(random, 40),
  ]);
  const bodyHash = sha256Hex(random.bytes(random.integer(0, 20)));
  return {
    method: random.pick(["GET", "POST"]),
    query: Object.fromEntries(query) as Record<string, string>, // pairs of two texts
    headers: {
      host: random.pick(["iot.cn-shanghai.aliyuncs.com", "127.0.0.1:5680"]),
      "x-acs-action": "SetDeviceProperty",
      "x-acs-content-sha256": bodyHash,
      [`x-acs-${random.integer(0, 9)}`]: ` ${random.integer(0, 1e9)} `,
      ...(random.chance(0.5) ? { "content-type": "application/x-www-form-urlencoded" } : {}),
      accept: "application/json",
    },
    bodyHash,
  };
}

test("the Authorization header of any request is that of the vendor's code", () => {
  const random = new Random(20_260_102);
  for (let count = 0; count < 500; count += 1) {
    const request = anyRequest(random);
    const { method, query, headers, bodyHash } = request;
    const asked = Object.assign(new Request(), { method, pathname: "/", query, headers });
    const key = [bodyHash, ACCESS_KEY_ID, SECRET] as const;
    const theirs = OpenApiUtil.getAuthorization(asked, SIGNATURE_V3, ...key);
    const ours = authorizationV3(request, { accessKeyId: ACCESS_KEY_ID, accessKeySecret: SECRET });
    equal(ours, theirs, canonicalRequest(request));
  }
});
