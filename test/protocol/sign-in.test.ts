import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { signature, signIn } from "../../src/protocol/sign-in";
import type { InstanceOptions } from "../../src/settings/instance";
import type { SignMethod } from "../../src/protocol/sign-in-values";

// Synthetic keys; the signatures were computed by two implementations other than ours.
const ACCESS_KEY_ID = "testAccessKeyId0001";
const ACCESS_KEY_SECRET = "testAccessKeySecret0001";
const SECURITY_TOKEN = "testSecurityToken+/=0001";
const NOW_MS = 1_700_000_000_123;

const VECTORS: readonly { method: SignMethod; aksign: string; ststoken: string }[] = [
  {
    method: "hmacmd5",
    aksign: "2/kVBS2SDAhmzg7h7CKPgQ==",
    ststoken: "lmOx/e1tUfboIRymyZgHgw==",
  },
  {
    method: "hmacsha1",
    aksign: "prEIAY+lkdsHNTKLEm6Vm2BpIb8=",
    ststoken: "EogTyCi5F8unXU5z6Tf+9rfYjZc=",
  },
  {
    method: "hmacsha256",
    aksign: "Wgv/EWVRwoR+oge9fmUZedi6ojsewyYYOMaITO/YLz0=",
    ststoken: "zqT5A3tOG/m9pD80YQEf8oiYNFqL8o8yh9YJaiKbRxY=",
  },
];

function instance(changes: Partial<InstanceOptions> = {}): InstanceOptions {
  return {
    host: "iot-060a0abc.amqp.iothub.aliyuncs.com",
    port: 5671,
    iotInstanceId: "iot-060a0abc",
    signMethod: "hmacsha1",
    tls: {},
    accessKeyId: ACCESS_KEY_ID,
    accessKeySecret: ACCESS_KEY_SECRET,
    securityToken: undefined,
    ...changes,
  };
}

function signed(changes: Partial<InstanceOptions> = {}, nowMs = NOW_MS) {
  const request = { consumerGroupId: "DEFAULT_GROUP", clientId: "client-1", nowMs };
  return signIn({ instance: instance(changes), ...request });
}

/** The parameters of a user name, read as a server reads them: split at the first "=". */
function parameters(username: string): Record<string, string> {
  const [, list = "", rest] = username.split("|");
  equal(rest, "", "nothing follows the closing bar");
  return Object.fromEntries(
    list.split(",").map((parameter) => {
      const equals = parameter.indexOf("=");
      return [parameter.slice(0, equals), parameter.slice(equals + 1)];
    }),
  );
}

for (const { method, aksign, ststoken } of VECTORS) {
  test(`an access key signs with ${method} as the known answer says`, () => {
    equal(signed({ signMethod: method }).password, aksign);
  });

  test(`an STS token is signed along with ${method} as the known answer says`, () => {
    equal(signed({ signMethod: method, securityToken: SECURITY_TOKEN }).password, ststoken);
  });

  test(`a server that has the timestamp as text computes the same ${method} signature`, () => {
    const text = { authId: ACCESS_KEY_ID, securityToken: undefined, timestamp: String(NOW_MS) };
    equal(signature(text, method, ACCESS_KEY_SECRET), aksign);
  });
}

test("the user name of an instance with an ID holds every parameter once, closed by a bar", () => {
  equal(
    signed().username,
    "client-1|iotInstanceId=iot-060a0abc,authMode=aksign,signMethod=hmacsha1," +
      "consumerGroupId=DEFAULT_GROUP,authId=testAccessKeyId0001,timestamp=1700000000123|",
  );
});

test("the user name of a legacy instance leaves the instance ID out", () => {
  equal(
    signed({ iotInstanceId: "" }).username,
    "client-1|authMode=aksign,signMethod=hmacsha1,consumerGroupId=DEFAULT_GROUP," +
      "authId=testAccessKeyId0001,timestamp=1700000000123|",
  );
});

test("an STS token goes into the user name raw, its equals sign too", () => {
  const { username } = signed({ securityToken: SECURITY_TOKEN });
  deepEqual(parameters(username), {
    iotInstanceId: "iot-060a0abc",
    authMode: "ststoken",
    signMethod: "hmacsha1",
    consumerGroupId: "DEFAULT_GROUP",
    authId: ACCESS_KEY_ID,
    securityToken: SECURITY_TOKEN,
    timestamp: String(NOW_MS),
  });
});

test("each attempt signs the moment it is made", () => {
  const first = signed({}, NOW_MS);
  const second = signed({}, NOW_MS + 1);
  notEqual(first.password, second.password);
  equal(parameters(second.username)["timestamp"], String(NOW_MS + 1));
});

test("the access key secret is nowhere in what is sent", () => {
  for (const { method } of VECTORS) {
    const { username, password } = signed({ signMethod: method });
    equal(`${username} ${password}`.includes(ACCESS_KEY_SECRET), false);
  }
});
