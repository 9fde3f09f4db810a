import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { Command, EMULATOR_KEYS } from "../support/command";
import { state, subscriptionTo } from "../support/subscribed";
import { withEmulator } from "../support/with-emulator";

const local = (port: number) => ["--host", "127.0.0.1", "--port", String(port), "--no-tls"];

test("each command and the program itself explain themselves", async () => {
  for (const [args, text] of [
    [["--help"], /emulator .*\n.*listen /],
    [["emulator", "--help"], /--http-port[^]*\/messages/],
    [["listen", "--help"], /ALIYUN_IOT_ACCESS_KEY_SECRET/],
  ] as const) {
    const command = new Command(args);
    equal(await command.exit(), 0, args.join(" "));
    match(command.stdout, text);
  }
});

test("wrong usage is told on standard error, with exit code 2", async () => {
  for (const [args, text] of [
    [[], /Usage: aliyun-iot-amqp/],
    [["doctr"], /no command “doctr”/],
    [["listen", "--hots", "x"], /--hots[^]*listen --help/],
    [["emulator", "extra"], /extra/],
    [["listen", "--host", "127.0.0.1", "--count", "0"], /--count must be a whole number/],
  ] as const) {
    const command = new Command(args, EMULATOR_KEYS);
    equal(await command.exit(), 2, `${args.join(" ")}: ${command.stderr}`);
    match(command.stderr, text);
    equal(command.stdout, "");
  }
});

test("a wrong setting is told by its name, with the remedy and exit code 1", async () => {
  const host = ["listen", "--host", "iot.example.com"];
  for (const [args, env, text] of [
    [["listen"], EMULATOR_KEYS, /\(host\) is empty.*\[SETTING_MISSING\]/],
    [host, {}, /\(accessKeyId\) is empty/],
    [[...host, "--heartbeat", "10"], EMULATOR_KEYS, /\(heartbeat\).*30.*300/],
    [[...host, "--no-tls"], EMULATOR_KEYS, /\(useTls\).*TLS_REQUIRED/],
    [[...host, "--sign-method", "rot13"], EMULATOR_KEYS, /\(signMethod\).*hmacsha1/],
    [[...host, "--ca", "/no/such.pem"], EMULATOR_KEYS, /no\/such\.pem/],
    [[...host, "--topic", "a/#/b"], EMULATOR_KEYS, /\(topicFilters\)/],
    [["emulator", "--port", "99999"], {}, /\(port\).*65535/],
    [["emulator", "--cert", "package.json"], {}, /cert/],
  ] as const) {
    const command = new Command(args, env);
    equal(await command.exit(), 1, `${args.join(" ")}: ${command.stderr}`);
    match(command.stderr, text);
    ok(!command.stderr.includes("testAccessKeySecret"), "the secret is printed");
  }
});

test("an error is told in Chinese where the locale is", async () => {
  const command = new Command(["listen"], { LANG: "zh_CN.UTF-8" });
  equal(await command.exit(), 1);
  match(command.stderr, /设置项“接入域名”/);
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
    match(command.stderr, /\(port\) is in use/);
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
    const other = subscriptionTo(emulator);
    other.start();
    await state(other, ({ value }) => value === "subscribed");
    await emulator.expectSettled(id, "accepted");
    await other.stop();
  }));
