// The forms of nodes whose settings an imported flow leaves out.
import { equal } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import { withEditor } from "../support/browser/editor";
import { EMPTY_FLOW, PLACE } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { ACK_DEFAULTS } from "../../src/settings/ack";
import { COMMAND_DEFAULTS } from "../../src/settings/command";
import { DEVICE_STATE_DEFAULTS } from "../../src/settings/device-state";
import { PROPERTIES_DEFAULTS } from "../../src/settings/properties";
import { SUBSCRIBE_DEFAULTS } from "../../src/settings/subscribe";

const DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "aliyun-iot-subscribe": SUBSCRIBE_DEFAULTS,
  "aliyun-iot-ack": ACK_DEFAULTS,
  "aliyun-iot-properties": PROPERTIES_DEFAULTS,
  "aliyun-iot-device-state": DEVICE_STATE_DEFAULTS,
  "aliyun-iot-command": COMMAND_DEFAULTS,
};

const nodeRed = NodeRed.forFile();

browserTest("a form shows the defaults of settings that a flow leaves out", async (browser) => {
  const types = Object.keys(DEFAULTS);
  const nodes = types.map((type, row) => ({ id: type, type, ...PLACE, y: 60 + 60 * row }));
  await nodeRed.deploy([...EMPTY_FLOW, ...nodes]);
  await withEditor({ browser, url: nodeRed.url }, async (editor) => {
    for (const type of types) {
      const form = await editor.edit(type);
      const shown = await form.values();
      for (const [setting, value] of Object.entries(DEFAULTS[type] ?? {})) {
        const field = `node-input-${setting}`;
        if (!(field in shown) || value === "") continue;
        equal(String(shown[field]), String(value), `${type}: ${setting}`);
      }
      await form.cancel();
    }
  });
});
