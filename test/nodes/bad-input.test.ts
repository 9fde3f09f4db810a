import { deepEqual, equal, match, ok } from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { retryOf } from "../../src/errors/table";
import { errorText } from "../../src/errors/texts";
import { CERTIFICATES } from "../support/certificates";
import { secretsIn } from "../support/secrets";
import { EMPTY_FLOW, SUBSCRIBER, subscriberFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
import { LANGUAGES } from "../support/node-red/built-nodes";
import type { ErrorCode } from "../../src/errors/error";
import type { EmulatorOptions } from "../../src/emulator/options";
import type { FlowNode } from "../support/node-red/node-red";
import type { FlowSettings } from "../support/node-red/flow";

const SECRETS = ["topSecretKey0001", "topSecretToken01"] as const;
const [WRONG_SECRET, TOKEN] = SECRETS;

interface Case {
  readonly what: string;
  readonly code: ErrorCode;
  /** What the text must name: the setting, as it is stored. */
  readonly setting: string;
  /** What else it must say, in both languages. */
  readonly says?: string | readonly [english: string, chinese: string];
  readonly flow: Partial<FlowSettings>;
  /** Nodes beside the subscriber's. */
  readonly more?: readonly FlowNode[];
  readonly emulator?: Partial<EmulatorOptions>;
}

const directory = mkdtempSync(join(tmpdir(), "bad-input-"));
after(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

const CASES: readonly Case[] = [
  {
    what: "missing credentials",
    code: "SETTING_MISSING",
    setting: "accessKeyId",
    flow: { credentials: { accessKeyId: "", accessKeySecret: "" } },
  },
  {
    what: "an environment variable that is not set",
    code: "ENV_MISSING",
    setting: "host",
    says: "NOPE_VAR",
    flow: { instance: { host: "${NOPE_VAR}" } },
  },
  {
    what: "a variable inside a group",
    code: "ENV_PARTIAL",
    setting: "consumerGroupId",
    says: "“${SITE}-G1”",
    flow: { subscribe: { consumerGroupId: "${SITE}-G1" } },
  },
  {
    what: "two variables in a host",
    code: "ENV_PARTIAL",
    setting: "host",
    flow: { instance: { host: "${SITE}.${ZONE}" } },
  },
  {
    what: "an unknown sign method",
    code: "SETTING_INVALID",
    setting: "signMethod",
    flow: { instance: { signMethod: "hmacsha512" }, credentials: { securityToken: TOKEN } },
  },
  {
    what: "a heartbeat of 10",
    code: "SETTING_INVALID",
    setting: "heartbeat",
    flow: { subscribe: { heartbeat: 10 }, credentials: { accessKeySecret: WRONG_SECRET } },
  },
  {
    what: "plain TCP to another computer",
    code: "TLS_REQUIRED",
    setting: "useTls",
    flow: { instance: { host: "iot.example.com" }, credentials: { accessKeySecret: WRONG_SECRET } },
  },
  {
    what: "a secret with a blank in it",
    code: "SETTING_INVALID",
    setting: "accessKeySecret",
    says: ["(value not shown)", "（已隐藏）"],
    flow: { credentials: { accessKeySecret: `${WRONG_SECRET} ${TOKEN}` } },
  },
  {
    what: "no instance",
    code: "SETTING_MISSING",
    setting: "instance",
    says: ["Select or add an instance.", "请选择或新建一个实例。"],
    flow: { subscribe: { instance: "" } },
  },
  {
    what: "an instance that does not exist",
    code: "NODE_MISSING",
    setting: "instance",
    flow: { subscribe: { instance: "nowhere00000000" } },
  },
  {
    what: "a disabled instance",
    code: "NODE_DISABLED",
    setting: "instance",
    says: ["Enable it", "请启用"],
    flow: { instance: { d: true } },
  },
  {
    what: "an instance of a disabled flow",
    code: "NODE_DISABLED",
    setting: "instance",
    flow: { instance: { z: "off000000000000" } },
    more: [{ id: "off000000000000", type: "tab", label: "off", disabled: true }],
  },
  {
    what: "TLS settings that do not exist",
    code: "NODE_MISSING",
    setting: "tls",
    flow: { instance: { host: "localhost", useTls: true, tls: "nowhere00000000" } },
  },
  {
    what: "TLS settings whose file cannot be read",
    code: "SETTING_INVALID",
    setting: "tls",
    flow: { instance: { host: "localhost", useTls: true }, caFile: "/no/such/ca.pem" },
  },
  {
    what: "a CA certificate in binary form",
    code: "CA_UNREADABLE",
    setting: "tls",
    says: "openssl x509 -inform der",
    flow: {
      instance: { host: "localhost", useTls: true },
      caFile: file("ca.cer", new X509Certificate(CERTIFICATES.ca).raw),
    },
  },
  {
    what: "a private key in place of a CA certificate",
    code: "CA_UNREADABLE",
    setting: "tls",
    says: ["it is a private key", "这是私钥"],
    flow: { instance: { host: "localhost", useTls: true }, ca: CERTIFICATES.key },
  },
  {
    what: "a group that does not exist",
    code: "GROUP_NOT_FOUND",
    setting: "consumerGroupId",
    says: ["amqp:not-found", "。平台返回：amqp:not-found，"],
    flow: { subscribe: { consumerGroupId: "NO_SUCH_GROUP" } },
  },
  {
    what: "a wrong secret",
    code: "SIGN_IN_REFUSED",
    setting: "accessKeySecret",
    says: ["SASL code 1: authentication failed", "SASL 代码 1：认证失败"],
    flow: { credentials: { accessKeySecret: WRONG_SECRET } },
  },
  {
    what: "an expired STS token",
    code: "SIGN_IN_REFUSED",
    setting: "securityToken",
    flow: { credentials: { securityToken: TOKEN } },
  },
  {
    what: "TLS against a port without it",
    code: "TLS_INTERRUPTED",
    setting: "useTls",
    says: "5671",
    flow: { instance: { useTls: true } },
  },
  {
    what: "an untrusted certificate",
    code: "TLS_UNTRUSTED",
    setting: "tls",
    flow: {
      instance: { host: "localhost", useTls: true },
      credentials: { accessKeySecret: WRONG_SECRET },
    },
    emulator: { cert: CERTIFICATES.cert, key: CERTIFICATES.key },
  },
];

/** The short text up to its first value: a status begins so. */
function shortBeginning(code: ErrorCode, details: Record<string, string>, language: Language) {
  return errorText(code, details, language).short.split("__")[0] ?? "";
}
type Language = (typeof LANGUAGES)[number];

for (const language of LANGUAGES) {
  suite(`bad input, told in ${language}`, () => {
    let nodeRed: NodeRed;
    before(async () => {
      // What libraries print of their frames is seen, too.
      nodeRed = await NodeRed.start({ language, environment: { DEBUG: "*" } });
    });
    after(() => nodeRed.stop());

    for (const { what, code, setting, says = "", flow, ...rest } of CASES) {
      const { more = [], emulator: options = {} } = rest;
      const [english, chinese] = typeof says === "string" ? [says, says] : says;
      test(`${what}: status and Catch name the setting and the remedy, and no secret`, () =>
        withEmulator(options, async (emulator) => {
          await nodeRed.deploy([...subscriberFlow({ port: emulator.port, ...flow }), ...more]);
          const { message: caught = {} } = await nodeRed.next("catch");
          const error = caught["error"] as Record<string, unknown>;
          equal(error["code"], code);
          const text = String(error["message"]);
          ok(text.includes(setting), text);
          ok(text.includes(language === "zh-CN" ? chinese : english), text);
          ok(!text.includes("__"), text);
          const isChinese = /\p{Script=Han}/u;
          equal(isChinese.test(text), language === "zh-CN", text);
          equal(Object.hasOwn(error, "cause"), false);

          const beginning = shortBeginning(code, { setting }, language);
          const shown = await nodeRed.next("shown", ({ id, status }) => {
            return id === SUBSCRIBER && status?.text?.startsWith(beginning) === true;
          });
          const fill = retryOf({ code }) === "fast" ? "yellow" : "red";
          deepEqual([shown.status?.fill, shown.status?.shape], [fill, "ring"]);
          const { message: status } = await nodeRed.next("status", ({ message: seen }) => {
            return (seen?.["status"] as { text: string }).text.startsWith(beginning);
          });

          for (const place of [caught, status, shown]) {
            deepEqual(secretsIn(JSON.stringify(place), SECRETS), []);
          }
          deepEqual(secretsIn(nodeRed.output, [...SECRETS, "authMode="]), []);
          await nodeRed.deploy(EMPTY_FLOW);
        }));
    }

    test("the same failure again is no new error, and the next attempt's time is shown", () =>
      withEmulator({}, async (emulator) => {
        // Nobody listens on the emulator's port once it has stopped, and that is tried again soon.
        const { port } = emulator;
        await emulator.stop();
        await nodeRed.deploy(subscriberFlow({ port }));
        const times = new Set<string>();
        while (times.size < 3) {
          const { status } = await nodeRed.next("shown", ({ status: seen }) => {
            return /\d\d:\d\d:\d\d/.test(seen?.text ?? "");
          });
          equal(status?.fill, "yellow");
          times.add(status.text ?? "");
        }
        const codes = nodeRed.taken("catch").map(({ message }) => {
          return (message?.["error"] as { code?: string }).code;
        });
        deepEqual(codes, ["CONNECTION_REFUSED"]);
        await nodeRed.deploy(EMPTY_FLOW);
      }));

    test("no secret can be read back from the admin API or is in the flow", async () => {
      const credentials = { accessKeySecret: WRONG_SECRET, securityToken: TOKEN };
      await nodeRed.deploy(subscriberFlow({ port: 1, credentials }));
      const flows = JSON.stringify(await nodeRed.request("GET", "/flows"));
      match(flows, /aliyun-iot-subscribe/);
      const path = "/credentials/aliyun-iot-instance/instance0000000";
      const readable = await nodeRed.request("GET", path);
      deepEqual(readable, {
        accessKeyId: "testAccessKeyId",
        has_accessKeySecret: true,
        has_securityToken: true,
      });
      for (const text of [flows, nodeRed.output]) deepEqual(secretsIn(text, SECRETS), []);
      match(nodeRed.output, /rhea:frames/);
      await nodeRed.deploy(EMPTY_FLOW);
    });
  });
}
