// Where Node-RED asks who one is: the form's requests carry the editor's access token.
import { equal, match } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import { expectPassed, testConnection } from "../support/browser/connection-test";
import { Editor } from "../support/browser/editor";
import { SUBSCRIBER, subscriberFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Browser } from "playwright-core";
import type { Emulator } from "../../src/emulator/emulator";

const nodeRed = NodeRed.forFile({ environment: { TEST_ADMIN_AUTH: "true" } });

/** Opens the form of a deployed subscriber as somebody who has logged in, and tests from there. */
function testedBy(user: string, browser: Browser, emulator: Emulator) {
  return Editor.open(browser, nodeRed.url, { user }).then(async (editor) => {
    try {
      const form = await editor.edit(SUBSCRIBER);
      await form.tray.locator(".aliyun-iot-statistics [data-counter=received]").waitFor();
      const signIns = emulator.signIns.length;
      const test = await testConnection(form);
      return { ...test, signIns: emulator.signIns.length - signIns };
    } finally {
      await editor.close();
    }
  });
}

browserTest(
  "who may deploy may test; who may only read is told so, and sees the statistics",
  (browser) =>
    withEmulator({}, async (emulator) => {
      const nodes = subscriberFlow({ port: emulator.port });
      await nodeRed.request("POST", "/flows", {
        headers: { authorization: "Bearer *", "node-red-deployment-type": "full" },
        // The probes lie on top of it.
        body: {
          flows: nodes.filter(
            ({ id, z, type }) => id === SUBSCRIBER || z === undefined || type === "tab",
          ),
        },
      });
      await nodeRed.next("shown", ({ status }) => status?.fill === "green");
      const builder = await testedBy("builder", browser, emulator);
      expectPassed(builder);
      equal(builder.signIns, 1);
      const reader = await testedBy("reader", browser, emulator);
      match(reader.result, /needs the permission to deploy/);
      equal(reader.signIns, 0);
    }),
);
