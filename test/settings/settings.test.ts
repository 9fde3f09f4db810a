import { PORT_RANGE } from "../../src/protocol/endpoint";
import { SUBSCRIBE_LIMITS } from "../../src/settings/subscribe";
import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SettingError } from "../../src/errors/error";
import { retryOf } from "../../src/errors/table";
import { errorText } from "../../src/errors/texts";
import { english } from "../support/english";
import { INSTANCE_DEFAULTS, resolveInstance } from "../../src/settings/instance";
import { isLoopback } from "../../src/protocol/endpoint";
import { resolveSubscribe, SETTLE_MODES, SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";
import type { Stored } from "../../src/settings/read";
import { PAYLOAD_FORMATS } from "../../src/protocol/payload";
import { SIGN_METHODS } from "../../src/protocol/sign-in-values";
import { ACK_DEFAULTS, resolveAck } from "../../src/settings/ack";
import { DEVICE_STATE_DEFAULTS, resolveDeviceState } from "../../src/settings/device-state";
import { EMULATOR_DEFAULTS, resolveEmulator } from "../../src/settings/emulator";
import { PROPERTIES_DEFAULTS, resolveProperties } from "../../src/settings/properties";

const INSTANCE: Stored = {
  ...INSTANCE_DEFAULTS,
  host: "iot-060a0abc.amqp.iothub.aliyuncs.com",
  accessKeyId: "testAccessKeyId0001",
  accessKeySecret: "testAccessKeySecret0001",
  securityToken: "",
};
const SUBSCRIBE: Stored = { ...SUBSCRIBE_DEFAULTS, clientId: "plant-7-a1b2" };

function instance(changes: Stored = {}) {
  return resolveInstance({ ...INSTANCE, ...changes });
}

function subscribe(changes: Stored = {}) {
  return resolveSubscribe({ ...SUBSCRIBE, ...changes });
}

/** The SettingError that an action throws. */
function refusal(action: () => unknown): SettingError {
  try {
    action();
  } catch (error) {
    ok(error instanceof SettingError, String(error));
    return error;
  }
  throw new Error("nothing was refused");
}

test("an instance left at its defaults needs host and access key only", () => {
  const { host, accessKeyId, accessKeySecret } = INSTANCE;
  const expected = {
    host: "iot-060a0abc.amqp.iothub.aliyuncs.com",
    port: 5671,
    iotInstanceId: "",
    signMethod: "hmacsha1",
    tls: {},
    accessKeyId: "testAccessKeyId0001",
    accessKeySecret: "testAccessKeySecret0001",
    securityToken: undefined,
  };
  deepEqual(resolveInstance({ host, accessKeyId, accessKeySecret }), expected);
  deepEqual(instance(), expected);
});

test("a subscriber left at its defaults receives from the default group with one connection", () => {
  const expected = {
    consumerGroupId: "DEFAULT_GROUP",
    clientId: "plant-7-a1b2",
    connections: 1,
    idleTimeoutMs: 60_000,
    creditWindow: 200,
    settleMode: "auto",
    ackTimeoutMs: 25_000,
    payloadFormat: "auto",
    topicFilters: [],
    skipDuplicates: true,
  };
  deepEqual(resolveSubscribe({ clientId: "plant-7-a1b2" }), expected);
  deepEqual(subscribe(), expected);
});

const { host, accessKeyId, accessKeySecret } = INSTANCE;
const { clientId } = SUBSCRIBE;

for (const { of, resolve, defaults, given = {} } of [
  { of: "ack", resolve: resolveAck, defaults: ACK_DEFAULTS },
  { of: "device state", resolve: resolveDeviceState, defaults: DEVICE_STATE_DEFAULTS },
  { of: "emulator", resolve: resolveEmulator, defaults: EMULATOR_DEFAULTS },
  {
    of: "instance",
    resolve: (stored: Stored) => resolveInstance(stored),
    defaults: INSTANCE_DEFAULTS,
    given: { host, accessKeyId, accessKeySecret },
  },
  { of: "properties", resolve: resolveProperties, defaults: PROPERTIES_DEFAULTS },
  {
    of: "subscriber",
    resolve: resolveSubscribe,
    defaults: SUBSCRIBE_DEFAULTS,
    given: { clientId },
  },
]) {
  test(`settings of ${of} that are missing or null have their defaults`, () => {
    const expected = resolve({ ...defaults, ...given });
    for (const none of [undefined, null]) {
      const absent = Object.fromEntries(Object.keys(defaults).map((setting) => [setting, none]));
      deepEqual(resolve({ ...absent, ...given }), expected);
    }
    deepEqual(resolve(given), expected);
  });
}

test("an environment variable's text stands for numbers, truth and lists too", () => {
  const { port, tls } = instance({ host: "127.0.0.1", port: "5672", useTls: "false" });
  deepEqual({ port, tls }, { port: 5672, tls: undefined });
  deepEqual(
    subscribe({
      connections: " 2 ",
      heartbeat: "30",
      creditWindow: "1000",
      settleMode: "manual",
      ackTimeout: "10",
      topicFilters: "/k1/#, /k2/+/user/#\n/k3/#",
      skipDuplicates: "false",
    }),
    {
      consumerGroupId: "DEFAULT_GROUP",
      clientId: "plant-7-a1b2",
      connections: 2,
      idleTimeoutMs: 30_000,
      creditWindow: 1_000,
      settleMode: "manual",
      ackTimeoutMs: 10_000,
      payloadFormat: "auto",
      topicFilters: ["/k1/#", "/k2/+/user/#", "/k3/#"],
      skipDuplicates: false,
    },
  );
});

test("blanks that came along with copying are taken off", () => {
  const copied = instance({
    host: ` ${String(INSTANCE["host"])}\n`,
    iotInstanceId: " iot-060a0abc ",
    accessKeyId: "\ttestAccessKeyId0001",
    accessKeySecret: "testAccessKeySecret0001 ",
    securityToken: " token+/=\n",
  });
  deepEqual(copied, { ...instance(), iotInstanceId: "iot-060a0abc", securityToken: "token+/=" });
  const { consumerGroupId, topicFilters } = subscribe({
    consumerGroupId: " group1 ",
    topicFilters: [" /k1/# "],
  });
  deepEqual(
    { consumerGroupId, topicFilters },
    { consumerGroupId: "group1", topicFilters: ["/k1/#"] },
  );
});

test("what nobody sees, and full-width letters, are taken as they were meant", () => {
  const copied = instance({
    host: "\u200biot-060a0abc．amqp.iothub.aliyuncs.com\u2060",
    port: "５６７１",
    iotInstanceId: "ｉｏｔ－060a\u200b0abc",
    accessKeyId: "\ufefftestAccessKeyId0001",
    accessKeySecret: "testAccess\u200dKeySecret0001",
    securityToken: "\u200b",
  });
  deepEqual(copied, { ...instance(), iotInstanceId: "iot-060a0abc" });
  const { consumerGroupId, clientId, topicFilters } = subscribe({
    consumerGroupId: "Ｇ１\u200b",
    clientId: "工厂\u20601",
    topicFilters: ["\u200b/k1/＃"],
  });
  deepEqual([consumerGroupId, clientId, topicFilters], ["G1", "工厂1", ["/k1/#"]]);
});

test("a character that only looks like another is named in the error", () => {
  const cyrillic = refusal(() => instance({ host: "i\u043et.example.com" }));
  ok(english(cyrillic).includes("[U+043E]"), english(cyrillic));
  ok(!english(refusal(() => instance({ host: "a b" }))).includes("U+"));
});

test("a variable inside a value is told with the remedy, and a secret is not quoted", () => {
  const told = english(refusal(() => subscribe({ consumerGroupId: "${SITE}-G1" })));
  ok(told.includes("“${SITE}-G1”") && told.includes("${MY_VARIABLE}"), told);
  const secret = english(refusal(() => instance({ accessKeySecret: "s3cr3t${SITE}" })));
  ok(secret.includes("AccessKey Secret") && !secret.includes("s3cr3t"), secret);
});

for (const [setting, { min, max }] of Object.entries({ ...SUBSCRIBE_LIMITS, port: PORT_RANGE })) {
  const resolve = (value: unknown) =>
    setting === "port" ? instance({ port: value }) : subscribe({ [setting]: value });

  test(`${setting} may be ${min} and ${max}, as number and as text`, () => {
    for (const value of [min, max, String(min), String(max)]) resolve(value);
  });

  for (const bad of [min - 1, max + 1, min + 0.5, NaN, "", " ", "many", true, [], {}, 1n]) {
    const shown = typeof bad === "bigint" ? `${bad}n` : JSON.stringify(bad);
    test(`${setting} = ${shown} is refused, with the range`, () => {
      const error = refusal(() => resolve(bad));
      equal(error.code, "SETTING_INVALID");
      equal(error.details["setting"], setting);
      ok(english(error).includes(`a whole number, ${min} to ${max}`), english(error));
    });
  }
}

test("every choice of the enumerations is taken, in the order of the tables", () => {
  deepEqual(
    SIGN_METHODS.map((signMethod) => instance({ signMethod }).signMethod),
    ["hmacsha1", "hmacsha256", "hmacmd5"],
  );
  deepEqual(
    SETTLE_MODES.map((settleMode) => subscribe({ settleMode }).settleMode),
    ["auto", "manual"],
  );
  deepEqual(
    PAYLOAD_FORMATS.map((payloadFormat) => subscribe({ payloadFormat }).payloadFormat),
    ["auto", "json", "string", "buffer", "base64"],
  );
});

test("TLS material is handed on while TLS is on, also to a loopback address", () => {
  const tls = { ca: "CA", servername: "emulator" };
  deepEqual(resolveInstance(INSTANCE, tls).tls, tls);
  deepEqual(resolveInstance({ ...INSTANCE, host: "localhost" }, tls).tls, tls);
  equal(resolveInstance({ ...INSTANCE, host: "localhost", useTls: false }, tls).tls, undefined);
});

for (const host of ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.10", "::1", "[::1]"]) {
  test(`plain TCP is allowed to ${host}, which is this computer`, () => {
    equal(isLoopback(host), true);
    equal(instance({ host, useTls: false }).tls, undefined);
  });
}

for (const host of [
  "iot-060a0abc.amqp.iothub.aliyuncs.com",
  "127.0.0.1.example.com",
  "localhost.example.com",
  "10.0.0.1",
  "0.0.0.0",
  "::",
  "my-localhost",
]) {
  test(`plain TCP to ${host} is refused, for the password would travel readable`, () => {
    const error = refusal(() => instance({ host, useTls: false }));
    equal(error.code, "TLS_REQUIRED");
    deepEqual(error.details, { setting: "useTls", host });
  });
}

test("an IPv6 address loses the brackets that a socket does not take", () => {
  equal(instance({ host: "[2001:db8::1]" }).host, "2001:db8::1");
});

const BAD_INSTANCE: readonly (readonly [setting: string, value: unknown, code: string])[] = [
  ["host", "", "SETTING_MISSING"],
  ["host", null, "SETTING_MISSING"],
  ["host", 7, "SETTING_INVALID"],
  ["host", "amqps://host.example", "SETTING_INVALID"],
  ["host", "host.example:5671", "SETTING_INVALID"],
  ["host", "cafe:5671", "SETTING_INVALID"],
  ["host", "host.example/path", "SETTING_INVALID"],
  ["host", "host example", "SETTING_INVALID"],
  ["host", "host..example", "SETTING_INVALID"],
  ["host", "[::1", "SETTING_INVALID"],
  ["host", "${IOT_HOST}", "ENV_PARTIAL"],
  ["host", "iot-1.${ZONE}", "ENV_PARTIAL"],
  ["iotInstanceId", "iot-$(SITE)", "ENV_PARTIAL"],
  ["iotInstanceId", "{{site}}", "SETTING_INVALID"],
  ["accessKeyId", "LTAI${SITE}", "ENV_PARTIAL"],
  ["accessKeySecret", "${SITE}-secret", "ENV_PARTIAL"],
  ["iotInstanceId", "iot,060", "SETTING_INVALID"],
  ["iotInstanceId", "iot|060", "SETTING_INVALID"],
  ["iotInstanceId", {}, "SETTING_INVALID"],
  ["signMethod", "sha1", "SETTING_INVALID"],
  ["signMethod", "", "SETTING_INVALID"],
  ["useTls", "yes", "SETTING_INVALID"],
  ["useTls", 1, "SETTING_INVALID"],
  ["accessKeyId", "", "SETTING_MISSING"],
  ["accessKeyId", undefined, "SETTING_MISSING"],
  ["accessKeyId", "id secret", "SETTING_INVALID"],
  ["accessKeySecret", "", "SETTING_MISSING"],
  ["accessKeySecret", "  ", "SETTING_MISSING"],
  ["accessKeySecret", "a b", "SETTING_INVALID"],
  ["accessKeySecret", 123, "SETTING_INVALID"],
  ["securityToken", "a,b", "SETTING_INVALID"],
  ["securityToken", { token: "t" }, "SETTING_INVALID"],
];

for (const [setting, value, code] of BAD_INSTANCE) {
  test(`an instance with ${setting} = ${JSON.stringify(value)} is refused as ${code}`, () => {
    const error = refusal(() => instance({ [setting]: value }));
    equal(error.code, code);
    equal(error.details["setting"], setting);
    equal(retryOf(error), "never");
  });
}

const BAD_SUBSCRIBE: readonly (readonly [setting: string, value: unknown, code: string])[] = [
  ["consumerGroupId", "", "SETTING_MISSING"],
  ["consumerGroupId", "a,b", "SETTING_INVALID"],
  ["consumerGroupId", "a b", "SETTING_INVALID"],
  ["consumerGroupId", 7, "SETTING_INVALID"],
  ["consumerGroupId", "${SITE}-G1", "ENV_PARTIAL"],
  ["consumerGroupId", "<your group>", "SETTING_INVALID"],
  ["clientId", "plant-${LINE}", "ENV_PARTIAL"],
  ["topicFilters", ["/${PK}/#"], "ENV_PARTIAL"],
  ["clientId", "", "SETTING_MISSING"],
  ["clientId", "a|b", "SETTING_INVALID"],
  ["clientId", "c".repeat(65), "SETTING_INVALID"],
  ["settleMode", "none", "SETTING_INVALID"],
  ["settleMode", ["auto"], "SETTING_INVALID"],
  ["payloadFormat", "xml", "SETTING_INVALID"],
  ["topicFilters", 7, "SETTING_INVALID"],
  ["topicFilters", "/a/#/b", "SETTING_INVALID"],
  ["topicFilters", [""], "SETTING_INVALID"],
  ["topicFilters", ["/a", "/b#"], "SETTING_INVALID"],
  ["topicFilters", [7], "SETTING_INVALID"],
  ["skipDuplicates", "no", "SETTING_INVALID"],
];

for (const [setting, value, code] of BAD_SUBSCRIBE) {
  test(`a subscriber with ${setting} = ${JSON.stringify(value)} is refused as ${code}`, () => {
    const error = refusal(() => subscribe({ [setting]: value }));
    equal(error.code, code);
    equal(error.details["setting"], setting);
  });
}

test("several connections need room for their suffixes in the client ID", () => {
  const clientId = "c".repeat(61);
  equal(subscribe({ clientId }).clientId, clientId);
  equal(refusal(() => subscribe({ clientId, connections: 2 })).details["setting"], "clientId");
});

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSparseArray: true,
});

test("whatever is stored, settings are resolved or refused with a SettingError", () => {
  const settings = fc.constantFrom(...Object.keys({ ...INSTANCE, ...SUBSCRIBE }));
  fc.assert(
    fc.property(settings, anything, (setting, value) => {
      for (const resolve of [instance, subscribe]) {
        try {
          resolve({ [setting]: value });
        } catch (error) {
          ok(error instanceof SettingError, String(error));
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

test("no error of either language quotes a secret, whatever else is wrong with the settings", () => {
  const SECRET = "s3cr3tOfTheTest";
  // Around the secret comes what makes it invalid, and it comes as other types too.
  const secretValue = fc
    .tuple(fc.constantFrom("", " ", ",", "|", "x y", "\n"), fc.nat({ max: 3 }))
    .map(([around, shape]): unknown => {
      const value = `${around}${SECRET}${around}`;
      return [value, [value], { value }, `${value} ${value}`][shape];
    });
  const other = fc.record(
    {
      host: fc.constantFrom("", "bad host", "host.example", 7),
      port: fc.constantFrom(0, 5671, "x"),
      useTls: fc.constantFrom(true, false, "x"),
      signMethod: fc.constantFrom("hmacsha1", "x"),
    },
    { requiredKeys: [] },
  );
  const secretSetting = fc.constantFrom("accessKeyId", "accessKeySecret", "securityToken");
  let refused = 0;
  fc.assert(
    fc.property(secretSetting, secretValue, other, (setting, value, changes) => {
      try {
        instance({ ...changes, [setting]: value });
      } catch (error) {
        ok(error instanceof SettingError, String(error));
        refused++;
        const chinese = errorText(error.code, error.details, "zh-CN");
        const all = [
          english(error),
          error.message,
          error.stack,
          JSON.stringify([error, error.details, chinese]),
        ];
        equal(all.join("\n").includes(SECRET), false);
      }
    }),
    { numRuns: 1_000 },
  );
  ok(refused > 300, "most of these settings are wrong");
});
