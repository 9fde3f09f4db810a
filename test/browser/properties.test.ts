// The form of the properties node, as a user fills it in.
import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { after, before } from "node:test";
import { browserTest } from "../support/browser-test";
import { LANGUAGES } from "../support/built-nodes";
import { withEditor } from "../support/editor";
import { EMPTY_FLOW } from "../support/flow";
import { expectTranslated, UNTRANSLATED } from "../support/journey";
import { NodeRed } from "../support/node-red";
import type { Editor } from "../support/editor";
import type { EditorForm } from "../support/editor-form";
import type { FlowNode } from "../support/node-red";

const TYPE = "aliyun-iot-properties";
const CHINESE = /\p{Script=Han}/u;

let nodeRed: NodeRed;
before(async () => {
  nodeRed = await NodeRed.start();
});
after(() => nodeRed.stop());

/** The node as it was deployed. */
async function stored(): Promise<FlowNode | undefined> {
  const { flows } = (await nodeRed.request("GET", "/flows")) as { flows: FlowNode[] };
  return flows.find(({ type }) => type === TYPE);
}

async function ports(editor: Editor, id: string): Promise<number> {
  return editor.node(id).locator(".red-ui-flow-port-output").count();
}

/** The outputs whose example is shown. */
async function examples({ tray }: EditorForm): Promise<(string | null)[]> {
  const shown = tray.locator("[data-output]").locator("visible=true");
  return shown.evaluateAll((all) => all.map((example) => example.getAttribute("data-output")));
}

for (const language of LANGUAGES) {
  browserTest(
    `properties are chosen and set to leave one by one, in ${language}`,
    async (browser) => {
      await nodeRed.deploy(EMPTY_FLOW);
      await withEditor({ browser, url: nodeRed.url, language }, async (editor) => {
        const id = await editor.drag(TYPE, { x: 240, y: 120 });
        equal(await ports(editor, id), 2);

        let form = await editor.edit(id);
        deepEqual(await examples(form), ["flat"]);
        for (const output of ["influx", "each"]) {
          await form.fill("output", output);
          deepEqual(await examples(form), [output]);
          await expectTranslated(form, language);
        }
        const identifiers = form.tray.locator(`#${TYPE}-identifiers`);
        await identifiers.fill(" temperature，pos.lat ,, fb:on");
        await form.fill("passOthers", true);
        deepEqual(await form.wrong(), []);
        await form.ok();
        equal(await ports(editor, id), 3);
        match((await editor.node(id).textContent()) ?? "", /each/);
        const third = editor.node(id).locator(".red-ui-flow-port-output .red-ui-flow-port").nth(2);
        await third.hover();
        const label = editor.page.locator(".red-ui-flow-port-tooltip, .red-ui-flow-tooltip").last();
        match(
          (await label.textContent()) ?? "",
          language === "zh-CN" ? /其他消息/ : /other messages/,
        );

        await editor.deploy();
        const first = await stored();
        deepEqual(
          [first?.["output"], first?.["passOthers"], first?.["outputs"]],
          ["each", true, 3],
        );
        deepEqual(first?.["identifiers"], ["temperature", "pos.lat", "fb:on"]);

        await editor.reload();
        form = await editor.edit(id);
        deepEqual(await examples(form), ["each"]);
        equal(await identifiers.inputValue(), "temperature, pos.lat, fb:on");
        await identifiers.fill("${CHOSEN}");
        await form.fill("passOthers", false);
        await form.ok();
        equal(await ports(editor, id), 2);
        await editor.deploy();
        const again = await stored();
        deepEqual([again?.["identifiers"], again?.["outputs"]], ["${CHOSEN}", 2]);

        const help = await (await editor.help(TYPE)).innerText();
        match(help, /influxdb out/);
        equal(CHINESE.test(help), language === "zh-CN", help);
        doesNotMatch(await editor.page.locator("body").innerText(), UNTRANSLATED);
      });
    },
  );
}

browserTest(
  "the Tab key reaches every control of the form of properties, and each has a name",
  async (browser) => {
    await nodeRed.deploy(EMPTY_FLOW);
    await withEditor({ browser, url: nodeRed.url }, async (editor) => {
      const form = await editor.edit(await editor.drag(TYPE, { x: 240, y: 120 }));
      deepEqual(await form.unreachable(), []);
      deepEqual(await form.nameless(), []);
      await form.cancel();
    });
  },
);
