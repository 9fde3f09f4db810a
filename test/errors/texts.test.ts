import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { CLI_TEXTS } from "../../src/cli/texts";
import { DOCTOR_TEXTS } from "../../src/doctor/texts";
import type { Language } from "../../src/errors/entry";
import { because } from "../../src/errors/error";
import type { ErrorCode, ErrorDetails } from "../../src/errors/error";
import { REASONS } from "../../src/errors/reasons";
import type { Reason } from "../../src/errors/reasons";
import { ERROR_CODES as CODES, ERRORS } from "../../src/errors/table";
import { ERROR_TEXTS, errorText, fill, textsIn } from "../../src/errors/texts";
import { ACK_DEFAULTS } from "../../src/settings/ack";
import { DEVICE_STATE_DEFAULTS } from "../../src/settings/device-state";
import { PROPERTIES_DEFAULTS } from "../../src/settings/properties";
import { INSTANCE_DEFAULTS } from "../../src/settings/instance";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";
import { invalidSecret } from "../../src/errors/invalid-setting";

const LANGUAGES: readonly Language[] = ["en-US", "zh-CN"];

/** Every text that the package has in a language, by its path, such as `errors.DNS_FAILED.short`. */
function allTexts(language: Language): Map<string, string> {
  const { errors, settings, allowed, reasons } = ERROR_TEXTS;
  const parts = { errors, settings, allowed, reasons, doctor: DOCTOR_TEXTS, cli: CLI_TEXTS };
  return flat(textsIn(language, parts));
}

function flat(value: unknown, path = ""): Map<string, string> {
  if (typeof value === "string") return new Map([[path, value]]);
  ok(typeof value === "object" && value !== null, path);
  return new Map(
    Object.entries(value).flatMap(([key, part]) => [
      ...flat(part, path === "" ? key : `${path}.${key}`),
    ]),
  );
}

function placeholders(template: string): string[] {
  return [...new Set([...template.matchAll(/__(\w+?)__/g)].map(([, key = ""]) => key))].sort();
}

/** The details that any text of an error needs: a label is that of a setting, a rule what it may be. */
function needed(code: ErrorCode): string[] {
  const { short, text, remedy } = ERRORS[code]["en-US"];
  const keys = placeholders(`${short} ${text} ${remedy}`).map((key) => {
    if (key === "label") return "setting";
    return key === "allowed" ? "rule" : key;
  });
  return [...new Set(keys)].sort();
}

test("both languages have the same texts, none of them empty", () => {
  const [english, chinese] = [allTexts("en-US"), allTexts("zh-CN")];
  deepEqual([...chinese.keys()].sort(), [...english.keys()].sort());
  for (const [path, text] of [...english, ...chinese]) ok(text.trim() !== "", path);
});

test("a text has the same placeholders in both languages", () => {
  const chinese = allTexts("zh-CN");
  for (const [path, text] of allTexts("en-US")) {
    deepEqual(placeholders(chinese.get(path) ?? ""), placeholders(text), path);
  }
});

test("the details of an error are those that its texts need, each once", () => {
  for (const code of CODES) deepEqual([...ERRORS[code].details].sort(), needed(code), code);
});

test("what the command line says in place of an error's own text needs no other detail", () => {
  for (const [path, text] of flat(textsIn("en-US", CLI_TEXTS.errors))) {
    const [code] = path.split(".");
    const { details }: { details: readonly string[] } = ERRORS[code as ErrorCode];
    const known = details.includes("setting") ? [...details, "label"] : details;
    for (const key of placeholders(text)) ok(known.includes(key), `${path}: ${key}`);
  }
});

test("every setting and credential has a label", () => {
  const settings = [
    ...Object.keys(INSTANCE_DEFAULTS),
    ...Object.keys(SUBSCRIBE_DEFAULTS),
    ...Object.keys(ACK_DEFAULTS),
    ...Object.keys(PROPERTIES_DEFAULTS),
    ...Object.keys(DEVICE_STATE_DEFAULTS),
    ...["accessKeyId", "accessKeySecret", "securityToken", "accountId", "regionId"],
  ];
  deepEqual(
    settings.filter((setting) => !Object.hasOwn(ERROR_TEXTS.settings, setting)),
    [],
  );
});

test("a status text is short enough for a node's status line", () => {
  for (const code of CODES) {
    for (const language of LANGUAGES) {
      const details = { setting: "iotInstanceId", value: "manual" };
      const { short } = errorText(code, details, language);
      ok(short.length <= 30, `${language} ${code}: ${short}`);
    }
  }
});

test("Chinese texts are written in Chinese, and are not the English ones", () => {
  for (const code of CODES) {
    const details = { setting: "host", rule: "filled" };
    const { short, text, remedy } = errorText(code, details, "zh-CN");
    for (const part of [short, text, remedy]) ok(/\p{Script=Han}/u.test(part), `${code}: ${part}`);
  }
});

test("placeholders are filled by name; what is not among the details stays to be seen", () => {
  equal(fill("__a__ and __b__ and __a__", { a: 1, b: "x" }), "1 and x and 1");
  equal(fill("__a__", {}), "__a__");
  equal(fill("__toString__ __constructor__", {}), "__toString__ __constructor__");
});

test("a detail that looks like a placeholder or a replacement pattern is put in as it is", () => {
  equal(fill("__a__!", { a: "__b__ $& $1", b: "no" }), "__b__ $& $1!");
});

test("a setting is shown with its label in the language asked for", () => {
  const details = { setting: "consumerGroupId" };
  equal(errorText("SETTING_MISSING", details).short, "Consumer group ID missing");
  equal(errorText("SETTING_MISSING", details, "zh-CN").short, "缺少消费组 ID");
  equal(errorText("SETTING_MISSING", { setting: "cert" }).short, "cert missing");
});

test("a Chinese status has a blank between Chinese and Latin, whatever the label", () => {
  for (const [code, setting, short] of [
    ["SETTING_MISSING", "accessKeyId", "缺少 AccessKey ID"],
    ["SETTING_INVALID", "accessKeyId", "AccessKey ID 无效"],
    ["SETTING_INVALID", "iotInstanceId", "实例 ID 无效"],
    ["SETTING_INVALID", "heartbeat", "心跳（秒）无效"],
  ] as const) {
    equal(errorText(code, { setting }, "zh-CN").short, short);
  }
});

test("no Chinese text has a Latin colon, bracket or comma, or a blank after a full stop", () => {
  for (const [path, text] of allTexts("zh-CN")) {
    const quoted =
      /amqps:\/\/(host:5671)?|https?:\/\/[\w.:-]*|iot:sub|__host__:__port__|\{ switch: 1 \}|block:service/g;
    const plain = text.replace(quoted, "");
    ok(!/[:,;()]|。 /.test(plain), `${path}: ${text}`);
  }
});

test("what is empty is to be mended as its own kind asks", () => {
  for (const [rule, english, chinese] of [
    ["filled", /^Fill it in; .*\$\{MY_VARIABLE\}/, /^请填写；/],
    ["instance", /^Select or add an instance\.$/, /^请选择或新建一个实例。$/],
    ["hostParts", /^Fill in the instance ID, or the account ID/, /^请填写实例 ID，或者账号 ID/],
  ] as const) {
    const details = { setting: "host", rule };
    match(errorText("SETTING_MISSING", details).remedy, english);
    match(errorText("SETTING_MISSING", details, "zh-CN").remedy, chinese);
  }
});

test("a secret that is wrong is not quoted, and the text says that it is not", () => {
  const details = invalidSecret("accessKeySecret", { rule: "secret" }).details;
  match(errorText("SETTING_INVALID", details).text, /is invalid: \(value not shown\)\.$/);
  match(errorText("SETTING_INVALID", details, "zh-CN").text, /的值无效：（已隐藏）。$/);
});

test("a reason of our own is told in the language asked for", () => {
  for (const reasonCode of Object.keys(REASONS) as Reason[]) {
    const values = Object.fromEntries(
      placeholders(REASONS[reasonCode]["en-US"]).map((key) => [key, "7"]),
    );
    const details = { host: "h", ...because(reasonCode, values) };
    const english = fill(REASONS[reasonCode]["en-US"], values);
    ok(errorText("CONNECTION_LOST", details).text.includes(english), english);
    const { text } = errorText("CONNECTION_LOST", details, "zh-CN");
    ok(!text.includes(english) && placeholders(text).length === 0, text);
  }
});

test("a code whose text is not there leaves the detail as it is", () => {
  for (const reasonCode of ["nothing", "toString", ""]) {
    const details = { host: "h", reason: "as it came", reasonCode };
    match(errorText("CONNECTION_LOST", details, "zh-CN").text, /as it came/);
  }
});

test("what is allowed is told in the language asked for, with the rule's values", () => {
  const details = { setting: "heartbeat", value: "10", rule: "integer", min: 30, max: 300 };
  for (const language of LANGUAGES) {
    const { text, remedy } = errorText("SETTING_INVALID", details, language);
    ok(text.includes("heartbeat") && text.includes("10"), text);
    ok(remedy.includes("30") && remedy.includes("300"), remedy);
    equal(placeholders(text + remedy).length, 0);
  }
});

test("the details of an error leave no placeholder open", () => {
  for (const code of CODES) {
    const details: ErrorDetails = Object.fromEntries(
      ERRORS[code].details.map((key) => [key, "text"]),
    );
    for (const language of LANGUAGES) {
      const { short, text, remedy } = errorText(code, details, language);
      deepEqual(placeholders(`${short} ${text} ${remedy}`), [], code);
    }
  }
});

interface Construction {
  readonly where: string;
  readonly code: ErrorCode;
  readonly keys: readonly string[];
}

/** All `new …Error("CODE", { … })` of a file whose code and details are written out in place. */
function constructions(file: string): Construction[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);
  const found: Construction[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isNewExpression(node)) {
      const [first, second] = node.arguments ?? [];
      const code = CODES.find(
        (known) => first && ts.isStringLiteral(first) && first.text === known,
      );
      const keys = second === undefined ? [] : literalKeys(second, source);
      if (code !== undefined && keys !== undefined) found.push({ where: file, code, keys });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The keys of an object literal; undefined where one cannot be read off. */
function literalKeys(node: ts.Expression, source: ts.SourceFile): string[] | undefined {
  if (!ts.isObjectLiteralExpression(node) || node.properties.some(ts.isSpreadAssignment)) {
    return undefined;
  }
  return node.properties.map((property) => property.name?.getText(source) ?? "");
}

test("wherever an error is made with its details in place, no placeholder is left open", () => {
  const files = ["src", "nodes"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  const found = files.flatMap(constructions);
  ok(found.length >= 8, `only ${found.length} found: does the search still work?`);
  for (const { where, code, keys } of found) {
    const open = ERRORS[code].details.filter((key) => !keys.includes(key));
    deepEqual(open, [], `${where}: ${code}`);
  }
});
