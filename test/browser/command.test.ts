// The form of the command node, filled in by mouse and gone through by keyboard.
import { deepEqual, equal, match } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import {
  chooseEntry,
  commandForm,
  fillTyped,
  loadModel,
  PRODUCT_KEY,
} from "../support/browser/command-form";
import { withEditor } from "../support/browser/editor";
import { withEmulator } from "../support/emulator/with-emulator";
import { LANGUAGES } from "../support/node-red/built-nodes";
import { COMMAND, commandFlow } from "../support/node-red/command-flow";
import { EMPTY_FLOW } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import type { EditorForm } from "../support/browser/editor-form";
import type { Emulator } from "../../src/emulator/emulator";
import type { Browser } from "playwright-core";

const nodeRed = NodeRed.forFile();

for (const language of LANGUAGES) {
  browserTest(`a command is filled in from the thing model, and sent, in ${language}`, (browser) =>
    commandForm(browser, { nodeRed, language }),
  );
}

/** Opens the form of a deployed command node. */
function withForm(
  browser: Browser,
  work: (form: EditorForm, emulator: Emulator) => Promise<void>,
): Promise<void> {
  return withEmulator({ devices: 1, rate: 0, httpPort: 0 }, async (emulator) => {
    const nodes = commandFlow(emulator);
    // The probes lie on top of it.
    await nodeRed.deploy(
      nodes.filter(({ id, z, type }) => id === COMMAND || z === undefined || type === "tab"),
    );
    try {
      await withEditor({ browser, url: nodeRed.url }, async (editor) => {
        const form = await editor.edit(COMMAND);
        await work(form, emulator);
        await form.cancel();
      });
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

browserTest("why a thing model cannot be loaded is told where it was asked for", (browser) =>
  withForm(browser, async (form, emulator) => {
    const key = form.tray.locator(PRODUCT_KEY);
    const status = form.tray.locator(".aliyun-iot-model-status");
    const load = form.tray.locator(".aliyun-iot-model-load");
    await load.click();
    match(await status.innerText(), /Enter the product key first/);
    await key.fill("unknownKey1");
    match(await loadModel(form), /does not find the product unknownKey1.*Check/s);
    emulator.fault({ fault: "refuse-call", reason: "no-permission" });
    await key.fill("k1demoPk01");
    match(await loadModel(form), /iot:QueryThingModelPublished is missing.*Grant/s);
    // Enter asks too, and does not close the form.
    await key.press("Enter");
    const first = form.tray.locator(".aliyun-iot-model-list button").first();
    await first.waitFor();
    // What is listed is of the product and the instance that the form named then.
    await key.fill("anotherKey1");
    match(await status.innerText(), /has changed since/);
    equal(await first.isVisible(), false);
    await key.fill("k1demoPk01");
    await loadModel(form);
    const instance = await form.editSelected("instance");
    await instance.fill("apiEndpoint", "http://127.0.0.1:1");
    await instance.ok();
    await form.tray.locator(".aliyun-iot-model-status[data-state=stale]").waitFor();
    equal(await first.isVisible(), false);
    const again = await form.editSelected("instance");
    await again.fill("apiEndpoint", `http://127.0.0.1:${emulator.httpPort ?? 0}`);
    await again.ok();
    await loadModel(form);
    await form.fill("action", "publish");
    equal(await load.isVisible(), false);
    await form.fill("action", "invoke-service");
    await chooseEntry(form, "selfTest");
    equal(await form.field("identifier").inputValue(), "selfTest");
    equal(await form.field("data").inputValue(), "{}");
  }),
);

browserTest(
  "the Tab key reaches every control of the form of commands, and each has a name",
  (browser) =>
    withForm(browser, async (form) => {
      await form.tray.locator(PRODUCT_KEY).fill("k1demoPk01");
      await form.fill("action", "invoke-service");
      await loadModel(form);
      await fillTyped(form, "data", { type: "json", value: "{}" });
      deepEqual(await form.unreachable(), []);
      deepEqual(await form.nameless(), []);
      // The form of the instance opens what is folded, and shows its field for another region.
      const instance = await form.editSelected("instance");
      await instance.tray.locator("#aliyun-iot-instance-region").selectOption("other");
      deepEqual(await instance.unreachable(), []);
      deepEqual(await instance.nameless(), []);
      await instance.cancel();
    }),
);
