// Takes the pictures of README and docs from the real product: Node-RED 5, which alone has a dark
// theme, installed once below node_modules; the emulator with simulated devices; the example flow.
// It needs the built package, the registry at the first run, and Linux on x64.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
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
import { soon } from "../test/support/time/until";
import type { Browser, Locator, Page } from "playwright-core";
import type { Language } from "../test/support/node-red/built-nodes";
import type { Box, EditorForm } from "../test/support/browser/editor-form";

const FOLDER = "docs/images";
const RELEASE = { nodeRed: "5.0", node: "22" };
const HOME = resolve("node_modules/.cache/screenshots/node-red-5.0");
const DONE = join(HOME, "installed");
const MOST_BYTES = 180 * 1024;
const SCHEMES = ["light", "dark"] as const;
const WINDOW = { width: 1440, height: 760 };
const DASHBOARD = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const EXAMPLES = { "en-US": "Dashboard.json", "zh-CN": "Dashboard (Chinese).json" };
const FORM_WIDTH = 1280;
/** What the tray has above and below a form. */
const TRAY_HEIGHT = 270;
/** Enough for a line in the chart. */
const MESSAGES = 450;

const DEVICES = { devices: 4, rate: 6, httpPort: 0 };
/** The device that is set on the dashboard: on a phone one on the first screen. */
const CONTROLLED = { desktop: "meter-02", phone: "meter-01" };
const COMMAND_DONE = { "en-US": "done", "zh-CN": "已完成" };
const SUBSCRIBER = "aliyun-iot-subscribe";
const FILTERS = ["/+/+/thing/event/#", "/as/mqtt/status/+/+"];

interface Scene {
  readonly browser: Browser;
  readonly emulator: Emulator;
  readonly nodeRed: NodeRed;
  readonly language: Language;
}

function install(): void {
  if (existsSync(DONE)) return;
  const manifest = readFileSync("package.json", "utf8");
  const { devDependencies } = JSON.parse(manifest) as { devDependencies: Record<string, string> };
  const dashboard = "@flowfuse/node-red-dashboard";
  installRelease(HOME, RELEASE, [`${dashboard}@${devDependencies[dashboard] ?? "latest"}`]);
  writeFileSync(DONE, "");
}

async function picture(name: string, page: Page, clip?: Box): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  await page.mouse.move(0, 0);
  // The ring around a focused field would look like a fault of it.
  await page.evaluate("document.activeElement?.blur()");
  await page.screenshot({ path, animations: "disabled", caret: "hide", ...(clip && { clip }) });
  const { size } = statSync(path);
  process.stdout.write(`${path}  ${Math.ceil(size / 1024)} KB\n`);
  if (size > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES / 1024} KB.`);
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

/** A device that has failed and is silent: the simulated ones are well. */
function pushSilentDevice(emulator: Emulator): void {
  const device = "k1demoPk01/pump-01";
  const time = Date.now() - 12 * 60_000;
  const utcTime = new Date(time + 2_000).toISOString();
  const items = { level: { value: 61.4, time }, pressure: { value: 2.8, time } };
  emulator.push({ topic: `/${device}/thing/event/property/post`, payload: { items } });
  const leak = { type: "error", time: time + 1_000, value: { litres: 3.5 } };
  emulator.push({ topic: `/${device}/thing/event/leak/post`, payload: leak });
  emulator.push({ topic: `/as/mqtt/status/${device}`, payload: { status: "offline", utcTime } });
}

/** Switches a device's pump off, and waits until the page says that it is done. */
async function switchOff(row: Locator, language: Language): Promise<void> {
  await row.locator(".iot-state.iot-green").waitFor(); // offline ones come back soon
  await row.getByRole("switch", { checked: true }).click();
  await row.getByRole("switch", { checked: false }).waitFor();
  await row.getByRole("status").filter({ hasText: COMMAND_DONE[language] }).waitFor();
}

async function dashboardPictures(scene: Scene): Promise<void> {
  const { browser, nodeRed, emulator, language } = scene;
  pushSilentDevice(emulator);
  const enough = () => Number(emulator.groups()[0]?.accepted) >= MESSAGES;
  await soon(enough, { withinMs: 200_000, sentence: () => "Too few messages were accepted" });
  for (const size of ["desktop", "phone"] as const) {
    const page = await browser.newPage({ viewport: DASHBOARD[size], locale: language });
    await page.goto(`${nodeRed.url}/dashboard/devices`);
    const row = (device: string) => page.locator(".iot-fleet tbody tr").filter({ hasText: device });
    await row("meter-02").getByRole("button", { name: "temperature" }).click();
    await page.locator(".iot-newest").filter({ hasText: "meter-02 · temperature" }).waitFor();
    await settled(page.locator("canvas").first());
    await switchOff(row(CONTROLLED[size]), language);
    await page.evaluate("scrollTo(0, 0)");
    if (size === "desktop") {
      // Without scrolling; a phone shows what is on its screen at first.
      const height = await page.evaluate<number>("document.documentElement.scrollHeight");
      await page.setViewportSize({ ...DASHBOARD.desktop, height });
      await settled(page.locator("canvas").first());
    }
    await picture(`dashboard.${language}.${size}`, page);
    await page.close();
  }
}

async function main(): Promise<void> {
  install();
  mkdirSync(FOLDER, { recursive: true });
  const launched = await launchBrowser();
  if (!("browser" in launched)) throw new Error(launched.reason);
  const { browser } = launched;
  const modules = join(HOME, "node_modules");
  for (const language of LANGUAGES) {
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
