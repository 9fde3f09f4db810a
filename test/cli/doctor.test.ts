import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { doctor } from "../../src/cli/doctor";
import { Command, EMULATOR_KEYS } from "../support/programs/command";
import { secretsIn } from "../support/secrets";
import { withEmulator } from "../support/emulator/with-emulator";

const local = (port: number) => ["--host", "127.0.0.1", "--port", String(port), "--no-tls"];
const ESCAPE = "\u001b";

/** Runs the command in this process, on what may look like a terminal. */
async function run(args: readonly string[], env: Readonly<Record<string, string>>, isTTY = false) {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const [stdin, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin, stdout, stderr, env, stopping: new AbortController().signal };
  const code = await doctor(args, io);
  return { code, text: String(stdout.read() ?? "") };
}

test("doctor ends with 0 where all is well, a line for each step", () =>
  withEmulator({}, async (emulator) => {
    const command = new Command(["doctor", ...local(emulator.port)], EMULATOR_KEYS);
    equal(await command.exit(), 0, command.stderr);
    const marks = command.stdout.split("\n").map((line) => line.slice(0, 4));
    deepEqual(marks, [
      ...["[ok]", "[ok]", "[ok]", "[--]", "[ok]", "[ok]", "[ok]"],
      ...["Ever", ""],
    ]);
    equal(command.stderr, "");
  }));

test("doctor ends with 1 at the first failure, with hints and the remedy in flags and variables", () =>
  withEmulator({}, async (emulator) => {
    for (const [lang, says] of [
      [
        "C",
        /\[!!\] Sign-in: The platform refused[^]*- The host is this computer[^]*→ .*\(ALIYUN_IOT_ACCESS_KEY_ID, /,
      ],
      [
        "zh_CN.UTF-8",
        /\[!!\] 登录：平台拒绝了登录[^]*- 连接的是本机[^]*→ .*（ALIYUN_IOT_ACCESS_KEY_ID、/,
      ],
    ] as const) {
      const wrong = { ...EMULATOR_KEYS, ALIYUN_IOT_ACCESS_KEY_SECRET: "hush-hush", LANG: lang };
      const { code, text } = await run(local(emulator.port), wrong);
      equal(code, 1);
      match(text, says);
      match(text, /SIGN_IN_REFUSED/);
      ok(!text.includes("hush-hush") && !/__\w+__/.test(text), text);
    }
  }));

test("doctor --json writes one line of JSON for each step, and one for the result", () =>
  withEmulator({}, async (emulator) => {
    const args = [...local(emulator.port), "--consumer-group", "NONE", "--json"];
    const { code, text } = await run(args, EMULATOR_KEYS, true);
    equal(code, 1);
    const lines = text.trimEnd().split("\n");
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    const steps = told.slice(0, -1).map(({ step, state }) => `${String(step)} ${String(state)}`);
    equal(steps.length, 7);
    ok(
      steps.some((step) => step.endsWith("failed")) &&
        !steps.some((step) => step.includes("running")),
    );
    match(text, /"code":"GROUP_NOT_FOUND"/);
    const { result, report } = told.at(-1) ?? {};
    equal(result, "failed");
    match(String(report), /^Connection test of @iot-flows.*\nTime: .*UTC\n\[ok\] Settings/);
    ok(!text.includes(ESCAPE));
  }));

test("doctor uses colours on a terminal only, and none with NO_COLOR", () =>
  withEmulator({}, async (emulator) => {
    const args = local(emulator.port);
    ok((await run(args, EMULATOR_KEYS, true)).text.includes(`${ESCAPE}[32m[ok]`));
    ok(!(await run(args, EMULATOR_KEYS, false)).text.includes(ESCAPE));
    ok(!(await run(args, { ...EMULATOR_KEYS, NO_COLOR: "1" }, true)).text.includes(ESCAPE));
  }));

test("doctor checks the API where it is asked to, or told where the API is", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    const endpoint = `http://127.0.0.1:${emulator.httpPort ?? 0}`;
    const args = local(emulator.port);
    const withVariable = { ...EMULATOR_KEYS, ALIYUN_IOT_API_ENDPOINT: endpoint };
    for (const [more, env] of [
      [["--api-endpoint", endpoint], EMULATOR_KEYS],
      [["--api"], withVariable],
      [[], withVariable],
    ] as const) {
      const { code, text } = await run([...args, ...more], env);
      equal(code, 0, text);
      match(text, /\[ok\] Cloud API: .*\nEverything works: .*commands sent\.\n$/);
    }
    const chinese = { ...EMULATOR_KEYS, LANG: "zh_CN.UTF-8" };
    const { code, text } = await run([...args, "--api"], chinese);
    equal(code, 1);
    match(
      text,
      /设置项“地域”（--region）为空[^]*→ 请使用参数 --region，或者设置环境变量 ALIYUN_IOT_REG/,
    );
    ok(!(await run(args, EMULATOR_KEYS)).text.includes("API"));
  }));

test("doctor tells what is wrong with the API although nothing can be received", () =>
  withEmulator({ httpPort: 0 }, async (emulator) => {
    const endpoint = `http://127.0.0.1:${emulator.httpPort ?? 0}`;
    const wrong = { ...EMULATOR_KEYS, ALIYUN_IOT_ACCESS_KEY_SECRET: "hush-hush" };
    const { code, text } = await run(["--api-endpoint", endpoint, ...local(emulator.port)], wrong);
    equal(code, 1);
    match(
      text,
      /Sign-in: .*SIGN_IN_REFUSED[^]*Cloud API: .*API_SIGNATURE_REFUSED.*\n.*emulator accepts.*\n.*\(ALIYUN_IOT_ACCESS_KEY_SECRET\)[^]*\nFailed at “Sign-in”/,
    );
    ok(!text.includes("hush-hush"), text);
  }));

test("doctor --wait gives the message back", () =>
  withEmulator({}, async (emulator) => {
    emulator.push({ topic: "/k1/d1/user/update", payload: "x" });
    const { code, text } = await run([...local(emulator.port), "--wait", "5"], EMULATOR_KEYS);
    equal(code, 0, text);
    match(text, /First message: received after .*released/);
    equal(emulator.groups()[0]?.released, 1);
  }));

test("doctor that is stopped while it waits does not say that all is well", () =>
  withEmulator({}, async (emulator) => {
    const args = ["doctor", ...local(emulator.port), "--wait", "60"];
    const command = new Command(args, EMULATOR_KEYS);
    await command.printed(/Receiver link/);
    equal(await command.end("SIGINT"), 1);
    ok(!command.stdout.includes("Everything works"), command.stdout);
    equal(command.stderr, "Stopped.\n");
    equal(emulator.connections().length, 0);
  }));

test("doctor names a wrong setting by its flag, as its first step", async () => {
  for (const [args, says] of [
    [[], /\[!!\] Settings: .*\(--host\) is empty[^]*→ Give --host or set ALIYUN_IOT_HOST/],
    [["--host", "h", "--heartbeat", "1"], /\(--heartbeat\).*“1”[^]*30 to 300/],
  ] as const) {
    const { code, text } = await run(args, EMULATOR_KEYS);
    equal(code, 1);
    match(text, says);
  }
  for (const args of [
    ["--wait", "0"],
    ["--ca", "/no/such.pem"],
  ]) {
    const command = new Command(["doctor", ...args], EMULATOR_KEYS);
    equal(await command.exit(), 1);
    match(command.stderr, /\((--wait|--ca)\)/);
  }
});

test("doctor says what a file is that holds no CA certificate, before it connects", async () => {
  const keys = { ...EMULATOR_KEYS, LANG: "C" };
  const io = ["--host", "localhost", "--ca", "package.json"];
  await rejects(run(io, keys), {
    code: "CA_UNREADABLE",
    details: { setting: "tls", reasonCode: "caNone" },
  });
});

test("neither client nor emulator prints a sign-in, whatever is switched on for debugging", async () => {
  const debug = { DEBUG: "*", NODE_DEBUG: "http,https,net,tls" };
  const emulator = new Command(
    ["emulator", "--port", "0", "--http-port", "0", "--devices", "0"],
    debug,
  );
  const [, port = "", api = ""] = await emulator.printed(/AMQP on [\d.]+:(\d+) .*(http:\S+)/);
  const secrets = {
    ALIYUN_IOT_ACCESS_KEY_SECRET: "topSecretKey0001",
    ALIYUN_IOT_SECURITY_TOKEN: "topSecretToken01",
  };
  const client = new Command(
    ["doctor", "--host", "127.0.0.1", "--port", port, "--no-tls", "--api-endpoint", api],
    { ...EMULATOR_KEYS, ...secrets, ...debug },
  );
  await Promise.all([client.said(/HTTP \d+: /), client.exit()]);
  await emulator.end("SIGINT");
  for (const { stdout, stderr } of [client, emulator]) {
    match(stderr, /rhea:frames/);
    deepEqual(secretsIn(stdout + stderr, [...Object.values(secrets), "authMode="]), []);
  }
});
