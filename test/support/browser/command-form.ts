import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { expectPassed, testConnection } from "./connection-test";
import { withEditor } from "./editor";
import { CHINESE, expectTranslated, UNTRANSLATED } from "./form-texts";
import { withEmulator } from "../emulator/with-emulator";
import { EMPTY_FLOW } from "../node-red/flow";
import { until } from "../time/until";
import type { Browser, Locator } from "playwright-core";
import type { Emulator } from "../../../src/emulator/emulator";
import type { Language } from "../node-red/built-nodes";
import type { FlowNode, NodeRed } from "../node-red/node-red";
import type { Editor } from "./editor";
import type { EditorForm } from "./editor-form";
import type { JourneyOptions } from "./journey";

export const COMMAND_TYPE = "aliyun-iot-command";
export const PRODUCT_KEY = "#aliyun-iot-command-product-key";
const DEVICE = "k1demoPk01/meter-01";

/** What a form shows for each action. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  "set-properties": ["device", "data", "qos", "reply", "model"],
  "invoke-service": ["device", "identifier", "data", "qos", "reply", "model"],
  publish: ["device", "topic", "data", "qos"],
  request: ["device", "topic", "data"],
  "get-status": ["device"],
  "get-properties": ["device"],
};

async function shownRows({ tray }: EditorForm): Promise<(string | null)[]> {
  const rows = tray.locator("[data-needs]").locator("visible=true");
  return rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-needs")));
}

function typedInput({ tray }: EditorForm, property: string): Locator {
  return tray.locator(`#node-input-${property} + .red-ui-typedInput-container`);
}

/** Chooses a type from the menu of a typed input, then types. */
export async function fillTyped(
  form: EditorForm,
  property: string,
  { type, value }: { readonly type: string; readonly value: string },
): Promise<void> {
  const input = typedInput(form, property);
  await input.locator(".red-ui-typedInput-type-select").click();
  await form.tray.page().locator(`.red-ui-typedInput-options:visible a[value=${type}]`).click();
  await input.locator(".red-ui-typedInput-input").fill(value);
  await input.locator(".red-ui-typedInput-input").dispatchEvent("change");
}

/** Type and value of a typed input. */
async function typedIn(form: EditorForm, property: string): Promise<readonly string[]> {
  const type = await form.field(`${property}Type`).inputValue();
  return [type, await form.field(property).inputValue()];
}

/** Why a typed input is marked as wrong, as hovering over it tells. */
async function reasonOf(form: EditorForm, property: string): Promise<string> {
  const page = form.tray.page();
  const popover = page.locator(".red-ui-popover-content");
  await typedInput(form, property).hover();
  await popover.waitFor();
  const text = await popover.innerText();
  await page.mouse.move(0, 0);
  await popover.waitFor({ state: "detached" });
  return text;
}

/** Presses the button that loads the thing model; what the form says then. */
export async function loadModel(form: EditorForm): Promise<string> {
  const page = form.tray.page();
  const answered = page.waitForResponse((response) =>
    response.url().endsWith("/aliyun-iot/thing-model"),
  );
  await form.tray.locator(".aliyun-iot-model-load").click();
  await (await answered).finished();
  const status = form.tray.locator(".aliyun-iot-model-status:not([data-state=running])");
  await status.waitFor();
  return status.innerText();
}

export async function chooseEntry({ tray }: EditorForm, identifier: string): Promise<void> {
  const entry = tray.locator(".aliyun-iot-model-list button");
  await entry.filter({ has: tray.page().locator("code", { hasText: identifier }) }).click();
}

async function goThroughActions(form: EditorForm, language: Language): Promise<void> {
  for (const [action, needs] of Object.entries(NEEDS)) {
    await form.fill("action", action);
    deepEqual(await shownRows(form), needs, action);
    equal(await form.field("timeout").inputValue(), action === "request" ? "8" : "10");
    await expectTranslated(form, language);
  }
  await form.fill("timeout", "6");
  await form.fill("action", "request");
  equal(await form.field("timeout").inputValue(), "6");
  await form.fill("timeout", "8");
  await form.fill("action", "publish");
  equal(await form.field("timeout").inputValue(), "10");
  deepEqual(await form.wrong(), ["instance", "topic"]);
  await form.fill("action", "set-properties");
  deepEqual(await form.wrong(), ["instance"]);
}

/** The line below the fields follows them. */
async function fillSending(instance: EditorForm, emulator: Emulator): Promise<void> {
  const line = instance.tray.locator("#aliyun-iot-instance-api");
  const region = instance.tray.locator("#aliyun-iot-instance-region");
  await instance.tray.locator("#aliyun-iot-instance-sending > summary").click();
  equal(await line.getAttribute("data-state"), "missing");
  await region.selectOption("cn-beijing");
  match(await line.innerText(), /https:\/\/iot\.cn-beijing\.aliyuncs\.com/);
  await instance.fill("host", "123456.iot-amqp.eu-central-1.aliyuncs.com");
  await region.selectOption("");
  match(await line.innerText(), /https:\/\/iot\.eu-central-1\.aliyuncs\.com/);
  match(await region.locator("option").first().innerText(), /eu-central-1/);
  await region.selectOption("other");
  await instance.fill("region", "Europe");
  deepEqual(
    (await instance.wrong()).filter((setting) => setting === "region"),
    ["region"],
  );
  await instance.fill("region", "${REGION}");
  match(await line.innerText(), /\$\{REGION\}/);
  await region.selectOption("");
  await instance.fill("host", emulator.host);
  const endpoint = instance.field("apiEndpoint");
  equal(await endpoint.getAttribute("placeholder"), "http://127.0.0.1:5680");
  await instance.fill("apiEndpoint", `http://127.0.0.1:${emulator.httpPort ?? 0}/`);
  match(await line.innerText(), new RegExp(`http://127\\.0\\.0\\.1:${emulator.httpPort ?? 0}\\b`));
}

async function addInstance(form: EditorForm, emulator: Emulator, language: Language) {
  const instance = await form.add("instance");
  await fillSending(instance, emulator);
  await instance.fill("port", String(emulator.port));
  await instance.fill("useTls", false);
  await instance.fill("accessKeyId", "testAccessKeyId");
  await instance.fill("accessKeySecret", "testAccessKeySecret");
  deepEqual(await instance.wrong(), []);
  await expectTranslated(instance, language);
  const test = await testConnection(instance);
  expectPassed(test);
  deepEqual(test.states.at(-1), ["api", "passed"], test.steps);
  await instance.ok();
}

/** A device is typed in, its product's model loaded, and a property chosen from it. */
async function chooseProperty(form: EditorForm, language: Language): Promise<void> {
  await fillTyped(form, "device", { type: "str", value: "meter-01" });
  deepEqual(await form.wrong(), ["device"]);
  const reason = await reasonOf(form, "device");
  doesNotMatch(reason, UNTRANSLATED);
  equal(CHINESE.test(reason), language === "zh-CN", reason);
  equal(await form.tray.locator(PRODUCT_KEY).isVisible(), true);
  await fillTyped(form, "device", { type: "str", value: DEVICE });
  deepEqual(await form.wrong(), []);
  // The device names the product.
  equal(await form.tray.locator(PRODUCT_KEY).isVisible(), false);
  match(await loadModel(form), /k1demoPk01/);
  await expectTranslated(form, language);
  await chooseEntry(form, "target");
  deepEqual(await typedIn(form, "data"), ["json", '{"target": 5.0}']);
  await chooseEntry(form, "switch");
  deepEqual(await typedIn(form, "data"), ["json", '{"target": 5.0, "switch": 0}']);
}

/** Settings of the node as it was deployed. */
async function stored(nodeRed: NodeRed, settings: readonly string[]): Promise<unknown[]> {
  const { flows } = (await nodeRed.request("GET", "/flows")) as { flows: FlowNode[] };
  const node = flows.find(({ type }) => type === COMMAND_TYPE);
  return settings.map((setting) => node?.[setting]);
}

async function goThrough(editor: Editor, emulator: Emulator, options: JourneyOptions) {
  const { nodeRed, language } = options;
  const id = await editor.drag(COMMAND_TYPE, { x: 240, y: 120 });
  let form = await editor.edit(id);
  deepEqual(await form.wrong(), ["instance"]);
  await goThroughActions(form, language);
  await addInstance(form, emulator, language);
  await chooseProperty(form, language);
  await form.fill("waitForReply", "601");
  deepEqual(await form.wrong(), ["waitForReply"]);
  await form.fill("waitForReply", "0");
  const saved = await form.values();
  await form.ok();
  match((await editor.node(id).textContent()) ?? "", /meter-01/);
  await editor.deploy();
  deepEqual(await stored(nodeRed, ["deviceType", "device", "dataType", "data", "qos", "timeout"]), [
    "str",
    DEVICE,
    "json",
    '{"target": 5.0, "switch": 0}',
    0,
    10,
  ]);
  nodeRed.hand(id, {});
  await until(() => emulator.commands.length > 0, "The emulator got no command.");
  deepEqual(emulator.commands[0]?.content, { target: 5, switch: 0 });

  await editor.reload();
  form = await editor.edit(id);
  // The panel is not loaded by itself, and was none of the settings.
  deepEqual(await form.values(), saved);
  await form.fill("action", "invoke-service");
  deepEqual(await form.wrong(), ["identifier"]);
  await loadModel(form);
  await chooseEntry(form, "openValve");
  deepEqual(await typedIn(form, "identifier"), ["str", "openValve"]);
  match((await typedIn(form, "data"))[1] ?? "", /^\{"seconds": \d+\}$/);
  deepEqual(await form.wrong(), []);
  await expectTranslated(form, language);
  await form.cancel();

  const help = await (await editor.help(COMMAND_TYPE)).innerText();
  match(help, /OUTCOME_UNKNOWN/);
  equal(CHINESE.test(help), language === "zh-CN", help);
}

/** The form of the command node, as a user fills it in, from an instance to the first command. */
export function commandForm(browser: Browser, options: JourneyOptions): Promise<void> {
  const { nodeRed, language } = options;
  return withEmulator({ devices: 1, rate: 0, httpPort: 0 }, async (emulator) => {
    await nodeRed.deploy(EMPTY_FLOW);
    try {
      await withEditor({ browser, url: nodeRed.url, language }, (editor) =>
        goThrough(editor, emulator, options),
      );
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}
