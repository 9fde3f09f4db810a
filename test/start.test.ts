import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { readExample } from "./support/node-red/example";
import { freePorts } from "./support/programs/free-port";
import { Started, withStartEnvironment } from "./support/programs/npm-start";
import { PATIENCE_MS } from "./support/time/until";
import type { StartEnvironment } from "./support/programs/npm-start";

/** Runs `work` while `npm start` runs, and kills that if the work failed. */
async function withStarted(
  environment: StartEnvironment,
  work: (started: Started) => Promise<void>,
): Promise<void> {
  const started = new Started(environment);
  try {
    await started.printed("Ctrl-C");
    await work(started);
  } finally {
    started.kill();
  }
}

async function acceptedCount({ EMULATOR_HTTP_PORT }: StartEnvironment): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${EMULATOR_HTTP_PORT}/groups`);
  const body = await answer.text();
  const accepted = /"consumerGroupId":\s*"DEFAULT_GROUP".*?"accepted":\s*(\d+)/s.exec(body)?.[1];
  ok(accepted !== undefined, `The answer names no accepted messages: ${body}`);
  return Number(accepted);
}

/** Waits until more messages have been accepted than `count`. */
async function acceptedMoreThan(count: number, environment: StartEnvironment): Promise<number> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const accepted = await acceptedCount(environment);
    if (accepted > count) return accepted;
    ok(Date.now() < deadline, `No more than ${accepted} messages were accepted.`);
    await pause(100); // the control has no events to wait for
  }
}

/** Switches pumps off as the dashboard does, and waits until one device has replied. */
async function pumpObeys({ PORT }: StartEnvironment): Promise<void> {
  const editor = `http://127.0.0.1:${PORT}`;
  const nodes = readExample("Dashboard.json");
  const idOf = (key: string, value: string) => nodes.find((node) => node[key] === value)?.id ?? "";
  const sender = `${editor}/inject/${idOf("name", "what to send")}`;
  // A simulated device may be offline; all of them are not.
  for (const device of ["meter-01", "meter-02", "meter-03"]) {
    const payload = { product: "k1demoPk01", device, property: "switch", value: false };
    // Node-RED hands over what such a request brings only if it is marked.
    const body = JSON.stringify({ payload, __user_inject_props__: true });
    const headers = { "content-type": "application/json" };
    equal((await fetch(sender, { method: "POST", headers, body })).status, 200);
  }
  const commands = `${editor}/context/flow/${idOf("type", "tab")}/commands`;
  let text = "";
  const deadline = Date.now() + PATIENCE_MS;
  while (!text.includes('"state":"done"')) {
    ok(Date.now() < deadline, `No command was done: ${text}`);
    await pause(100); // Node-RED has no events for it
    const { msg = "" } = (await (await fetch(commands)).json()) as { readonly msg?: string };
    text = msg;
  }
}

function isFree(port: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => {
      resolve(false);
    });
    probe.listen(Number(port), "127.0.0.1", () =>
      probe.close(() => {
        resolve(true);
      }),
    );
  });
}

function flows({ NODE_RED_USER_DIR }: StartEnvironment): { text: string; nodes: unknown } {
  const text = readFileSync(join(NODE_RED_USER_DIR, "flows.json"), "utf8");
  return { text, nodes: JSON.parse(text) };
}

test("npm start brings messages onto a dashboard that devices obey, and Ctrl-C ends all of it", () =>
  withStartEnvironment(async (environment) => {
    await withStarted(environment, async (started) => {
      const editor = `http://127.0.0.1:${environment.PORT}/`;
      for (const address of [editor, `${editor}dashboard/devices`]) {
        ok(started.output.includes(address), `${address} was not printed.`);
        equal((await fetch(address)).status, 200, address);
      }
      // What the README shows: so many devices, and a message of one's own.
      match(started.output, /6 simulated devices/);
      const readme = readFileSync("README.md", "utf8");
      match(readme, /six simulated devices/);
      const [, own = ""] = /curl -d '(.+)' http:\/\/127\.0\.0\.1:5680\/messages/.exec(readme) ?? [];
      const control = `http://127.0.0.1:${environment.EMULATOR_HTTP_PORT}/messages`;
      equal((await fetch(control, { method: "POST", body: own })).status, 200);
      const first = await acceptedMoreThan(0, environment);
      await acceptedMoreThan(first, environment);
      await pumpObeys(environment);
      equal(await started.ended("SIGINT"), 0, started.output);
    });
    const { PORT, EMULATOR_PORT, EMULATOR_HTTP_PORT } = environment;
    for (const port of [PORT, EMULATOR_PORT, EMULATOR_HTTP_PORT]) {
      ok(await isFree(port), `Port ${port} is still in use.`);
    }
  }));

test("npm start speaks Chinese where the system does", () =>
  withStartEnvironment(async (environment) => {
    const chinese = { ...environment, LC_ALL: "zh_CN.UTF-8" };
    await withStarted(chinese, async (started) => {
      match(started.output, /\[info\] .*流程/);
      const [, banner = ""] = started.output.split(`看板        http://127.0.0.1:${chinese.PORT}/`);
      match(banner, /模拟设备\n.*\/groups\n\n.*删除该目录.*\n.*按 Ctrl-C 结束/);
      match(flows(environment).text, /"label":\s*"看板"/);
      equal(await started.ended("SIGINT"), 0, started.output);
    });
  }));

test("npm start keeps the flow of the first start, and no secret is in it", () =>
  withStartEnvironment(async (environment) => {
    await withStarted(environment, async (started) => {
      await acceptedMoreThan(0, environment);
      equal(await started.ended("SIGTERM"), 0, started.output);
    });
    const { text } = flows(environment);
    ok(!text.includes("testAccessKeySecret"), "The AccessKey Secret is in flows.json.");
    const credentials = join(environment.NODE_RED_USER_DIR, "flows_cred.json");
    ok(existsSync(credentials), "The credentials were not stored.");
    ok(!readFileSync(credentials, "utf8").includes("testAccessKeySecret"), "They are readable.");

    const mine = text.replace(/"label":\s*"Dashboard"/, '"label":"Mine"');
    ok(mine !== text, "The tab has another label.");
    writeFileSync(join(environment.NODE_RED_USER_DIR, "flows.json"), mine);
    const [EMULATOR_PORT, EMULATOR_HTTP_PORT] = (await freePorts(2)).map(String);
    ok(EMULATOR_PORT !== undefined && EMULATOR_HTTP_PORT !== undefined);
    const elsewhere = { ...environment, EMULATOR_PORT, EMULATOR_HTTP_PORT };
    await withStarted(elsewhere, async (started) => {
      // So the kept flow follows the changed ports.
      await acceptedMoreThan(0, elsewhere);
      await pumpObeys(elsewhere);
      equal(await started.ended("SIGINT"), 0, started.output);
    });
    deepEqual(flows(environment).nodes, JSON.parse(mine));
  }));

test("npm start names the variable of a port in use, and starts nothing", () =>
  withStartEnvironment(async (environment) => {
    const occupant = createServer().listen(Number(environment.EMULATOR_HTTP_PORT), "127.0.0.1");
    const started = new Started(environment);
    equal(await started.ended(), 1);
    occupant.close();
    equal(
      started.output,
      `Port ${environment.EMULATOR_HTTP_PORT} on 127.0.0.1 is not free: ` +
        "end what uses it, or set EMULATOR_HTTP_PORT to another.",
    );
    ok(!existsSync(join(environment.NODE_RED_USER_DIR, "flows.json")));
  }));

test("npm start refuses a port that is none, one given twice, and a folder it cannot use, in one line", () =>
  withStartEnvironment(async (environment) => {
    const none = new Started({ ...environment, PORT: "abc" });
    equal(await none.ended(), 1);
    match(none.output, /^PORT=abc is not a port: .*$/);
    const same = { ...environment, EMULATOR_PORT: environment.PORT };
    const twice = new Started({ ...same, LC_ALL: "zh_CN.UTF-8" });
    equal(await twice.ended(), 1);
    match(twice.output, /^EMULATOR_PORT 和 PORT 都是 \d+：.*$/);
    const file = join(environment.NODE_RED_USER_DIR, "flows.json");
    writeFileSync(file, '[{"id":');
    const below = new Started({ ...environment, NODE_RED_USER_DIR: join(file, "below") });
    equal(await below.ended(), 1);
    match(below.output, /^Flows and .*below \(ENOTDIR\): set NODE_RED_USER_DIR to .*$/);
    const broken = new Started(environment);
    equal(await broken.ended(), 1);
    match(broken.output, /^.*flows\.json is not a Node-RED flow file: .*$/);
  }));

test("without its development packages, a clone says how to install them, and no stack", () =>
  withStartEnvironment(({ NODE_RED_USER_DIR: clone }) => {
    cpSync("scripts", join(clone, "scripts"), { recursive: true });
    cpSync("package.json", join(clone, "package.json"));
    for (const [script, says] of [
      ["build.mjs", /^Nothing was built: .*npm install --include=dev\n.*\n$/],
      ["start.mjs", /^The package is not built yet: run npm install first\.\n.*\n$/],
    ] as const) {
      const args = [join(clone, "scripts", script)];
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
      equal(status, 1);
      match(stderr, says);
    }
    return Promise.resolve();
  }));
