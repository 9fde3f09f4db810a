import { deepEqual, equal, match } from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { PATIENCE_MS } from "./support/time/until";
import { Subscription as NodeSubscription } from "../src/subscription/subscription";
import type { Subscription } from "../src/index";
import { withEmulator } from "./support/emulator/with-emulator";

/** The lines that do something. */
const programOf = (page: string) =>
  (/```js\n(.*?)```/s.exec(readFileSync(page, "utf8"))?.[1] ?? "").replace(/^ *\/\/.*\n/gm, "");

test("docs/api.md and its Chinese twin have the same program", () => {
  equal(programOf("docs/api.zh-CN.md"), programOf("docs/api.md"));
});

/** What only Node-RED's deploy needs; the package's type leaves it out. */
const HIDDEN: readonly string[] = ["holdBack", "endHoldBack", "release"] satisfies Exclude<
  keyof NodeSubscription,
  keyof Subscription
>[];

for (const page of ["docs/api.md", "docs/api.zh-CN.md"]) {
  test(`${page} lists what a program may call of a subscription`, () => {
    const members = Object.getOwnPropertyNames(NodeSubscription.prototype);
    const table = /\| `start\(\)`[^]*?\n\n/.exec(readFileSync(page, "utf8"))?.[0] ?? "";
    const firstCells = table.split("\n").map((row) => row.split("|")[1] ?? "");
    const listed = [...firstCells.join().matchAll(/`(\w+)/g)].map(([, name]) => name);
    const open = members.filter((name) => name !== "constructor" && !HIDDEN.includes(name));
    deepEqual(listed.sort(), open.sort());
  });
}

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
