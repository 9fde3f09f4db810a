import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fieldRows, fieldText, MESSAGE_TEXTS, typeName } from "../scripts/message-fields";
import { exampleOf } from "../scripts/message-examples";
import { MESSAGE_TYPES } from "../src/protocol/topic";
import { misfits } from "./support/messages/payload-check";

const PAGES = { "en-US": "docs/messages.md", "zh-CN": "docs/messages.zh-CN.md" } as const;

test("docs/messages.md and its Chinese twin say what the table of messages says", () => {
  const args = ["--import", "tsx", "scripts/message-pages.ts", "--check"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  equal(status, 0, stderr);
});

test("the example of each message type is one of that type, with the fields of the table", () => {
  for (const messageType of MESSAGE_TYPES) {
    const example = exampleOf(messageType);
    deepEqual([example.messageType, ...misfits(messageType, example.payload)], [messageType]);
  }
});

/** Every path of texts, such as `fields.items.*.value`. */
function paths(value: unknown, prefix = ""): string[] {
  if (typeof value !== "object" || value === null) return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${prefix}/${key}`));
}

test("both languages have the same texts of messages, none of them empty", () => {
  deepEqual(paths(MESSAGE_TEXTS["zh-CN"]), paths(MESSAGE_TEXTS["en-US"]));
  for (const texts of Object.values(MESSAGE_TEXTS)) ok(!JSON.stringify(texts).includes('""'));
});

for (const [language, texts] of Object.entries(MESSAGE_TEXTS)) {
  test(`every message type, field and field type of the table has a text in ${language}`, () => {
    for (const messageType of MESSAGE_TYPES) {
      const rows = fieldRows(messageType);
      const { payload } = texts.messages[messageType];
      equal(payload === undefined, rows.length > 0, `${messageType}: fields, or what it may be`);
      for (const { path, type } of rows) {
        ok(fieldText(texts, messageType, path), `${messageType} ${path} has no text.`);
        const name = typeName(type);
        ok(name === undefined || texts.types[name], `${messageType} ${path} has no type.`);
      }
    }
  });

  test(`no text in ${language} is left of a message type, field or field type that is gone`, () => {
    deepEqual(Object.keys(texts.messages), MESSAGE_TYPES);
    const unused = new Set(Object.keys(texts.fields));
    const types = new Set(Object.keys(texts.types));
    for (const messageType of MESSAGE_TYPES) {
      const rows = fieldRows(messageType);
      const own = texts.messages[messageType].fields ?? {};
      const gone = Object.keys(own).filter((path) => rows.every((row) => row.path !== path));
      deepEqual(gone, [], messageType);
      for (const { path, type, optional } of rows) {
        if (own[path] === undefined) unused.delete(path);
        types.delete(typeName(type) ?? "");
        if (optional) types.delete("optional");
      }
    }
    deepEqual([...unused, ...types], []);
  });
}

test("the pages have no empty cell, and a heading for each type that the overview links to", () => {
  for (const page of Object.values(PAGES)) {
    const text = readFileSync(page, "utf8");
    ok(!/\| *\|/.test(text), `${page} has an empty cell.`);
    for (const messageType of MESSAGE_TYPES) {
      match(text, new RegExp(`^\\| \\[\`${messageType}\`\\]\\(#${messageType}\\) `, "m"));
      match(text, new RegExp(`^## \`${messageType}\`$`, "m"));
    }
  }
});
