import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { EMULATOR_DEFAULTS } from "../src/settings/emulator";
import { LABELS } from "../src/errors/setting-texts";
import { textAt } from "../src/errors/texts";
import { section, tables } from "./support/documents/markdown";
import { NODE_TYPES } from "./support/documents/node-types";
import type { Language } from "../src/errors/texts";

const READMES = { "en-US": "README.md", "zh-CN": "README.zh-CN.md" } as const;
const FIRST_FLOW = {
  "en-US": "First flow, with the emulator",
  "zh-CN": "第一个流程（连接模拟器）",
};
const NODES = { "en-US": "The nodes", "zh-CN": "节点" };
const RESTART = {
  "en-US": /operating system.*restart(?: of)? Node-RED/,
  "zh-CN": /操作系统的环境变量.*重启 Node-RED/,
};
const MAX_WORDS = 1_500;

const bare = (cell = "") => cell.replace(/^[_`*]+|[_`*]+$/g, "");

for (const language of ["en-US", "zh-CN"] as const) {
  const file = READMES[language];
  const readme = readFileSync(file, "utf8");

  test(`${file} is short`, () => {
    const words = readme.split(/\s+/).filter((word) => word !== "");
    ok(words.length <= MAX_WORDS, `${words.length} words`);
  });

  test(`${file} lists the nodes of the package`, () => {
    const [nodes = []] = tables(section(readme, NODES[language]));
    deepEqual(
      nodes.map(([type]) => bare(type)),
      NODE_TYPES,
    );
  });

  test(`${file}, the reference and the form's help say when a changed variable counts`, () => {
    const help = `nodes/instance/locales/${language}/aliyun-iot-instance.html`;
    const reference = language === "en-US" ? "docs/nodes.md" : "docs/nodes.zh-CN.md";
    for (const page of [file, reference, help]) {
      match(readFileSync(page, "utf8"), RESTART[language], page);
    }
  });

  test(`${file} says what to type for the emulator, in the words of the forms`, () => {
    const firstFlow = section(readme, FIRST_FLOW[language]);
    const [fields = []] = tables(firstFlow);
    const typed = new Map(fields.map(([label, value = ""]) => [bare(label), value]));
    const labelOf = (setting: string) => textAt(LABELS, setting, language) ?? setting;
    const { host, port, accessKeyId, accessKeySecret } = EMULATOR_DEFAULTS;
    for (const [setting, value] of Object.entries({ host, port, accessKeyId, accessKeySecret })) {
      ok(typed.get(labelOf(setting))?.startsWith(`\`${value}\``), setting);
    }
    equal(EMULATOR_DEFAULTS.iotInstanceId, "");
    for (const setting of ["iotInstanceId", "useTls"]) ok(typed.has(labelOf(setting)), setting);
    const { kind = "", kinds, advanced = "" } = formTexts("instance", language).form;
    equal(bare(typed.get(kind)), kinds?.other);
    for (const text of [formTexts("subscribe", language).paletteLabel, advanced]) {
      ok(firstFlow.includes(text), text);
    }
  });
}

interface FormTexts {
  readonly paletteLabel: string;
  readonly form: {
    readonly kind?: string;
    readonly kinds?: { readonly other: string };
    readonly advanced?: string;
  };
}

function formTexts(node: string, language: Language): FormTexts {
  const file = `nodes/${node}/locales/${language}/aliyun-iot-${node}.json`;
  return JSON.parse(readFileSync(file, "utf8")) as FormTexts;
}
