import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../support/programs/free-port";
import { language } from "../../src/cli/io";
import { CERTIFICATES } from "../support/certificates";
import { Command, EMULATOR_KEYS } from "../support/programs/command";
import { withSubscription } from "../support/emulator/with-subscription";
import { withEmulator } from "../support/emulator/with-emulator";

const folder = mkdtempSync(join(tmpdir(), "commands-"));
const CERTIFICATE = join(folder, "cert.pem");
writeFileSync(CERTIFICATE, CERTIFICATES.cert);
const SCENARIO = join(folder, "scenario.json");
const WRONG_SCENARIO = join(folder, "wrong-scenario.json");
writeFileSync(
  SCENARIO,
  // As Notepad saves it, with a byte order mark.
  '\uFEFF{"seed": 5, "steps": [{"fault": "refuse-sign-in"}, {"afterSeconds": 0.1, "fault": "kick"}]}',
);
writeFileSync(WRONG_SCENARIO, '{"steps": [{"fault": "kick"}, {"fault": "delay", "count": 0}]}');
after(() => {
  rmSync(folder, { recursive: true });
});

const local = (port: number) => ["--host", "127.0.0.1", "--port", String(port), "--no-tls"];

const CHINESE = { LANG: "zh_CN.UTF-8" };
const HAN = /\p{Script=Han}/u;

test("each command and the program itself explain themselves, in both languages", async () => {
  for (const [args, text] of [
    [
      ["--help"],
      /npx @iot-flows\/node-red-aliyun-iot[^]*emulator .*\n.*doctor .*\n.*listen .*\n.*call /,
    ],
    [["emulator", "--help"], /npx @iot-flows\/node-red-aliyun-iot[^]*--http-port[^]*\/messages/],
    [
      ["doctor", "--help"],
      /npx @iot-flows\/node-red-aliyun-iot[^]*--wait[^]*ALIYUN_IOT_ACCESS_KEY_SECRET/,
    ],
    [["listen", "--help"], /npx @iot-flows\/node-red-aliyun-iot[^]*ALIYUN_IOT_ACCESS_KEY_SECRET/],
    [["call", "--help"], /npx @iot-flows\/node-red-aliyun-iot[^]*--device[^]*ALIYUN_IOT_REGION/],
  ] as const) {
    for (const env of [{}, CHINESE]) {
      const command = new Command(args, env);
      equal(await command.exit(), 0, args.join(" "));
      match(command.stdout, text);
      equal(HAN.test(command.stdout), env === CHINESE);
    }
  }
});

test("wrong usage is told on standard error in the user's language, with exit code 2", async () => {
  for (const [args, text] of [
    [[], /npx @iot-flows\/node-red-aliyun-iot/],
    [["doctr"], /“doctr”/],
    [["listen", "--hots", "x"], /--hots[^]*listen --help/],
    [["listen", "-p", "1"], / -p/],
    [["listen", "--host"], /--host/],
    [["listen", "--host", "--no-tls"], /--host/],
    [["listen", "--no-tls=yes"], /--no-tls/],
    [["emulator", "extra"], /“extra”/],
  ] as const) {
    for (const env of [{}, CHINESE]) {
      const command = new Command(args, { ...EMULATOR_KEYS, ...env });
      equal(await command.exit(), 2, `${args.join(" ")}: ${command.stderr}`);
      match(command.stderr, text);
      equal(HAN.test(command.stderr), env === CHINESE, command.stderr);
      equal(command.stdout, "");
    }
  }
});

test("a wrong setting is told by its flag or variable, with the remedy and exit code 1", async () => {
  const host = ["listen", "--host", "iot.example.com"];
  for (const [args, env, text] of [
    [["listen"], EMULATOR_KEYS, /\(--host\) is empty. Give --host or set ALIYUN_IOT_HOST\. \[/],
    [["listen"], CHINESE, /^设置项“接入域名”（--host）为空。请.*--host，.* ALIYUN_IOT_HOST。\[/],
    [host, {}, /\(ALIYUN_IOT_ACCESS_KEY_ID\) is empty. Set ALIYUN_IOT_ACCESS_KEY_ID\. \[/],
    [[...host, "--heartbeat", "10"], EMULATOR_KEYS, /\(--heartbeat\).*30.*300/],
    [[...host, "--no-tls"], EMULATOR_KEYS, /\(--no-tls\).*Omit --no-tls.*TLS_REQUIRED/],
    [[...host, "--sign-method", "rot13"], EMULATOR_KEYS, /\(--sign-method\).*hmacsha1/],
    [[...host, "--ca", "/no/such.pem"], EMULATOR_KEYS, /\/no\/such\.pem \(--ca\).*ENOENT/],
    [[...host, "--topic", "a/#/b"], EMULATOR_KEYS, /\(--topic\)/],
    [[...host, "--count", "0"], EMULATOR_KEYS, /\(--count\).*whole number/],
    [["emulator", "--port", "99999"], {}, /\(--port\).*65535/],
    [["emulator", "--devices", "-1"], {}, /\(--devices\).*“-1”.*0 to 10000/],
    [["emulator", "--cert", "package.json"], {}, /\(--cert\)/],
    [["emulator", "--key", "/no/such.pem"], {}, /\/no\/such\.pem \(--key\).*ENOENT/],
    [["emulator", "--cert", CERTIFICATE], {}, /\(--key\) is empty.*\(--cert, --key\): give both/],
    [["emulator", "--host", "no.such.host.invalid"], {}, /no\.such\.host.*\(--host\): E/],
    [["emulator", "--scenario", "/no/such.json"], {}, /\/no\/such\.json \(--scenario\).*ENOENT/],
    [
      ["emulator", "--scenario", WRONG_SCENARIO],
      {},
      /^The scenario \(--scenario\) cannot be run: in step 2: “count” cannot be 0\. Allowed: a w/,
    ],
    [
      ["emulator", "--scenario", WRONG_SCENARIO],
      CHINESE,
      /^无法执行故障场景（--scenario）。第 2 步：“count”的值无效（0）。要求：1 到 1000000 的整数。\[SCEN/,
    ],
    [["emulator", "--scenario", CERTIFICATE], CHINESE, /。无法解析为 JSON。要求：包含“steps”，/],
  ] as const) {
    const command = new Command(args, env);
    equal(await command.exit(), 1, `${args.join(" ")}: ${command.stderr}`);
    match(command.stderr, text);
    ok(!/deploy|Node-RED|whoever/i.test(command.stderr), command.stderr);
    ok(!command.stderr.includes("testAccessKeySecret"), "the secret is printed");
  }
});

test("what the platform answers is told with the command line's names, and states in Chinese", () =>
  withEmulator({}, async (emulator) => {
    const args = ["listen", ...local(emulator.port), "--consumer-group", "NO_SUCH_GROUP"];
    for (const [env, text] of [
      [{}, /connecting\nretry at \d\d:\d\d:\d\d: .*NO_SUCH_GROUP \(--consumer-group\).*\]\n/],
      [
        CHINESE,
        /正在连接\n将于 \d\d:\d\d:\d\d 重试：.*NO_SUCH_GROUP（--consumer-group）。平台返回：/,
      ],
    ] as const) {
      const command = new Command(args, { ...EMULATOR_KEYS, ...env });
      await command.said(text);
      equal(await command.end("SIGINT"), 0);
    }
  }));

test("listen explains an outage once; a further attempt that fails the same way is one short line", async () => {
  for (const [env, says] of [
    [
      {},
      /\nretry at [\d:]+: Nothing is .*\nretry at [\d:]+: still the same, connection refused \[CONN/,
    ],
    [CHINESE, /\n将于 [\d:]+ 重试：.*没有服务.*\n将于 [\d:]+ 重试：原因同上，连接被拒绝 \[CONN/],
  ] as const) {
    const port = await freePort();
    const command = new Command(["listen", ...local(port)], { ...EMULATOR_KEYS, ...env });
    await command.said(says);
    equal(command.stderr.match(/connecting|正在连接/g)?.length, 1, command.stderr);
    equal(await command.end("SIGINT"), 0);
  }
});

test("TLS against a port without it, and none against one with it, say so on both sides", async () => {
  const lines: string[] = [];
  const log = (line: string) => void lines.push(line);
  await withEmulator({ log }, async ({ port }) => {
    const to = ["--host", "127.0.0.1", "--port", String(port)];
    const command = new Command(["listen", ...to], EMULATOR_KEYS);
    await command.said(/does not speak TLS: for the emulator, give --no-tls;.*TLS_INTERRUPTED/);
    equal(await command.end("SIGINT"), 0);
    ok(lines.some((line) => /a TLS client on a plain port: .*--cert and --key/.test(line)));
  });
  const { cert, key } = CERTIFICATES;
  await withEmulator({ cert, key }, async ({ port }) => {
    const command = new Command(["listen", ...local(port)], EMULATOR_KEYS);
    await command.said(/the port may expect TLS: omit --no-tls/);
    equal(await command.end("SIGINT"), 0);
  });
});

test("the emulator's first lines say what a client must be set to, who sends, and no secret", async () => {
  const args = ["emulator", "--port", "0", "--http-port", "0"];
  for (const [options, env, says] of [
    [
      ["--group", "A", "--group", "B"],
      {},
      /TLS off[^]*AccessKey ID testAccessKeyId, .* consumer groups A, B\nSimulated devices: 3 \(k1demoPk01\/meter-01 … k1demoPk01\/meter-03\), messages a second: 1 in all\n/,
    ],
    [["--devices", "1", "--rate", "0.5"], CHINESE, /1 台（k1demoPk01\/meter-01），合计每秒 0.5 条/],
    [["--devices", "0"], CHINESE, /\n模拟设备：无\n/],
  ] as const) {
    const command = new Command([...args, ...options], env);
    await command.printed(says);
    equal(await command.end("SIGTERM"), 0);
    ok(!command.stdout.includes("testAccessKeySecret"));
  }
});

test("--version is the package's, and nothing else is printed", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  const command = new Command(["--version"]);
  equal(await command.exit(), 0);
  deepEqual([command.stdout, command.stderr], [`${version}\n`, ""]);
});

test("where no variable names a language, it is the system's: Windows sets none", () => {
  equal(language({}, "zh-CN"), "zh-CN");
  equal(language({ LC_ALL: "", LANG: "en_US.UTF-8" }, "zh-CN"), "en-US");
  equal(language({ LC_MESSAGES: "zh_CN.UTF-8", LANG: "en_US.UTF-8" }, "en-US"), "zh-CN");
});

test("the emulator plays a scenario from its start, and logs the seed and each fault", async () => {
  const ports = ["--port", "0", "--http-port", "0"];
  const command = new Command(["emulator", ...ports, "--scenario", SCENARIO]);
  await command.said(/scenario: begins, “seed” 5\n/);
  await command.said(/\nfault {"fault":"refuse-sign-in"}: refusing 1\n/);
  await command.said(/\nfault {"fault":"kick"}: kicked 0\nscenario: ended\n/);
  equal(await command.end("SIGINT"), 0);
});

test("listen prints what the emulator's devices say, and accepts it", async () => {
  const emulator = new Command(["emulator", "--port", "0", "--http-port", "0", "--rate", "100"]);
  const address = /AMQP on 127\.0\.0\.1:(\d+) .* (http:\/\/127\.0\.0\.1:\d+)/;
  const [, port = "", http = ""] = await emulator.printed(address);
  const listen = new Command(["listen", ...local(Number(port)), "--count", "25"], EMULATOR_KEYS);
  equal(await listen.exit(), 0, listen.stderr);
  const lines = listen.stdout.trim().split("\n");
  equal(lines.length, 25);
  for (const line of lines) {
    const { topic, messageId, messageType } = JSON.parse(line) as Record<string, unknown>;
    match(String(topic), /^\//);
    match(String(messageId), /^\d+$/);
    equal(typeof messageType, "string");
  }
  const groups = (await (await fetch(`${http}/groups`)).json()) as Groups;
  equal(groups.groups[0]?.accepted, 25);
  equal(await emulator.end("SIGINT"), 0);
  await Promise.all([fetchFails(http), emulator.exit()]);
});

interface Groups {
  readonly groups: readonly { readonly accepted: number }[];
}

async function fetchFails(url: string): Promise<void> {
  ok(
    await fetch(url).then(
      () => false,
      () => true,
    ),
    "the emulator still answers",
  );
}

test("a port in use is told by emulator, with exit code 1", () =>
  withEmulator({}, async ({ port }) => {
    const command = new Command(["emulator", "--port", String(port), "--http-port", "0"]);
    equal(await command.exit(), 1);
    match(command.stderr, new RegExp(`${port}`));
    match(command.stderr, /\(--port\) is already in use.*another port with --port/);
  }));

test("listen goes on until it is asked to end, and says on standard error what happens", () =>
  withEmulator({}, async (emulator) => {
    const listen = new Command(["listen", ...local(emulator.port)], EMULATOR_KEYS);
    const binary = Buffer.from([0xff, 0x00, 0xfe]);
    const first = emulator.push({ topic: "/k1/d1/user/raw", payload: binary });
    await listen.printed(/\n/);
    const { payload, payloadEncoding } = JSON.parse(listen.stdout) as Record<string, unknown>;
    deepEqual([payload, payloadEncoding], [binary.toString("base64"), "base64"]);
    await emulator.expectSettled(first, "accepted");
    emulator.kick();
    emulator.push({ topic: "/k1/d1/user/raw", payload: "after the kick" });
    await listen.printed(/after the kick/);
    equal(await listen.end("SIGTERM"), 0);
    match(listen.stderr, /subscribed 1\/1[^]*CLOSED_BY_PLATFORM[^]*subscribed 1\/1[^]*stopped/);
    ok(!listen.stderr.includes("testAccessKeySecret"));
    equal(emulator.connections().length, 0);
  }));

test("a message whose line nobody takes is not accepted", () =>
  withEmulator({ backlogRetryMs: 50 }, async (emulator) => {
    const listen = new Command(["listen", ...local(emulator.port)], EMULATOR_KEYS);
    listen.child.stdout.destroy();
    const id = emulator.push({ topic: "/k1/d1/user/raw", payload: "x" });
    equal(await listen.exit(), 0, listen.stderr);
    equal(emulator.groups()[0]?.accepted, 0);
    await withSubscription(emulator, {}, async (other) => {
      other.on("delivered", () => undefined); // without a listener it would release the message
      await emulator.expectSettled(id, "accepted");
    });
  }));
