import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { withEditor } from "./editor";
import { EMPTY_FLOW } from "../node-red/flow";
import { expectTranslated, UNTRANSLATED } from "./form-texts";
import type { Browser } from "playwright-core";
import type { Language } from "../node-red/built-nodes";
import type { Editor } from "./editor";
import type { EditorForm } from "./editor-form";
import type { JourneyOptions } from "./journey";
import type { FlowNode, NodeRed } from "../node-red/node-red";

export const PROPERTIES = "aliyun-iot-properties";
const IDENTIFIERS = `#${PROPERTIES}-identifiers`;
const CHINESE = /\p{Script=Han}/u;

/** The node as it was deployed. */
async function stored(nodeRed: NodeRed): Promise<FlowNode | undefined> {
  const { flows } = (await nodeRed.request("GET", "/flows")) as { flows: FlowNode[] };
  return flows.find(({ type }) => type === PROPERTIES);
}

async function portCount(editor: Editor, id: string): Promise<number> {
  return editor.node(id).locator(".red-ui-flow-port-output").count();
}

/** The outputs whose example is shown. */
async function examples({ tray }: EditorForm): Promise<(string | null)[]> {
  const shown = tray.locator("[data-output]").locator("visible=true");
  return shown.evaluateAll((all) => all.map((example) => example.getAttribute("data-output")));
}

async function fillIn(form: EditorForm, language: Language): Promise<void> {
  deepEqual(await examples(form), ["flat"]);
  for (const output of ["influx", "each"]) {
    await form.fill("output", output);
    deepEqual(await examples(form), [output]);
    await expectTranslated(form, language);
  }
  await form.tray.locator(IDENTIFIERS).fill(" temperature，pos.lat ,, fb:on");
  await form.fill("passOthers", true);
  deepEqual(await form.wrong(), []);
  await form.ok();
}

/** Fills in the form, deploys, and finds all as saved; then changes it back. */
async function goThrough(editor: Editor, { nodeRed, language }: JourneyOptions): Promise<void> {
  const id = await editor.drag(PROPERTIES, { x: 240, y: 120 });
  equal(await portCount(editor, id), 2);
  await fillIn(await editor.edit(id), language);
  equal(await portCount(editor, id), 3);
  match((await editor.node(id).textContent()) ?? "", /each/);
  await editor.node(id).locator(".red-ui-flow-port-output .red-ui-flow-port").nth(2).hover();
  const tooltip = editor.page.locator(".red-ui-flow-port-tooltip").last();
  match((await tooltip.textContent()) ?? "", language === "zh-CN" ? /其他消息/ : /other messages/);
  await editor.deploy();
  const first = await stored(nodeRed);
  deepEqual([first?.["output"], first?.["passOthers"], first?.["outputs"]], ["each", true, 3]);
  deepEqual(first?.["identifiers"], ["temperature", "pos.lat", "fb:on"]);

  await editor.reload();
  const form = await editor.edit(id);
  deepEqual(await examples(form), ["each"]);
  const identifiers = form.tray.locator(IDENTIFIERS);
  equal(await identifiers.inputValue(), "temperature, pos.lat, fb:on");
  await identifiers.fill("${CHOSEN}");
  await form.fill("passOthers", false);
  await form.ok();
  equal(await portCount(editor, id), 2);
  await editor.deploy();
  const second = await stored(nodeRed);
  deepEqual([second?.["identifiers"], second?.["outputs"]], ["${CHOSEN}", 2]);

  const help = await (await editor.help(PROPERTIES)).innerText();
  match(help, /influxdb out/);
  equal(CHINESE.test(help), language === "zh-CN", help);
  doesNotMatch(await editor.page.locator("body").innerText(), UNTRANSLATED);
}

/** The form of the properties node, as a user fills it in. */
export async function propertiesForm(browser: Browser, options: JourneyOptions): Promise<void> {
  const { nodeRed, language } = options;
  await nodeRed.deploy(EMPTY_FLOW);
  try {
    await withEditor({ browser, url: nodeRed.url, language }, (editor) =>
      goThrough(editor, options),
    );
  } finally {
    await nodeRed.deploy(EMPTY_FLOW);
  }
}
