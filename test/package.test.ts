import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { subscriberFlow } from "./support/node-red/flow";
import { NodeRed } from "./support/node-red/node-red";
import { withEmulator } from "./support/emulator/with-emulator";
import { withTarball } from "./support/package/tarball";

/** What a user needs, and nothing else. */
const WANTED = [
  /^dist\/(src|nodes)\/.+\.(js|d\.ts)$/,
  /^dist\/nodes\/[a-z-]+\.html$/,
  /^dist\/nodes\/icons\/[a-z-]+\.svg$/,
  /^dist\/nodes\/locales\/(en-US|zh-CN)\/[a-z-]+\.(json|html)$/,
  /^examples\/[^/]+\.json$/,
  /^(package\.json|README\.md|README\.zh-CN\.md|CHANGELOG\.md|LICENSE)$/,
];

/** The run-time dependencies and theirs, copied from what is installed here. */
const DEPENDENCIES = ["rhea", "lru-cache", "debug", "ms", "hpagent", "proxy-from-env"];

test("the package holds what a user needs, and nothing else", () =>
  withTarball(({ paths }) => {
    const unwanted = paths.filter((path) => !WANTED.some((pattern) => pattern.test(path)));
    deepEqual(unwanted, []);
    for (const pattern of WANTED)
      ok(
        paths.some((path) => pattern.test(path)),
        String(pattern),
      );
    return Promise.resolve();
  }));

test("unpacked with its dependencies alone, the nodes load and receive, and the command runs", () =>
  withTarball(async ({ file, directory }) => {
    execFileSync("tar", ["-xzf", file, "-C", directory]);
    const modules = join(directory, "package", "node_modules");
    mkdirSync(modules);
    for (const name of DEPENDENCIES) {
      cpSync(join("node_modules", name), join(modules, name), { recursive: true });
    }
    const installed = join(directory, "package");
    const command = join(installed, "dist/src/cli/main.js");
    match(execFileSync(process.execPath, [command, "--help"], { encoding: "utf8" }), /emulator/);
    const nodeRed = await NodeRed.start({ nodesDir: installed });
    try {
      await withEmulator({}, async (emulator) => {
        await nodeRed.deploy(subscriberFlow({ port: emulator.port }));
        const id = emulator.push({ topic: "/k1/d1/user/update", payload: "from the tarball" });
        const { message } = await nodeRed.next("message");
        equal(message?.["payload"], "from the tarball");
        await emulator.expectSettled(id, "accepted");
      });
    } finally {
      await nodeRed.stop();
    }
  }));
