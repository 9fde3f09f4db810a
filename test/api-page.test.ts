import { deepEqual, equal, match } from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { PATIENCE_MS } from "./support/time/until";
import { withEmulator } from "./support/emulator/with-emulator";

/** The lines that do something. */
const programOf = (page: string) =>
  (/```js\n(.*?)```/s.exec(readFileSync(page, "utf8"))?.[1] ?? "").replace(/^ *\/\/.*\n/gm, "");

test("docs/api.md and its Chinese twin have the same program", () => {
  equal(programOf("docs/api.zh-CN.md"), programOf("docs/api.md"));
});

test("the program of docs/api.md prints five messages of the emulator and ends", () =>
  withEmulator({}, async (emulator) => {
    const built = pathToFileURL(resolve("dist/src/index.js")).href;
    const folder = mkdtempSync(join(tmpdir(), "api-page-"));
    const file = join(folder, "receive.mjs");
    writeFileSync(file, programOf("docs/api.md").replace("@iot-flows/node-red-aliyun-iot", built));
    const payloads = [1, 2, 3, 4, 5].map((t) => ({ t }));
    const ids = payloads.map((payload) => emulator.push({ topic: "/k1/d1/user/update", payload }));
    const env = {
      PATH: process.env["PATH"],
      ALIYUN_IOT_HOST: "127.0.0.1",
      ALIYUN_IOT_PORT: String(emulator.port),
      ALIYUN_IOT_TLS: "false",
      ALIYUN_IOT_ACCESS_KEY_ID: "testAccessKeyId",
      ALIYUN_IOT_ACCESS_KEY_SECRET: "testAccessKeySecret",
    };
    try {
      const run = promisify(execFile);
      const { stdout, stderr } = await run(process.execPath, [file], { env, timeout: PATIENCE_MS });
      deepEqual(
        stdout.trim().split("\n").sort(), // the platform promises no order, nor does the emulator
        payloads.map((payload) => `custom ${JSON.stringify(payload)}`),
      );
      match(stderr, /subscribed[^]*stopped/);
      for (const id of ids) await emulator.expectSettled(id, "accepted");
    } finally {
      rmSync(folder, { recursive: true });
    }
  }));
