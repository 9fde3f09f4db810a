import { equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { Writable } from "node:stream";
import { test } from "node:test";
import { writeLines } from "../../src/cli/lines";
import { Command, EMULATOR_KEYS } from "../support/programs/command";
import { withSubscription } from "../support/emulator/with-subscription";
import { PATIENCE_MS } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";

const push = { topic: "/k1/d1/user/raw", payload: "x".repeat(10_000) };

/** Its exit code; `close` never comes while nobody reads its output. */
async function exitCode({ child }: Command): Promise<unknown> {
  if (child.exitCode !== null) return child.exitCode;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const [code] = (await once(child, "exit", { signal })) as readonly unknown[];
  return code;
}

test("listen ends when it is asked to, even if nobody reads its lines", () =>
  withEmulator({}, async (emulator) => {
    const to = ["--host", "127.0.0.1", "--port", String(emulator.port), "--no-tls"];
    const listen = new Command(["listen", ...to, "--credit-window", "50"], EMULATOR_KEYS);
    await listen.said(/subscribed/);
    listen.child.stdout.pause();
    const ids = Array.from({ length: 100 }, () => emulator.push(push));
    await emulator.expectSettled(ids[0] ?? ""); // what the pipe holds is written
    listen.child.kill("SIGTERM");
    equal(await exitCode(listen), 0);
    const { accepted = 0 } = emulator.groups()[0] ?? {};
    ok(accepted < ids.length, "every line was taken: the pipe is larger than this test thinks");
    listen.child.stdout.resume();
    await listen.exit();
  }));

test("at most so many lines wait for a reader, also when their messages have expired", () =>
  withEmulator({}, async (emulator) => {
    const maxUnwritten = 5;
    const to = {
      settings: { creditWindow: maxUnwritten, settleMode: "manual" },
      options: { ackTimeoutMs: 20 },
    };
    await withSubscription(emulator, to, async (subscription) => {
      // Takes the first line and never says that it is written.
      const stdout = new Writable({ objectMode: true, write: () => undefined });
      const log = () => undefined;
      void writeLines(subscription, { stdout, log, count: Infinity, maxUnwritten });
      const ids = Array.from({ length: 20 }, () => emulator.push(push));
      for (const id of ids) await emulator.expectSettled(id, "released");
      equal(stdout.writableLength, maxUnwritten);
    });
  }));

test("a closed standard error ends neither command, a closed standard output no emulator", async () => {
  const emulator = new Command(["emulator", "--port", "0", "--http-port", "0", "--rate", "50"]);
  const [, port = ""] = await emulator.printed(/AMQP on 127\.0\.0\.1:(\d+) /);
  emulator.child.stderr.destroy();
  emulator.child.stdout.destroy();
  const to = ["--host", "127.0.0.1", "--port", port, "--no-tls"];
  // The emulator logs this, and its log is gone.
  const refused = new Command(["listen", ...to], {
    ...EMULATOR_KEYS,
    ALIYUN_IOT_ACCESS_KEY_ID: "x",
  });
  await refused.said(/SIGN_IN_REFUSED/);
  equal(await refused.end("SIGINT"), 0);
  const listen = new Command(["listen", ...to, "--count", "30"], EMULATOR_KEYS);
  listen.child.stderr.destroy();
  equal(await listen.exit(), 0);
  equal(listen.stdout.trim().split("\n").length, 30);
  equal(await emulator.end("SIGTERM"), 0);
});
