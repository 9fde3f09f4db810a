// The form of the device state node, in both languages.
import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import { LANGUAGES } from "../support/node-red/built-nodes";
import { withEditor } from "../support/browser/editor";
import { EMPTY_FLOW } from "../support/node-red/flow";
import { CHINESE, expectTranslated, UNTRANSLATED } from "../support/browser/form-texts";
import { NodeRed } from "../support/node-red/node-red";
import { STATE, stateFlow } from "../support/node-red/state-flow";
import type { Browser } from "playwright-core";
import type { Language } from "../support/node-red/built-nodes";
import type { Editor } from "../support/browser/editor";
import type { EditorForm } from "../support/browser/editor-form";

const DEVICE_STATE = "aliyun-iot-device-state";

const nodeRed = NodeRed.forFile({ environment: { TEST_STORES: "memory,file" } });

/** Chooses a context or a store from the menu that a button opens. */
async function choose(editor: Editor, button: string, choice: string): Promise<void> {
  const { page } = editor;
  await page.locator(`.aliyun-iot-form .red-ui-typedInput-${button}`).click();
  await page.locator(".red-ui-typedInput-options:visible a", { hasText: choice }).click();
}

async function fillKey({ tray }: EditorForm, key: string): Promise<void> {
  const field = tray.locator(".red-ui-typedInput-input");
  await field.fill(key);
  await field.dispatchEvent("change");
}

/** The settings of the deployed node. */
async function deployed(): Promise<Readonly<Record<string, unknown>>> {
  const { flows } = (await nodeRed.request("GET", "/flows")) as {
    flows: readonly Readonly<Record<string, unknown>>[];
  };
  const node = flows.find(({ type }) => type === DEVICE_STATE);
  const { context, contextType, maxDevices } = node ?? {};
  return { context, contextType, maxDevices };
}

/** Why the key is marked as wrong, as hovering over it tells. */
async function reasonOfKey(editor: Editor, form: EditorForm): Promise<string> {
  const popover = editor.page.locator(".red-ui-popover-content");
  await form.tray.locator(".red-ui-typedInput-container").hover();
  await popover.waitFor();
  const text = await popover.innerText();
  await editor.page.mouse.move(0, 0);
  await popover.waitFor({ state: "detached" });
  return text;
}

async function goThrough(editor: Editor, language: Language): Promise<void> {
  const id = await editor.drag(DEVICE_STATE, { x: 240, y: 120 });
  let form = await editor.edit(id);
  deepEqual(await form.wrong(), []);
  await expectTranslated(form, language);
  const key = form.tray.locator(".red-ui-typedInput-input");
  const hint = (await key.getAttribute("aria-describedby")) ?? "none";
  equal(await form.tray.locator(`#${hint}`).count(), 1, hint);
  const usual = await form.values();

  await form.fill("maxDevices", "many");
  deepEqual(await form.wrong(), ["maxDevices"]);
  const reason = await form.reason("maxDevices");
  doesNotMatch(reason, UNTRANSLATED);
  equal(CHINESE.test(reason), language === "zh-CN", reason);
  await form.fill("maxDevices", "500");

  await fillKey(form, "9 lives");
  deepEqual(await form.wrong(), ["context"]);
  const why = await reasonOfKey(editor, form);
  equal(CHINESE.test(why), language === "zh-CN", why);
  await fillKey(form, "meters");
  deepEqual(await form.wrong(), []);

  await choose(editor, "type-select", "global");
  await choose(editor, "option-trigger", "file");
  deepEqual(await form.unreachable(), []);
  deepEqual(await form.nameless(), []);
  await expectTranslated(form, language);
  const saved = await form.values();
  await form.ok();
  await editor.deploy();
  deepEqual(await deployed(), {
    context: "#:(file)::meters",
    contextType: "global",
    maxDevices: 500,
  });

  await editor.reload();
  form = await editor.edit(id);
  deepEqual(await form.values(), saved);
  await choose(editor, "option-trigger", "memory");
  await choose(editor, "type-select", "flow");
  await fillKey(form, "devices");
  await form.fill("maxDevices", "10000");
  deepEqual(await form.values(), usual);
  await form.ok();
  await editor.deploy();
  deepEqual(await deployed(), { context: "devices", contextType: "flow", maxDevices: 10_000 });

  const help = await (await editor.help(DEVICE_STATE)).innerText();
  equal(CHINESE.test(help), language === "zh-CN", help);
}

for (const language of LANGUAGES) {
  browserTest(
    `the form offers the stores of settings.js and stores what was chosen, in ${language}`,
    async (browser: Browser) => {
      try {
        await withEditor({ browser, url: nodeRed.url, language }, (editor) =>
          goThrough(editor, language),
        );
      } finally {
        await nodeRed.deploy(EMPTY_FLOW);
      }
    },
  );
}

browserTest("a node whose store settings.js does not have is marked as wrong", async (browser) => {
  await nodeRed.deploy(stateFlow({ context: "#:(attic)::devices" }).slice(0, 2));
  await withEditor({ browser, url: nodeRed.url }, async (editor) => {
    equal(await editor.page.evaluate(`RED.nodes.node("${STATE}").valid`), false);
  });
  await nodeRed.deploy(EMPTY_FLOW);
});
