import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { LineReader } from "../../nodes/shared/connection-test-answer.editor";
import { textIn } from "../../nodes/shared/refusal.editor";
import { readStatistics } from "../../nodes/subscribe/statistics-answer.editor";
import { MESSAGE_TYPES, TOPIC_TABLE } from "../../src/protocol/topic";
import { REGIONS } from "../../src/protocol/endpoint";
import { builtHtml, catalogue, LANGUAGES, scripts } from "../support/node-red/built-nodes";
import { isTopicFilter } from "../../src/protocol/topic";
import type { TestLine } from "../../nodes/shared/connection-test-answer.editor";

const NODES = [
  "aliyun-iot-instance",
  "aliyun-iot-subscribe",
  "aliyun-iot-ack",
  "aliyun-iot-command",
];

/** Whether a text, or with a dot at the end any text below that path, exists. */
function has(texts: ReadonlyMap<string, string>, key: string): boolean {
  return key.endsWith(".")
    ? [...texts.keys()].some((path) => path.startsWith(key))
    : texts.has(key);
}

test("every text that the script of a form asks for exists in both languages", () => {
  for (const node of NODES) {
    const script = scripts(builtHtml(node)).join("\n");
    // What follows a placeholder is known at run time only: what stands before it is a path.
    const found = script.matchAll(/\._\((?:"([\w.-]+)"|`([\w.-]+)\$\{)/g);
    const keys = [...found].map(([, whole, start]) => whole ?? start ?? "");
    if (node !== "aliyun-iot-ack") ok(keys.length > 10, `${node}: does the search still work?`);
    for (const language of LANGUAGES) {
      const missing = keys.filter((key) => !has(catalogue(node, language), key));
      deepEqual(missing, [], `${node} ${language}`);
    }
  }
});

test("every choice that a form makes of a table has its words in both languages", () => {
  const types = MESSAGE_TYPES.filter((type) => type !== "unknown");
  for (const language of LANGUAGES) {
    const instance = catalogue("aliyun-iot-instance", language);
    const subscribe = catalogue("aliyun-iot-subscribe", language);
    for (const { regionId } of REGIONS) ok(instance.has(`form.regions.${regionId}`), regionId);
    for (const type of types) ok(subscribe.has(`messageTypes.${type}`), type);
  }
});

test("every pattern of a message type becomes a filter when its placeholders become +", () => {
  for (const { pattern } of TOPIC_TABLE) ok(isTopicFilter(pattern.replace(/\{\w+\}/g, "+")));
});

test("the texts that the forms share are no catalogue of their own in the package", () => {
  for (const language of LANGUAGES) {
    ok(!existsSync(`dist/nodes/locales/${language}/shared.json`));
    for (const node of NODES) ok(catalogue(node, language).has("test.start"), node);
  }
});

test("each line of a test's answer is handed on once, as soon as all of it has come", () => {
  const lines: TestLine[] = [];
  const reader = new LineReader((line) => lines.push(line));
  const first = '{"step":"dns","title":"DNS","state":"running"}\n';
  const second = '{"step":"dns","state":"failed","hints":["a",7,"b"]}\n';
  reader.read(first.slice(0, 10));
  equal(lines.length, 0);
  reader.read(first);
  reader.read(first + second.slice(0, 20));
  deepEqual(lines, [{ step: "dns", title: "DNS", state: "running", hints: [] }]);
  reader.read(`${first}${second}not json\nnull\n`);
  deepEqual(lines.slice(1), [{ step: "dns", state: "failed", hints: ["a", "b"] }]);
  reader.read(`${first}${second}not json\nnull\n{"result":"failed","report":"r"}\n`);
  deepEqual(lines.slice(2), [{ result: "failed", report: "r", hints: [] }]);
});

test("a refusal's text is read, and an answer that is none has no text", () => {
  equal(textIn('{"text":"wait"}'), "wait");
  for (const answer of ["", "<html>", '{"text":7}', "[]"]) equal(textIn(answer), undefined, answer);
});

test("statistics are read leniently: what is not there, or not what it should be, is left out", () => {
  deepEqual(
    readStatistics({
      state: {
        value: "subscribed",
        connected: 3,
        connections: 4,
        paused: true,
        cause: { text: "c" },
      },
      sinceMs: 5,
      ratePerSecond: 1.5,
      counters: { received: 7, accepted: "many" },
      lastError: { code: "X", text: "e", atMs: 6 },
    }),
    {
      state: "subscribed",
      connected: 3,
      connections: 4,
      paused: true,
      cause: { text: "c" },
      sinceMs: 5,
      ratePerSecond: 1.5,
      counters: { received: 7 },
      lastError: { text: "e", atMs: 6 },
    },
  );
  const nothing = { state: "", paused: false, ratePerSecond: 0, counters: {} };
  for (const answer of [undefined, null, "text", { state: null, lastError: null }]) {
    deepEqual(readStatistics(answer), nothing);
  }
});
