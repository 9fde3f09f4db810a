// The forms without a mouse, and without eyes.
import { deepEqual } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import { withEditor } from "../support/browser/editor";
import { subscriberFlow, SUBSCRIBER } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import type { EditorForm } from "../support/browser/editor-form";

const nodeRed = NodeRed.forFile();

async function expectUsable(form: EditorForm): Promise<void> {
  deepEqual(await form.unreachable(), []);
  // With everything unfolded.
  deepEqual(await form.nameless(), []);
}

browserTest(
  "the Tab key reaches every control of both forms, and each has a name",
  async (browser) => {
    const subscribe = { topicFilters: ["/+/+/user/#"], settleMode: "manual" };
    const nodes = subscriberFlow({ port: 1, subscribe });
    // The probes lie on top of it.
    await nodeRed.deploy(nodes.filter(({ id, z }) => id === SUBSCRIBER || z === undefined));
    await withEditor({ browser, url: nodeRed.url }, async (editor) => {
      const form = await editor.edit(SUBSCRIBER);
      await expectUsable(form);
      const instance = await form.editSelected("instance");
      await expectUsable(instance);
      await instance.cancel();
      await form.cancel();
    });
  },
);
