// Takes the pictures of README and docs from the real product: Node-RED 5, which alone has a dark
// theme, installed once below node_modules; the emulator with simulated devices; the example flow.
// With a language as its argument it takes those of one. It needs the built package, the registry at
// the first run, and Linux on x64.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXAMPLES, dashboardPictures } from "./dashboard-pictures";
import { picture } from "./picture";
import { Emulator } from "../src/emulator/emulator";
import { launchBrowser } from "../test/support/browser/browser";
import { LANGUAGES } from "../test/support/node-red/built-nodes";
import { COMMAND_TYPE, fillTyped, loadModel } from "../test/support/browser/command-form";
import { expectFailed, testConnection } from "../test/support/browser/connection-test";
import { Editor } from "../test/support/browser/editor";
import { settled } from "../test/support/browser/editor-form";
import { exampleOn } from "../test/support/node-red/example";
import { NodeRed } from "../test/support/node-red/node-red";
import { installRelease } from "../test/support/package/release";
import type { Scene } from "./dashboard-pictures";
import type { EditorForm } from "../test/support/browser/editor-form";

const RELEASE = { nodeRed: "5.0", node: "22" };
const HOME = resolve("node_modules/.cache/screenshots/node-red-5.0");
const DONE = join(HOME, "installed");
const SCHEMES = ["light", "dark"] as const;
const WINDOW = { width: 1440, height: 760 };
const FORM_WIDTH = 1280;
/** What the tray has above and below a form. */
const TRAY_HEIGHT = 270;

const DEVICES = { devices: 4, rate: 6, httpPort: 0 };
const SUBSCRIBER = "aliyun-iot-subscribe";
const FILTERS = ["/+/+/thing/event/#", "/as/mqtt/status/+/+"];

function install(): void {
  if (existsSync(DONE)) return;
  const manifest = readFileSync("package.json", "utf8");
  const { devDependencies } = JSON.parse(manifest) as { devDependencies: Record<string, string> };
  const dashboard = "@flowfuse/node-red-dashboard";
  installRelease(HOME, RELEASE, [`${dashboard}@${devDependencies[dashboard] ?? "latest"}`]);
  writeFileSync(DONE, "");
}

/** The whole form without scrolling; or one part of it. */
async function formPicture(name: string, form: EditorForm, part?: string): Promise<void> {
  const page = form.tray.page();
  const { height } = await settled(form.tray.locator(".aliyun-iot-form"));
  await page.setViewportSize({ width: FORM_WIDTH, height: Math.ceil(height) + TRAY_HEIGHT });
  const tray = await settled(form.tray);
  const header = await settled(form.tray.locator(".red-ui-tray-header"));
  const all = { ...tray, x: header.x, width: header.width };
  const { y, height: partHeight } =
    part === undefined ? all : await settled(form.tray.locator(part));
  await picture(name, page, { ...all, y, height: partHeight });
}

async function flowPicture(editor: Editor, name: string): Promise<void> {
  const { page } = editor;
  await page.evaluate("RED.actions.invoke('core:toggle-right-sidebar', false)");
  await editor.search("aliyun-iot");
  await settled(page.locator(`.red-ui-palette-node[data-palette-type="aliyun-iot-ack"]`));
  await editor
    .node(await editor.idOf(SUBSCRIBER))
    .getByText(/\d\/s|条\/秒/)
    .waitFor();
  await picture(name, page);
}

/** A new instance, as it is composed from what the console shows. */
async function instancePicture(editor: Editor, name: string): Promise<void> {
  await editor.page.setViewportSize({ width: FORM_WIDTH, height: 900 });
  const form = await editor.edit(await editor.drag(SUBSCRIBER, { x: 240, y: 400 }));
  const instance = await form.add("instance");
  await instance.fill("iotInstanceId", "iot-060a0abc");
  await instance.fill("accessKeyId", "LTAI5tExample");
  await instance.fill("accessKeySecret", "not-a-real-secret");
  await formPicture(name, instance);
  await instance.cancel();
  await form.cancel();
}

/** The command node of the dashboard, with what the emulator's devices can be set to. */
async function commandPicture(editor: Editor, name: string): Promise<void> {
  await editor.page.setViewportSize({ width: FORM_WIDTH, height: 1200 });
  const form = await editor.edit(await editor.idOf(COMMAND_TYPE));
  await fillTyped(form, "device", { type: "str", value: "k1demoPk01/meter-01" });
  await loadModel(form);
  await formPicture(name, form);
  await form.cancel();
}

async function editorPictures(scene: Scene, scheme: (typeof SCHEMES)[number]): Promise<void> {
  const { browser, nodeRed, language } = scene;
  const named = (what: string) => `${what}.${language}.${scheme}`;
  const options = { language, colorScheme: scheme, size: WINDOW };
  const editor = await Editor.open(browser, nodeRed.url, options);
  try {
    await flowPicture(editor, named("flow"));
    await editor.page.setViewportSize({ width: FORM_WIDTH, height: 1000 });
    const form = await editor.edit(await editor.idOf(SUBSCRIBER));
    for (const filter of FILTERS) await form.addRow("#aliyun-iot-subscribe-topic-filters", filter);
    await formPicture(named("form-subscribe"), form);
    const instance = await form.editSelected("instance");
    await instance.fill("accessKeySecret", "mistyped-secret");
    await instance.fill("apiEndpoint", ""); // one failure is enough for a picture
    expectFailed(await testConnection(instance), {
      step: "signIn",
      code: "SIGN_IN_REFUSED",
      language,
    });
    await formPicture(named("connection-test"), instance, ".aliyun-iot-panel");
    await instance.cancel();
    await form.cancel();
    await instancePicture(editor, named("form-instance"));
    await commandPicture(editor, named("form-command"));
    editor.watch.expectQuiet();
  } finally {
    await editor.close();
  }
}

async function main(): Promise<void> {
  install();
  const launched = await launchBrowser();
  if (!("browser" in launched)) throw new Error(launched.reason);
  const { browser } = launched;
  const modules = join(HOME, "node_modules");
  const [, , only] = process.argv;
  for (const language of LANGUAGES.filter((each) => only === undefined || each === only)) {
    const emulator = await Emulator.start(DEVICES);
    const nodeRed = await NodeRed.start({
      language,
      nodeRed: join(modules, "node-red"),
      node: join(modules, "node/bin/node"),
      environment: { TEST_DASHBOARD: "true" },
    });
    const scene = { browser, emulator, nodeRed, language };
    try {
      await nodeRed.deploy(exampleOn(EXAMPLES[language], emulator));
      for (const scheme of SCHEMES) await editorPictures(scene, scheme);
      await dashboardPictures(scene);
    } finally {
      await nodeRed.stop();
      await emulator.stop();
    }
  }
  await browser.close();
}

void main();
