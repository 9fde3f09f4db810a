import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { NPX } from "../src/errors/command-line";
import {
  deadLinks,
  deadMentions,
  foreignAddresses,
  foreignCommands,
} from "./support/documents/shipped-text";
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
  /^docs\/(adr\/)?[a-zA-Z0-9.-]+\.md$/,
  // Of the pictures those that a document shows.
  /^docs\/images\/(dashboard|[a-z-]+\.(en-US|zh-CN)\.light)[a-zA-Z.-]*\.png$/,
  /^(package\.json|README\.md|README\.zh-CN\.md|CHANGELOG\.md|CONTRIBUTING\.md|LICENSE)$/,
];

/** What npx would have to fetch, it does not find. */
const OFFLINE = { ...process.env, npm_config_offline: "true" };

/** The run-time dependencies and theirs, copied from what is installed here. */
const DEPENDENCIES = ["rhea", "lru-cache", "debug", "ms", "hpagent", "proxy-from-env"];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly scripts: { readonly prepublishOnly?: string };
  readonly repository?: { readonly url: string };
}

function manifest(): Manifest {
  return JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
}

test("the package holds what a user needs, nothing else, and every link and command in it is right", () =>
  withTarball(({ file, paths, directory }) => {
    const unwanted = paths.filter((path) => !WANTED.some((pattern) => pattern.test(path)));
    deepEqual(unwanted, []);
    for (const pattern of WANTED)
      ok(
        paths.some((path) => pattern.test(path)),
        String(pattern),
      );
    execFileSync("tar", ["-xzf", file, "-C", directory]);
    const { name, repository } = manifest();
    const texts = paths
      .filter((path) => /\.(md|html|json|js|ts)$/.test(path))
      .map((path) => [path, readFileSync(join(directory, "package", path), "utf8")] as const);
    deepEqual(
      texts.flatMap(([path, text]) =>
        [
          ...deadLinks(path, text, paths),
          ...deadMentions(text, paths),
          ...foreignCommands(text, name),
          ...foreignAddresses(text, name, repository?.url),
        ].map((wrong) => `${path}: ${wrong}`),
      ),
      [],
    );
    return Promise.resolve();
  }));

test("a wrong link, mention, command or address in the package would be found", () => {
  const paths = ["README.md", "docs/nodes.md", "docs/images/form.png"];
  const text = '[nodes](nodes.md) [none](none.md#x) ![form](images/form.png) <img src="a.png">';
  deepEqual(deadLinks("docs/api.md", text, paths), ["none.md", "a.png"]);
  deepEqual(deadLinks("dist/help.html", "[nodes](docs/nodes.md)", paths), ["docs/nodes.md"]);
  deepEqual(deadMentions("see docs/nodes.md, docs/adr/0001-x.md", paths), ["docs/adr/0001-x.md"]);
  const commands = "npx @a/b doctor; `npx b doctor`; npx --yes b; npm exec b";
  deepEqual(foreignCommands(commands, "@a/b"), ["npx b", "npx --yes", "npm exec"]);
  const addresses = "https://github.com/a/b/issues https://github.com/elsewhere/b#readme";
  const [own, other] = addresses.split(" ");
  deepEqual(foreignAddresses(addresses, "@a/b", "git+https://github.com/a/b.git"), [other]);
  deepEqual(foreignAddresses(addresses, "@a/b", undefined), [own, other]);
});

test("npm publish refuses a package without repository, whose README would have dead links on npm", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "publishable-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  equal(manifest().scripts.prepublishOnly, "node scripts/publishable.mjs");
  const script = join(folder, "scripts/publishable.mjs");
  cpSync("scripts/publishable.mjs", script);
  const publish = (repository?: Manifest["repository"]) => {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ ...manifest(), repository }));
    return spawnSync(process.execPath, [script], { encoding: "utf8" });
  };
  const { status, stderr } = publish();
  equal(status, 1);
  match(stderr, /^package\.json names no repository \(repository\.url, https\): .+\n$/);
  equal(publish({ url: "git+https://github.com/a/b.git" }).status, 0);
});

test("unpacked with its dependencies alone, the nodes load and receive, and npx runs the command", () =>
  withTarball(async ({ file, directory }) => {
    const { name, version } = manifest();
    // As npm installs it in a user directory.
    const user = join(directory, "user");
    const installed = join(user, "node_modules", name);
    const modules = join(installed, "node_modules");
    mkdirSync(modules, { recursive: true });
    execFileSync("tar", ["-xzf", file, "-C", installed, "--strip-components=1"]);
    for (const name of DEPENDENCIES) {
      cpSync(join("node_modules", name), join(modules, name), { recursive: true });
    }
    writeFileSync(join(user, "package.json"), "{}");
    mkdirSync(join(user, "node_modules/.bin"));
    const command = join(installed, "dist/src/cli/main.js");
    symlinkSync(command, join(user, "node_modules/.bin/aliyun-iot-amqp"));
    const [npx = "", ...called] = NPX.split(" ");
    const options = { cwd: user, encoding: "utf8", env: OFFLINE } as const;
    equal(execFileSync(npx, [...called, "--version"], options), `${version}\n`);
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
