// What the editor shows of nodes that are not alone, or not as a form would have made them.
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import { expectPassed, testConnection } from "../support/browser/connection-test";
import { withEditor } from "../support/browser/editor";
import { EMPTY_FLOW, PLACE, SUBSCRIBER, subscriberFlow } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { withEmulator } from "../support/emulator/with-emulator";
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

browserTest("an imported instance without credentials is marked as incomplete", async (browser) => {
  await nodeRed.deploy(subscriberFlow({ port: 1, instance: { name: "deployed" } }));
  const [, instance] = subscriberFlow({ port: 1 });
  const named = (name: string, more: object) => ({ ...instance, ...more, id: name, name });
  const bare = (name: string, host: string) => named(name, { host, credentials: undefined });
  const accessKeyId = "${KEY_ID}";
  await withEditor({ browser, url: nodeRed.url }, async (editor) => {
    await editor.import([
      { ...bare("exported", "127.0.0.1"), type: "aliyun-iot-instance" },
      { ...bare("variable", "${HOST}"), type: "aliyun-iot-instance" },
      {
        ...named("example", { credentials: { accessKeyId, accessKeySecret: "secret" } }),
        type: "aliyun-iot-instance",
      },
    ]);
    const valid = await editor.page.evaluate(`(() => {
      const valid = {};
      RED.nodes.eachConfig((node) => { valid[node.name] = node.valid; });
      return valid;
    })()`);
    deepEqual(valid, { deployed: true, exported: false, variable: false, example: true });
  });
});

browserTest(
  "a subscriber is found in the palette, and says in its form that it shares its group",
  async (browser) => {
    const nodes = subscriberFlow({ port: 1, subscribe: { consumerGroupId: "G1" } });
    const first = nodes.find(({ id }) => id === SUBSCRIBER);
    const other = (name: string, more: object) => ({
      ...{ ...first, type: "aliyun-iot-subscribe", id: name, name, ...more },
    });
    await nodeRed.deploy([
      ...nodes.filter(({ id, z }) => id === SUBSCRIBER || z === undefined),
      { id: "tab-2", type: "tab", label: "second" },
      { id: "tab-off", type: "tab", label: "off", disabled: true },
      other("elsewhere", { z: "tab-2" }),
      other("disabled", { z: "tab-2", d: true }),
      other("of a disabled flow", { z: "tab-off" }),
      other("another group", { z: "tab-2", consumerGroupId: "G2" }),
    ]);
    await withEditor({ browser, url: nodeRed.url }, async (editor) => {
      // The palette's search looks at type and label, which do not have these words.
      const entries = editor.page.locator(".red-ui-palette-node[data-palette-type^=aliyun-iot]");
      for (const words of ["AMQP", "Alibaba", "阿里", "物联网"]) {
        await editor.search(words);
        equal(await entries.locator("visible=true").count(), 5, words);
      }
      const form = await editor.edit(SUBSCRIBER);
      const { height = 0 } = (await form.tray.locator("ol[data-empty]").boundingBox()) ?? {};
      ok(height > 20, "An empty list of filters is a bar.");
      const warning = form.tray.locator("#aliyun-iot-subscribe-shared");
      match(await warning.innerText(), /^In this Node-RED, “elsewhere” receives .*group, too/);
      await form.fill("consumerGroupId", "G3");
      equal(await warning.isVisible(), false);
      await form.fill("consumerGroupId", "G2");
      match(await warning.innerText(), /“another group”/);
      await form.cancel();
    });
  },
);

browserTest("a connection test inside a subflow takes the subflow's variables", (browser) =>
  withEmulator({}, async ({ port }) => {
    const nodes = subscriberFlow({ port: 1, instance: { port: "${AMQP_PORT}" } });
    const inSubflow = nodes.map((node) =>
      node.type.startsWith("aliyun-iot-") ? { ...node, z: "subflow" } : node,
    );
    const env = [{ name: "AMQP_PORT", type: "str", value: String(port) }];
    await nodeRed.deploy([
      ...inSubflow,
      { id: "subflow", type: "subflow", name: "receive", in: [], out: [], env },
      { id: "use", type: "subflow:subflow", ...PLACE, wires: [] },
    ]);
    await withEditor({ browser, url: nodeRed.url }, async (editor) => {
      await editor.page.evaluate("RED.workspaces.show('subflow')");
      const form = await editor.edit(SUBSCRIBER);
      expectPassed(await testConnection(form));
      await form.cancel();
    });
  }),
);
