import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { after, test } from "node:test";
import { call as callCommand } from "../../src/cli/call";
import { answer, withApi } from "../support/api/api-server";
import { CERTIFICATES } from "../support/certificates";
import { withEmulator } from "../support/emulator/with-emulator";
import { Command, EMULATOR_KEYS } from "../support/programs/command";
import type { Emulator } from "../../src/emulator/emulator";
import type { Json } from "../../src/protocol/json";
import type { ApiServer, Script } from "../support/api/api-server";

const folder = mkdtempSync(join(tmpdir(), "call-"));
const CA = join(folder, "ca.pem");
writeFileSync(CA, CERTIFICATES.ca);
after(() => {
  rmSync(folder, { recursive: true });
});

const CHINESE = { LANG: "zh_CN.UTF-8" };
const HAN = /\p{Script=Han}/u;
const DEVICE = "k1demoPk01/meter-01";
const SECRET = EMULATOR_KEYS.ALIYUN_IOT_ACCESS_KEY_SECRET;

/** The command against an API on this computer. */
function call(
  { port = 0 }: { readonly port?: number | undefined },
  args: readonly string[],
  { input, env }: { input?: string | Buffer; env?: Readonly<Record<string, string>> } = {},
): Command {
  const [action = "", ...rest] = args;
  const endpoint = ["--api-endpoint", `http://127.0.0.1:${port}`];
  return new Command(["call", action, ...endpoint, ...rest], { ...EMULATOR_KEYS, ...env }, input);
}

/** The one line that a command has written, once it has ended well. */
async function lineOf(command: Command): Promise<Record<string, Json>> {
  equal(await command.exit(), 0, command.stderr);
  const lines = command.stdout.split("\n");
  deepEqual([lines.length, lines[1], command.stderr], [2, "", ""]);
  return JSON.parse(lines[0] ?? "") as Record<string, Json>;
}

const withDevices = (run: (emulator: Emulator) => Promise<void>) =>
  withEmulator({ httpPort: 0, devices: 2, rate: 0 }, run);

const SUCCESS = answer({ RequestId: "R-1", Success: true, Code: "", Data: { MessageId: "77" } });
const sent = (script: Script, run: (api: ApiServer) => Promise<void>) => withApi([script], run);

test("each action is carried out and answers with one JSON line", () =>
  withDevices(async (emulator) => {
    const port = { port: emulator.httpPort };
    for (const [args, payload] of [
      [["set-properties", "--data", '{"switch":1}'], /^\{\}$/],
      [["invoke-service", "--identifier", "selfTest"], /"passed":1/],
      [["publish", "--topic", "user/get", "--data", "hello", "--qos", "1"], /^\{\}$/],
      [["request", "--data", "hello", "--timeout", "3"], /"request":"hello"/],
      [["get-status"], /"status":"online"/],
      [["get-properties"], /"switch":1/],
    ] as const) {
      const line = await lineOf(call(port, [...args, "--device", DEVICE]));
      equal(line["action"], args[0]);
      match(JSON.stringify(line["requestId"]), /^"[0-9A-F-]{36}"$/);
      match(JSON.stringify(line["payload"]), payload);
    }
    equal(emulator.commands.length, 4);
  }));

test("a command is read from standard input, and its data goes out as it stands there", () =>
  sent(SUCCESS, async (api) => {
    const device = { productKey: "k1", deviceName: "d1" };
    const data = '{ "t":25.0, "text":"a}\\",b", "inner":{"data":[1.50]} }';
    const input = `\n{"qos":1,"data":${data} ,"device":${JSON.stringify(device)}}\n`;
    const line = await lineOf(call(api, ["set-properties"], { input }));
    deepEqual([line["requestId"], line["messageId"]], ["R-1", "77"]);
    const { ProductKey, DeviceName, Items, Qos } = api.seen[0]?.parameters ?? {};
    deepEqual([ProductKey, DeviceName, Items, Qos], ["k1", "d1", data, "1"]);
  }));

test("the data of an option goes out as it stands there, and so do bytes of standard input", () =>
  sent(SUCCESS, async (api) => {
    const set = ["set-properties", "--device", "k1/d1", "--data"];
    await lineOf(call(api, [...set, '{"t": 25.0}']));
    await lineOf(call(api, [...set, "-"], { input: '{"t": 26.0}\n' }));
    const bytes = Buffer.from([0xff, 0, 10]);
    const publish = ["publish", "--topic", "/k1/d1/user/get", "--data", "-"];
    await lineOf(call(api, publish, { input: bytes }));
    const [first, second, third] = api.seen.map(({ parameters }) => parameters);
    deepEqual([first?.["Items"], second?.["Items"]], ['{"t": 25.0}', '{"t": 26.0}']);
    equal(third?.["MessageContent"], bytes.toString("base64"));
  }));

test("a device's answer that is not text is written as base64", () => {
  const bytes = Buffer.from([0xff, 0, 0xfe]).toString("base64");
  const body = { RequestId: "R", Success: true, RrpcCode: "SUCCESS", PayloadBase64Byte: bytes };
  return sent(answer(body), async (api) => {
    const line = await lineOf(call(api, ["request", "--device", "k1/d1", "--data", "?"]));
    deepEqual([line["payload"], line["payloadEncoding"]], [bytes, "base64"]);
  });
});

test("region, instance ID and STS token come from options or the environment; TLS as with --ca", () =>
  withApi(
    [SUCCESS],
    async (api) => {
      const env = {
        ...EMULATOR_KEYS,
        ALIYUN_IOT_API_ENDPOINT: `https://127.0.0.1:${api.port}`,
        ALIYUN_IOT_INSTANCE_ID: "iot-1",
        ALIYUN_IOT_SECURITY_TOKEN: "token",
      };
      const args = ["call", "get-status", "--device", "k1/d1"];
      await lineOf(new Command([...args, "--ca", CA], env));
      equal(api.seen[0]?.parameters["IotInstanceId"], "iot-1");
      equal(api.seen[0].headers["x-acs-security-token"], "token");
      const untrusted = new Command(args, env);
      equal(await untrusted.exit(), 1);
      match(untrusted.stderr, /with --ca FILE.*\[API_TLS_FAILED\]\n$/);
    },
    { isTls: true },
  ));

const refusal = (code: string) => answer({ RequestId: "R", Success: false, Code: code });

test("a refusal ends with 1 and one line on standard error, in the user's language", async () => {
  for (const [code, says] of [
    ["iot.messagebroker.OFFLINE", /d1.*\[DEVICE_OFFLINE\]\n$/],
    ["iot.prod.NotExistedProduct", /k1.*--instance-id.*--region.*\[PRODUCT_NOT_FOUND\]\n$/],
    ["iot.common.RamActionPermissionDeny", /iot:SetDeviceProperty.*\[API_PERMISSION_MISSING\]\n$/],
    ["SignatureDoesNotMatch", /ALIYUN_IOT_ACCESS_KEY_SECRET.*\[API_SIGNATURE_REFUSED\]\n$/],
  ] as const) {
    for (const env of [{}, CHINESE]) {
      await sent(refusal(code), async (api) => {
        const args = ["set-properties", "--device", "k1/d1", "--data", "{}"];
        const command = call(api, args, { env });
        equal(await command.exit(), 1, command.stderr);
        match(command.stderr, says);
        equal(HAN.test(command.stderr), env === CHINESE, command.stderr);
        equal(command.stdout, "");
        ok(!command.stderr.includes(SECRET) && !/__\w+__/.test(command.stderr), command.stderr);
      });
    }
  }
});

test("a command whose connection is cut ends with 3, and is not sent again", () =>
  sent(
    (_seen, _response, socket) => {
      socket.destroy();
    },
    async (api) => {
      for (const env of [{}, CHINESE]) {
        const args = ["set-properties", "--device", "k1/d1", "--data", "{}"];
        const command = call(api, args, { env });
        equal(await command.exit(), 3, command.stderr);
        match(command.stderr, /\[OUTCOME_UNKNOWN\]\n$/);
      }
      equal(api.seen.length, 2);
    },
  ));

/** Runs a command that gets no answer, and interrupts it once the server has its request. */
async function interrupted(args: readonly string[], env: Readonly<Record<string, string>>) {
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  let command: Command | undefined;
  let code: number | null = null;
  await sent(
    () => {
      arrived();
    },
    async (api) => {
      command = call(api, args, { env });
      await arrival;
      code = await command.end("SIGINT");
    },
  );
  return { code, said: command?.stderr };
}

test("a command that is interrupted before its answer ends with 3, a query with 1", async () => {
  const set = await interrupted(["set-properties", "--device", "k1/d1", "--data", "{}"], CHINESE);
  equal(set.code, 3);
  match(set.said ?? "", /不知道命令是否已被执行：在收到响应之前被中止。.*\[OUTCOME_UNKNOWN\]\n$/);
  const get = await interrupted(["get-status", "--device", "k1/d1"], {});
  deepEqual([get.code, get.said], [1, "Stopped.\n"]);
});

test("a command that waits for standard input ends when it is asked to", async () => {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  stdin.write("{");
  const stop = new AbortController();
  const io = { stdin, stdout, stderr, env: EMULATOR_KEYS, stopping: stop.signal };
  const ended = callCommand(["set-properties"], io);
  stop.abort();
  equal(await ended, 1);
  equal(String(stderr.read()), "Stopped.\n");
});

test("on a terminal it does not wait for somebody to type a command", async () => {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin, stdout, stderr, env: EMULATOR_KEYS, stopping: new AbortController().signal };
  await rejects(callCommand(["get-status"], io), { code: "INPUT_INVALID" });
});

test("wrong usage ends with 2, before anything is sent", async () => {
  for (const [args, input, says] of [
    [["call"], "", /set-properties, invoke-service, [^]*call --help/],
    [["call", "--device", "k1/d1"], "", /set-properties/],
    [["call", "set-property"], "", /“set-property”/],
    [["call", "get-status", "--device", "k1/d1", "--topic", "user/get"], "", /--topic/],
    [["call", "request", "--device", "k1/d1", "--qos", "1"], "", /--qos/],
    [["call", "get-status", "--secret", "x"], "", /--secret/],
    [["call", "set-properties"], "[1]", /device, identifier, topic, data, qos, timeout/],
    [["call", "set-properties"], "{", /device, identifier/],
    // “温度” in GBK, as a Chinese Windows writes it: nothing must reach a device mangled.
    [
      ["call", "set-properties"],
      Buffer.from('{"device":"k1/\xce\xc2\xb6\xc8"}', "latin1"),
      /UTF-8/,
    ],
    [["call", "set-properties"], '{"devise":"k1/d1"}', /“devise”/],
  ] as const) {
    for (const env of [{}, CHINESE]) {
      const command = new Command(args, { ...EMULATOR_KEYS, ...env }, input);
      equal(await command.exit(), 2, `${args.join(" ")}: ${command.stderr}`);
      match(command.stderr, says);
      equal(HAN.test(command.stderr), env === CHINESE, command.stderr);
      equal(command.stdout, "");
    }
  }
});

test("a wrong value is told by its option, with what is allowed and exit code 1", async () => {
  const device = ["--device", "k1/d1"];
  const legacy = { ALIYUN_IOT_HOST: "1.amqp.iothub.aliyuncs.com" };
  for (const [args, env, says] of [
    [["set-properties", ...device, "--data", "{}"], {}, /\(--region\) is empty\. Give --region/],
    [["set-properties", ...device, "--data", "{}"], legacy, /\(--region\) is empty/],
    [["set-properties", ...device, "--data", "{}"], CHINESE, /（--region）为空.*--api-endpoint/],
    [["set-properties", ...device, "--data", "5"], {}, /“Data” \(--data\) cannot be “5”; nothing/],
    [
      ["set-properties", ...device],
      CHINESE,
      /^“数据”（--data）的值无效（空值），没有发送任何内容。/,
    ],
    [["set-properties", "--device", "k1", "--data", "{}"], {}, /\(--device\) .*a1B2\/meter-07/],
    [["get-status"], {}, /“Device” \(--device\) cannot be empty/],
    [["get-status", ...device, "--timeout", "61"], {}, /\(--timeout\).*1 to 60/],
    [["request", ...device, "--data", "x", "--timeout", "9"], {}, /\(--timeout\).*1 to 8/],
    [["publish", "--topic", "a b", ...device, "--data", "x"], {}, /\(--topic\)/],
    [
      ["get-status", ...device, "--api-endpoint", "http://example.com"],
      {},
      /\(--api-endpoint\).*only for this computer/,
    ],
  ] as const) {
    const command = new Command(["call", ...args], { ...EMULATOR_KEYS, ...env });
    equal(await command.exit(), 1, `${args.join(" ")}: ${command.stderr}`);
    match(command.stderr, says);
    ok(!/deploy|Node-RED|the form/i.test(command.stderr), command.stderr);
  }
});

test("a clock that is off is corrected, and told on standard error", () =>
  withApi(
    [
      answer(
        { RequestId: "R", Code: "InvalidTimeStamp.Expired", Message: "" },
        { status: 400, headers: { date: new Date(Date.now() + 1_200_000).toUTCString() } },
      ),
      SUCCESS,
    ],
    async (api) => {
      const command = call(api, ["set-properties", "--device", "k1/d1", "--data", "{}"]);
      equal(await command.exit(), 0, command.stderr);
      match(command.stderr, /\[API_CLOCK_CORRECTED\]\n$/);
      match(command.stdout, /"messageId":"77"/);
    },
  ));
