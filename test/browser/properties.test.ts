// The form of the properties node, filled in by mouse and gone through by keyboard.
import { deepEqual, ok } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import { LANGUAGES } from "../support/node-red/built-nodes";
import { withEditor } from "../support/browser/editor";
import { EMPTY_FLOW } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { PROPERTIES, propertiesForm } from "../support/browser/properties-form";

const nodeRed = NodeRed.forFile();

for (const language of LANGUAGES) {
  browserTest(`properties are chosen and set to leave one by one, in ${language}`, (browser) =>
    propertiesForm(browser, { nodeRed, language }),
  );
}

browserTest(
  "the Tab key reaches every control of the form of properties, and each has a name",
  async (browser) => {
    await nodeRed.deploy(EMPTY_FLOW);
    await withEditor({ browser, url: nodeRed.url }, async (editor) => {
      const form = await editor.edit(await editor.drag(PROPERTIES, { x: 240, y: 120 }));
      const box = await form.field("passOthers").boundingBox();
      const hint = await form.tray.locator("#node-input-passOthers + p").boundingBox();
      ok(
        box !== null && hint !== null && box.y + box.height <= hint.y,
        "The hint overlaps the box.",
      );
      deepEqual(await form.unreachable(), []);
      deepEqual(await form.nameless(), []);
      await form.cancel();
    });
  },
);
