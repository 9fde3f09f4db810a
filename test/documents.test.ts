import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { ERRORS } from "../src/errors/table";
import { anchors, relativeLinks, section, tables } from "./support/documents/markdown";
import { NODE_TYPES } from "./support/documents/node-types";
import type { ErrorCode } from "../src/errors/error";

const read = (file: string) => readFileSync(file, "utf8");
const inFolder = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => normalize(join(folder, name)));
const PAGES = [".", "docs", "docs/adr"].flatMap(inFolder);

for (const page of PAGES) {
  test(`the links of ${page} lead somewhere`, () => {
    for (const link of relativeLinks(read(page))) {
      const [path = "", anchor] = decodeURIComponent(link).split("#");
      const target = path === "" ? page : join(dirname(page), path);
      ok(existsSync(target), link);
      if (anchor !== undefined) ok(anchors(read(target)).has(anchor), link);
    }
  });
}

test("docs/README.md lists every document, and those in Chinese beside the English ones", () => {
  const listed = relativeLinks(read("docs/README.md")).map((link) => join("docs", link));
  const documents = inFolder("docs").filter((page) => page !== "docs/README.md");
  deepEqual(
    documents.filter((page) => !listed.includes(page)),
    [],
  );
});

test("a document without a Chinese twin is for developers, or says so in Chinese", () => {
  const forDevelopers = ["docs/README.md", "docs/architecture.md"];
  for (const page of inFolder("docs")) {
    if (page.endsWith(".zh-CN.md") || forDevelopers.includes(page)) continue;
    const hasTwin = existsSync(page.replace(/\.md$/, ".zh-CN.md"));
    ok(hasTwin || read(page).includes("只有英文"), page);
  }
});

test("CONTRIBUTING.md names only files that exist", () => {
  const named = [
    ...read("CONTRIBUTING.md").matchAll(/`((?:src|nodes|test|scripts|docs)\/[^`<]*)`/g),
  ];
  ok(named.length > 20);
  for (const [, path = ""] of named) ok(existsSync(path), path);
});

for (const page of ["docs/nodes.md", "docs/nodes.zh-CN.md"]) {
  test(`${page} has the settings of every node`, () => {
    const text = read(page);
    for (const type of NODE_TYPES) {
      ok(section(text, `\`${type}\``).includes(`<!-- settings: ${type} -->`), type);
    }
  });
}

test("docs/emulator.zh-CN.md has the faults of the English page, with their parameters", () => {
  const [english = []] = tables(section(read("docs/emulator.md"), "Faults"));
  const [chinese = []] = tables(section(read("docs/emulator.zh-CN.md"), "故障"));
  const named = ([fault, parameters = ""]: string[]) => [fault, parameters.match(/`[^`]+`/g)];
  ok(english.length > 10);
  deepEqual(chinese.map(named), english.map(named));
});

test("docs/recovery.zh-CN.md has the codes of the English page, with status and next attempt", () => {
  const [english = [], messages = []] = tables(read("docs/recovery.md"));
  const [chinese = [], chineseMessages = []] = tables(read("docs/recovery.zh-CN.md"));
  deepEqual(
    [...chinese, ...chineseMessages].map(([, code]) => code),
    [...english, ...messages].map(([, code]) => code),
  );
  const next = { fast: "快", slow: "慢", never: "不重试" };
  for (const [what = "", quoted = "", status = "", attempt] of chinese) {
    const code = quoted.replaceAll("`", "") as ErrorCode;
    const { retry, "zh-CN": texts } = ERRORS[code];
    const short = texts.short.replace(/ ?__label__ ?|__variable__/, "…");
    equal(status, short, what);
    equal(attempt, code === "CONNECT_LIMIT" ? "一分钟过后" : next[retry], what);
  }
});
