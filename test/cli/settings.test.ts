import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { explain } from "../../src/cli/explain";
import {
  CALL_SOURCES,
  DOCTOR_SOURCES,
  EMULATOR_SOURCES,
  LISTEN_SOURCES,
  readSettings,
} from "../../src/cli/settings";
import { EMULATOR_DEFAULTS } from "../../src/settings/emulator";
import { CLI_TEXTS } from "../../src/cli/texts";
import { IotAmqpError, RefusalError, SettingError } from "../../src/errors/error";
import { LABELS } from "../../src/errors/setting-texts";
import { ERROR_CODES } from "../../src/errors/table";
import { API_ERRORS } from "../../src/errors/table/api";
import { COMMAND_ERRORS } from "../../src/errors/table/command";
import { REQUEST_ERRORS } from "../../src/errors/table/flow";
import { COMMAND_FIELDS } from "../../src/settings/command";
import type { Sources } from "../../src/cli/settings";
import type { Language } from "../../src/errors/entry";
import { INSTANCE_DEFAULTS } from "../../src/settings/instance";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";

const LANGUAGES: readonly Language[] = ["en-US", "zh-CN"];
const COMMANDS: readonly (readonly [string, Sources])[] = [
  ["listen", LISTEN_SOURCES],
  ["doctor", DOCTOR_SOURCES],
  ["emulator", EMULATOR_SOURCES],
  ["call", CALL_SOURCES],
];

test("every setting that a command can complain of has a flag or a variable, and a label", () => {
  /** Not to be given on the command line, so that they always have their valid default. */
  const fixed = ["name", "instance", "settleMode", "ackTimeout", "skipDuplicates", "inputs"];
  const forSending = ["region", "apiEndpoint"];
  const ofListen = [
    ...Object.keys({ ...INSTANCE_DEFAULTS, ...SUBSCRIBE_DEFAULTS }),
    ...["accessKeyId", "accessKeySecret", "securityToken"],
  ].filter((setting) => ![...fixed, ...forSending].includes(setting));
  const ofCall = [...forSending, ...COMMAND_FIELDS, "qos", "timeout"].concat([
    "host",
    "iotInstanceId",
    "accessKeyId",
    "accessKeySecret",
    "securityToken",
  ]);
  const programOnly = ["securityToken", "messageIdType", "dataSections", "duplicateClientId"];
  const ofEmulator = Object.keys(EMULATOR_DEFAULTS).filter(
    (setting) => !programOnly.includes(setting),
  );
  for (const [sources, settings] of [
    [LISTEN_SOURCES, ofListen],
    [DOCTOR_SOURCES, forSending],
    [CALL_SOURCES, ofCall],
    [EMULATOR_SOURCES, [...ofEmulator, "consumerGroupId"]],
  ] as readonly (readonly [Sources, readonly string[]])[]) {
    for (const setting of settings) {
      const { flag, variable } = sources[setting] ?? {};
      ok(flag !== undefined || variable !== undefined, setting);
      ok(Object.hasOwn({ ...LABELS, ...CLI_TEXTS.settings }, setting), setting);
    }
  }
});

test("no error of a command tells a property of a node in brackets, or to deploy", () => {
  const property = /[(（][^)）]*\b[a-z]+[A-Z][A-Za-z]*\b[^)）]*[)）]/; // camelCase
  /** What only nodes raise. */
  const ofNodes = ["ENV_MISSING", "ACK_TIMEOUT", "DELIVERY_EXPIRED", "DELIVERY_MISSING"].concat([
    "MESSAGE_MALFORMED",
    "DELIVERY_DROPPED",
    "VALUE_UNSTORABLE",
    "STORE_FAILED",
    "STORE_BUSY",
    "REPLY_MISSING",
    "NODE_MISSING",
    "NODE_DISABLED",
    "ENV_OF_SUBFLOW",
  ]);
  const codes = ERROR_CODES.filter((c) => !ofNodes.includes(c));
  for (const language of LANGUAGES) {
    for (const code of codes) {
      const error = new IotAmqpError(code, { setting: "host", rule: "filled" });
      const isOfCalls = code in { ...API_ERRORS, ...COMMAND_ERRORS, ...REQUEST_ERRORS };
      const sources = isOfCalls ? CALL_SOURCES : LISTEN_SOURCES;
      const told = explain(error, { language, sources });
      ok(!property.test(told), told);
      ok(!/deploy|部署|Node-RED|\(tls\)|useTls/.test(told), told);
    }
  }
});

test("a name in brackets is replaced only where it is a setting of this command", () => {
  const error = new SettingError("SETTING_MISSING", { setting: "key", rule: "certAndKey" });
  const told = (sources: Sources) => explain(error, { language: "en-US", sources });
  ok(told(EMULATOR_SOURCES).includes("(--cert, --key)"), told(EMULATOR_SOURCES));
  ok(told(LISTEN_SOURCES).includes("(cert, key)"), told(LISTEN_SOURCES));
});

for (const [command, sources] of COMMANDS) {
  test(`${command} takes every flag and variable for the setting of its table`, () => {
    for (const [setting, { flag, variable, kind }] of Object.entries(sources)) {
      const given = { list: ["a", "a"], switch: true, one: "a" }[kind ?? "one"];
      if (flag !== undefined) {
        const args = kind === "switch" ? [`--${flag}`] : [`--${flag}`, "a", `--${flag}=a`];
        deepEqual(readSettings(args, sources, {})[setting], given, flag);
      }
      if (variable === undefined) continue;
      equal(readSettings([], sources, { [variable]: "v" })[setting], "v", variable);
      if (flag === undefined) continue;
      const both = readSettings([`--${flag}`, "a"], sources, { [variable]: "v" });
      equal(both[setting], "a", `${flag} stands before ${variable}`);
    }
  });
}

test("a word in brackets that is no name stays, though a setting is called so", () => {
  const told = (error: IotAmqpError, language: Language) =>
    explain(error, { language, sources: LISTEN_SOURCES });
  const clientId = new SettingError("SETTING_INVALID", {
    ...{ setting: "clientId", value: "a b", rule: "clientId", max: 64, maxOfSeveral: 60 },
  });
  match(told(clientId, "en-US"), /\(60 with several connections\)/);
  const refused = new RefusalError("SIGN_IN_REFUSED", {});
  match(told(refused, "en-US"), /\(ALIYUN_IOT_ACCESS_KEY_ID, ALIYUN_IOT_ACCESS_KEY_SECRET: /);
  match(told(refused, "zh-CN"), /（ALIYUN_IOT_ACCESS_KEY_ID、ALIYUN_IOT_ACCESS_KEY_SECRET：/);
});
