import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { accessSync, appendFileSync, constants, cpSync, existsSync, mkdirSync } from "node:fs";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { ERRORS } from "../../src/errors/table";
import { errorText } from "../../src/errors/texts";
import {
  builtHtml,
  catalogue,
  definition,
  LANGUAGES,
  scripts,
} from "../support/node-red/built-nodes";
import { translator } from "../support/node-red/built-nodes";
import { ACK_DEFAULTS } from "../../src/settings/ack";
import { COMMAND_ACTIONS } from "../../src/protocol/command";
import { COMMAND_DEFAULTS } from "../../src/settings/command";
import { DEVICE_STATE_DEFAULTS } from "../../src/settings/device-state";
import { PROPERTIES_DEFAULTS, PROPERTY_OUTPUTS } from "../../src/settings/properties";
import { INSTANCE_DEFAULTS } from "../../src/settings/instance";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly "node-red": { readonly nodes: Readonly<Record<string, string>> };
}

function manifest(): Manifest {
  const parsed: unknown = JSON.parse(readFileSync("package.json", "utf8"));
  return parsed as Manifest; // our own file
}

const NODES = Object.keys(manifest()["node-red"].nodes);
const PALETTE_NODES = NODES.filter((node) => definition(node).category !== "config");
const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "aliyun-iot-instance": INSTANCE_DEFAULTS,
  "aliyun-iot-subscribe": SUBSCRIBE_DEFAULTS,
  "aliyun-iot-ack": ACK_DEFAULTS,
  "aliyun-iot-properties": PROPERTIES_DEFAULTS,
  "aliyun-iot-device-state": DEVICE_STATE_DEFAULTS,
  "aliyun-iot-command": COMMAND_DEFAULTS,
};

/** Plain data of this realm: the scripts run in another one. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

test("package.json names only nodes that are built, and the command can be executed", () => {
  deepEqual([...NODES].sort(), Object.keys(DEFAULTS).sort());
  for (const file of Object.values(manifest()["node-red"].nodes)) ok(existsSync(file), file);
  for (const file of Object.values(manifest().bin)) {
    accessSync(file, constants.X_OK);
    match(readFileSync(file, "utf8"), /^#!\/usr\/bin\/env node\n/);
  }
});

/** `registerType` calls the way the flow library's checks read them: syntax only, nothing is run. */
function registrations(html: string): ts.CallExpression[] {
  const found: ts.CallExpression[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isCallExpression(node) &&
      ts.isPropertyAccessExpression(node.expression) &&
      node.expression.name.text === "registerType"
    ) {
      found.push(node);
    }
    node.forEachChild(visit);
  };
  for (const script of scripts(html)) {
    visit(ts.createSourceFile("x.js", script, ts.ScriptTarget.ES2020, true));
  }
  return found;
}

test("each built html registers its type with literals in an inline object", () => {
  for (const node of NODES) {
    const calls = registrations(builtHtml(node));
    equal(calls.length, 1, node);
    const [type, object] = calls[0]?.arguments ?? [];
    ok(type !== undefined && ts.isStringLiteral(type) && type.text === node, node);
    ok(object !== undefined && ts.isObjectLiteralExpression(object), node);
    const literals = ["category", "color", "icon", "inputs", "outputs"];
    for (const property of object.properties) {
      ok(ts.isPropertyAssignment(property), `${node}: a spread or a method would be dropped`);
      const name = property.name.getText();
      if (literals.includes(name)) ok(ts.isLiteralExpression(property.initializer), name);
      if (name === "defaults" || name === "credentials") {
        ok(ts.isObjectLiteralExpression(property.initializer), name);
      }
    }
  }
});

test("a form starts with the defaults of the runtime, and stores nothing else", () => {
  for (const node of NODES) {
    const { defaults } = definition(node);
    const values = Object.fromEntries(
      Object.entries(defaults).map(([setting, { value }]) => [setting, value]),
    );
    deepEqual(plain(values), plain(DEFAULTS[node]), node);
  }
});

test("only secrets are passwords, and no credential is stored in the flow", () => {
  const { credentials = {}, defaults } = definition("aliyun-iot-instance");
  const types = Object.entries(credentials).map(([name, { type }]) => [name, type]);
  deepEqual(types, [
    ["accessKeyId", "text"],
    ["accessKeySecret", "password"],
    ["securityToken", "password"],
  ]);
  for (const [name] of types) ok(name !== undefined && !(name in defaults), name);
});

test("each default is valid in the form, an empty host and an empty key are not", () => {
  const refused: string[] = [];
  for (const node of NODES) {
    const def = definition(node);
    for (const [name, property] of Object.entries({ ...def.defaults, ...def.credentials })) {
      const self = { ...plainDefaults(node), _: translator(node, "en-US") };
      if (property.validate === undefined) continue;
      equal(
        property.validate.length,
        2,
        "the editor shows reasons of two-parameter validators only",
      );
      const result = property.validate.call(self, property.value ?? "", {});
      if (result !== true) refused.push(name);
    }
  }
  deepEqual(refused, ["host", "accessKeyId", "accessKeySecret"]);
});

function plainDefaults(node: string): object {
  return { ...DEFAULTS[node] };
}

function problem(
  at: { node: string; setting: string; language?: "en-US" | "zh-CN" },
  value: unknown,
) {
  const { node, setting, language = "en-US" } = at;
  const def = definition(node);
  const property = { ...def.defaults, ...def.credentials }[setting];
  const self = { ...plainDefaults(node), host: "iot.example.com", _: translator(node, language) };
  return property?.validate?.call(self, value, {});
}

test("a form tells of a wrong secret that it is not shown, as the runtime does", () => {
  const at = { node: "aliyun-iot-instance", setting: "accessKeySecret" };
  for (const language of ["en-US", "zh-CN"] as const) {
    const told = problem({ ...at, language }, "copied with blanks");
    const { text, remedy } = errorText(
      "SETTING_INVALID",
      { setting: at.setting, rule: "secret", value: "***", valueCode: "hidden" },
      language,
    );
    ok(!text.includes("***"), text);
    equal(told, translator(at.node, language)("sentences", { first: text, second: remedy }));
  }
});

test("a form refuses what the runtime refuses, in the editor's language, with the remedy", () => {
  const heartbeat = { node: "aliyun-iot-subscribe", setting: "heartbeat" };
  equal(problem(heartbeat, "30"), true);
  equal(problem(heartbeat, 300), true);
  equal(
    problem(heartbeat, "10"),
    "The setting “Heartbeat (s)” (heartbeat) is invalid: “10”. Allowed: a whole number, 30 to 300.",
  );
  const chinese = String(problem({ ...heartbeat, language: "zh-CN" }, "10"));
  match(chinese, /心跳.*“10”.*30 到 300 的整数/);
  ok(!/allowed|whole/i.test(chinese), chinese);
  const useTls = { node: "aliyun-iot-instance", setting: "useTls" };
  match(String(problem(useTls, false)), /off, but iot\.example\.com is not this computer/);
  equal(problem(useTls, true), true);
  const filters = { node: "aliyun-iot-subscribe", setting: "topicFilters" };
  equal(problem(filters, ["/a/+/#"]), true);
  match(String(problem(filters, ["/a/#/b"])), /Topic filters/);
});

test("an outcome that does not exist is refused, every one that does is offered", () => {
  const at = { node: "aliyun-iot-ack", setting: "outcome" };
  for (const outcome of ["accepted", "released", "rejected", "msg"]) {
    equal(problem(at, outcome), true);
    match(builtHtml(at.node), new RegExp(`<option value="${outcome}"`));
  }
  match(String(problem(at, "modified")), /Outcome.*accepted, released, rejected, msg/);
});

test("an output of properties that does not exist is refused, every one that does is offered", () => {
  const at = { node: "aliyun-iot-properties", setting: "output" };
  for (const output of PROPERTY_OUTPUTS) {
    equal(problem(at, output), true);
    match(builtHtml(at.node), new RegExp(`<option value="${output}"[^]*data-output="${output}"`));
  }
  match(String(problem(at, "xml")), /Output.*flat, each, influx/);
});

test("an action that does not exist is refused, every one that does is offered and has its words", () => {
  const at = { node: "aliyun-iot-command", setting: "action" };
  for (const action of COMMAND_ACTIONS) {
    equal(problem(at, action), true);
    match(builtHtml(at.node), new RegExp(`<option value="${action}"`));
    for (const language of LANGUAGES) {
      for (const part of ["actions", "labels", "actionHints"]) {
        ok(catalogue(at.node, language).has(`form.${part}.${action}`), `${part}: ${action}`);
      }
    }
  }
  match(String(problem(at, "reboot")), /Action.*set-properties, invoke-service, publish/);
});

test("an instance that a flow of 0.1.0 has stored, without region and API endpoint, is valid", () => {
  const node = "aliyun-iot-instance";
  for (const setting of ["region", "apiEndpoint"]) {
    for (const value of [undefined, ""]) equal(problem({ node, setting }, value), true);
  }
  match(String(problem({ node, setting: "region" }, "Shanghai")), /cn-shanghai/);
  match(String(problem({ node, setting: "apiEndpoint" }, "http://iot.example.com")), /https:/);
  equal(problem({ node, setting: "apiEndpoint" }, "http://127.0.0.1:5680"), true);
});

test("a command's form checks what is typed in, and only the fields of its action", () => {
  const node = "aliyun-iot-command";
  const told = (setting: string, more: Readonly<Record<string, unknown>>) => {
    const self = { ...COMMAND_DEFAULTS, ...more, _: translator(node, "en-US") };
    return definition(node).defaults[setting]?.validate?.call(self, more[setting], {});
  };
  const typed = (value: string) => ({ device: value, deviceType: "str" });
  equal(told("device", typed("a1B2/meter-07")), true);
  equal(told("device", typed("${DEVICE}")), true);
  match(String(told("device", typed("meter-07"))), /Device.*meter-07.*a1B2\/meter-07/);
  match(String(told("device", { device: "a b" })), /payload\.items/);
  equal(told("device", { device: "#:(file)::devices.first", deviceType: "flow" }), true);
  equal(told("topic", { topic: "" }), true);
  match(String(told("topic", { topic: "", action: "publish" })), /Topic.*empty/);
  equal(told("topic", { topic: "", action: "request" }), true);
  match(String(told("timeout", { timeout: "9", action: "request" })), /1 to 8/);
  equal(told("timeout", { timeout: "9" }), true);
  // A wrong action or type is marked at its own field only.
  equal(told("timeout", { timeout: "9", action: "reboot" }), true);
  match(String(told("dataType", { dataType: "bin" })), /Source of the data/);
});

test("a form leaves TLS to the runtime while the host is an environment variable", () => {
  const node = "aliyun-iot-instance";
  const useTls = definition(node).defaults["useTls"];
  for (const host of ["${MYHOST}", "$(MYHOST)"]) {
    const self = { ...plainDefaults(node), host, _: translator(node, "en-US") };
    equal(useTls?.validate?.call(self, false, {}), true, host);
  }
});

test("a form never quotes a secret and never hands html to a tooltip", () => {
  const node = "aliyun-iot-instance";
  const secret = String(problem({ node, setting: "accessKeySecret" }, "top|secret"));
  ok(!secret.includes("top"), secret);
  const host = String(problem({ node, setting: "host" }, "<img src=x onerror=alert(1)>"));
  ok(!/[<>]/.test(host), host);
  match(host, /‹img/);
});

test("every text that a form asks for exists, and both languages have the same texts", () => {
  for (const node of NODES) {
    const [english, chinese] = LANGUAGES.map((language) => catalogue(node, language));
    ok(english !== undefined && chinese !== undefined);
    deepEqual([...chinese.keys()].sort(), [...english.keys()].sort(), node);
    const html = builtHtml(node);
    const asked = [
      ...[...html.matchAll(/data-i18n="([^"]+)"/g)].flatMap(([, keys = ""]) =>
        keys.split(";").map((key) => key.replace(/^\[[\w-]+\]/, "")),
      ),
      ...[...html.matchAll(/this\._\("([^"]+)"\)/g)].map((found) => found[1] ?? ""),
    ];
    ok(asked.length > 5, node);
    for (const key of asked) ok(english.has(key), `${node}: no text for ${key}`);
    const { defaults, credentials = {} } = definition(node);
    for (const setting of Object.keys({ ...defaults, ...credentials })) {
      ok(english.has(`settings.${setting}`), setting);
      // A list is no plain field: the form's script fills and reads it.
      if (setting === "topicFilters" || setting === "identifiers") continue;
      match(html, new RegExp(`id="node-(config-)?input-${setting}"`), setting);
    }
  }
});

/** i18next takes these for its own options when they are passed as values. */
const RESERVED = ["context", "count", "lng", "ns", "defaultValue", "replace", "nest", "ordinal"];

test("no form holds a text of an error: the editor has them in Node-RED's catalogue", () => {
  for (const node of NODES) {
    const html = builtHtml(node);
    for (const { "en-US": english, "zh-CN": chinese } of Object.values(ERRORS)) {
      for (const { text } of [english, chinese]) ok(!html.includes(text), `${node}: ${text}`);
    }
  }
});

test("both languages use the same placeholders, and none that Node-RED's i18next reserves", () => {
  const placeholders = (text = "") =>
    [...text.matchAll(/__(\w+?)__/g)].map((found) => found[1]).sort();
  for (const node of NODES) {
    const [english, chinese] = LANGUAGES.map((language) => catalogue(node, language));
    for (const [key, text] of english ?? []) {
      const names = placeholders(text);
      deepEqual(placeholders(chinese?.get(key)), names, key);
      for (const name of names) ok(!RESERVED.includes(name ?? ""), name);
    }
  }
});

test("each node has its help in each language, and its icon and palette category", () => {
  for (const language of LANGUAGES) {
    for (const node of NODES) {
      const help = readFileSync(`dist/nodes/locales/${language}/${node}.html`, "utf8");
      match(help, new RegExp(`^<script type="text/markdown" data-help-name="${node}">`));
    }
    for (const node of PALETTE_NODES) {
      // The editor looks for the category with all that is no letter, digit or hyphen replaced.
      const key = `palette.label.${definition(node).category.replace(/[^\w-]/g, "_")}`;
      ok(catalogue(node, language).has(key), key);
    }
  }
  for (const node of PALETTE_NODES) {
    ok(readdirSync("dist/nodes/icons").includes(definition(node).icon ?? "none"), node);
  }
});

test("every label of a form points to a field", () => {
  for (const node of NODES) {
    const html = builtHtml(node);
    for (const [, target] of html.matchAll(/<label for="([^"]+)"/g)) {
      ok(html.includes(`id="${target ?? ""}"`), target);
    }
  }
});

const BUILD_INPUTS = [
  ...["src", "nodes", "icons", "scripts", "package.json", "tsconfig.json"],
  "tsconfig.build.json",
];

/** Runs `work` in a copy of what the build reads, which is removed afterwards. */
function withCopy(work: (copy: string) => void): void {
  const copy = mkdtempSync(join(tmpdir(), "build-test-"));
  try {
    for (const name of BUILD_INPUTS) cpSync(name, join(copy, name), { recursive: true });
    symlinkSync(resolve("node_modules"), join(copy, "node_modules"), "dir");
    work(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function builds(copy: string): { status: number | null; entries: string[]; output: string } {
  const script = join(copy, "scripts/build.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  const entries = readdirSync(copy).filter((name) => name.startsWith("dist"));
  return { status, entries, output: stdout + stderr };
}

test("a build that fails leaves dist as it was, one that works replaces it, and nothing is left", () => {
  withCopy((copy) => {
    const old = join(copy, "dist/old.txt");
    mkdirSync(join(copy, "dist"));
    writeFileSync(old, "");
    const source = join(copy, "src/clock.ts");
    const good = readFileSync(source);
    appendFileSync(source, 'export const wrong: number = "text";\n');
    const failed = builds(copy);
    equal(failed.status, 1, failed.output);
    match(failed.output, /clock\.ts.*error TS2322[^]*dist stays as it was/);
    deepEqual([existsSync(old), failed.entries], [true, ["dist"]]);

    writeFileSync(source, good);
    const texts = join(copy, "nodes/ack/locales/zh-CN/aliyun-iot-ack.json");
    const goodTexts = readFileSync(texts);
    writeFileSync(texts, '{"paletteLabel":"ack","settings":{}}');
    const lossy = builds(copy);
    equal(lossy.status, 1, lossy.output);
    match(lossy.output, /^nodes.ack.locales.zh-CN.aliyun-iot-ack\.json: .*settings/);
    equal(existsSync(old), true);

    writeFileSync(texts, goodTexts);
    const built = builds(copy);
    equal(built.status, 0, built.output);
    deepEqual([existsSync(old), built.entries], [false, ["dist"]]);
    ok(existsSync(join(copy, "dist/nodes/icons/aliyun-iot-subscribe.svg")));
  });
});
