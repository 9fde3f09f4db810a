import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkSignIn } from "../../src/emulator/amqp/sign-in-check";
import type { Account } from "../../src/settings/emulator";

const ACCOUNT: Account = {
  accessKeyId: "testAccessKeyId0001",
  accessKeySecret: "testAccessKeySecret0001",
  securityToken: "testSecurityToken+/=0001",
  iotInstanceId: "",
  strictTimestamp: false,
};
const SIGNED_AT_MS = 1_700_000_000_123;
const PASSWORDS = {
  aksign: {
    hmacmd5: "2/kVBS2SDAhmzg7h7CKPgQ==",
    hmacsha1: "prEIAY+lkdsHNTKLEm6Vm2BpIb8=",
    hmacsha256: "Wgv/EWVRwoR+oge9fmUZedi6ojsewyYYOMaITO/YLz0=",
  },
  ststoken: {
    hmacmd5: "lmOx/e1tUfboIRymyZgHgw==",
    hmacsha1: "EogTyCi5F8unXU5z6Tf+9rfYjZc=",
    hmacsha256: "zqT5A3tOG/m9pD80YQEf8oiYNFqL8o8yh9YJaiKbRxY=",
  },
} as const;
const PASSWORD = PASSWORDS.aksign.hmacsha1;
const PARAMETERS: Readonly<Record<string, string>> = {
  iotInstanceId: "",
  authMode: "aksign",
  signMethod: "hmacsha1",
  consumerGroupId: "DEFAULT_GROUP",
  authId: ACCOUNT.accessKeyId,
  timestamp: String(SIGNED_AT_MS),
};

function parametersText(changes: Readonly<Record<string, string | undefined>> = {}): string[] {
  return Object.entries({ ...PARAMETERS, ...changes })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${value ?? ""}`);
}

function usernameWith(changes: Readonly<Record<string, string | undefined>> = {}): string {
  return `client-1|${parametersText(changes).join(",")}|`;
}

function check(username: string, account: Partial<Account> = {}, password: string = PASSWORD) {
  const attempt = { username, password, nowMs: SIGNED_AT_MS };
  return checkSignIn(attempt, { ...ACCOUNT, ...account });
}

function reason(username: string, account: Partial<Account> = {}, password: string = PASSWORD) {
  const result = check(username, account, password);
  return result.ok ? "accepted" : result.reason;
}

test("the documented vectors are accepted in both modes with all methods", () => {
  for (const [signMethod, password] of Object.entries(PASSWORDS.aksign)) {
    equal(reason(usernameWith({ signMethod }), {}, password), "accepted");
  }
  for (const [signMethod, password] of Object.entries(PASSWORDS.ststoken)) {
    const { securityToken } = ACCOUNT;
    const username = usernameWith({ signMethod, authMode: "ststoken", securityToken });
    equal(reason(username, {}, password), "accepted");
  }
});

test("an accepted sign-in tells who it was", () => {
  const username = usernameWith();
  deepEqual(check(username), {
    ok: true,
    identity: {
      clientId: "client-1",
      consumerGroupId: "DEFAULT_GROUP",
      username,
      timestamp: SIGNED_AT_MS,
    },
  });
});

test("the parameters may come in any order", () => {
  const all = parametersText();
  fc.assert(
    fc.property(
      fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      (shuffled) => {
        equal(reason(`client-1|${shuffled.join(",")}|`), "accepted");
      },
    ),
  );
});

test("the sign method may be in any case, the last bar and an empty instance ID may be missing", () => {
  equal(reason(usernameWith({ signMethod: "Hmacsha1" })), "accepted");
  equal(reason(usernameWith().slice(0, -1)), "accepted");
  equal(reason(usernameWith({ iotInstanceId: undefined })), "accepted");
});

test("an unknown parameter is ignored", () => {
  equal(reason(usernameWith({ encode: "base64" })), "accepted");
});

test("each thing that is wrong is refused with its own reason", () => {
  match(reason(usernameWith(), {}, ""), /signature/);
  match(reason(usernameWith(), {}, PASSWORD.toLowerCase()), /signature/);
  match(reason(usernameWith(), { accessKeySecret: "another" }), /signature/);
  match(reason(usernameWith({ authId: "another" })), /access key is not known/);
  match(reason(usernameWith({ authId: undefined })), /access key is not known/);
  match(reason(usernameWith({ timestamp: "1700000000124" })), /signature/);
  match(reason(usernameWith({ timestamp: "yesterday" })), /timestamp/);
  match(reason(usernameWith({ consumerGroupId: undefined })), /consumerGroupId/);
  match(reason(usernameWith({ signMethod: "hmacsha512" })), /signMethod/);
  match(reason(usernameWith({ authMode: "none" })), /authMode/);
  match(reason(usernameWith({ authMode: "ststoken" })), /securityToken/);
  match(reason("client-1"), /“\|”/);
  match(reason("client-1|nonsense|"), /key=value/);
  match(reason(`client-1|${parametersText().join(",")},authMode=aksign|`), /twice/);
  match(reason(`|${parametersText().join(",")}|`), /client ID/);
  match(reason(`${"c".repeat(65)}|${parametersText().join(",")}|`), /client ID/);
  match(reason(`${usernameWith()}more`), /goes on/);
});

test("the instance ID must be the instance's", () => {
  match(reason(usernameWith({ iotInstanceId: "iot-1" })), /must be empty/);
  match(reason(usernameWith(), { iotInstanceId: "iot-1" }), /iotInstanceId/);
  equal(reason(usernameWith({ iotInstanceId: "iot-1" }), { iotInstanceId: "iot-1" }), "accepted");
});

test("an STS token that is not the accepted one is refused, also without one to accept", () => {
  const username = usernameWith({ authMode: "ststoken", securityToken: "other" });
  match(reason(username), /securityToken is not/);
  match(reason(username, { securityToken: "" }), /securityToken is not/);
});

test("a stale timestamp is refused only in strict mode", () => {
  const attempt = { username: usernameWith(), password: PASSWORD, nowMs: SIGNED_AT_MS + 300_001 };
  equal(checkSignIn(attempt, ACCOUNT).ok, true);
  const strict = { ...ACCOUNT, strictTimestamp: true };
  equal(checkSignIn(attempt, strict).ok, false);
  equal(checkSignIn({ ...attempt, nowMs: SIGNED_AT_MS - 300_000 }, strict).ok, true);
});

test("no user name throws, and no reason holds a secret", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (username, password) => {
      const result = check(username, {}, password);
      equal(result.ok, false);
      equal(JSON.stringify(result).includes(ACCOUNT.accessKeySecret), false);
    }),
  );
});
