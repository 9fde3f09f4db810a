import { picture } from "./picture";
import { Emulator } from "../src/emulator/emulator";
import { settled } from "../test/support/browser/editor-form";
import { exampleOn } from "../test/support/node-red/example";
import { EMPTY_FLOW } from "../test/support/node-red/flow";
import { soon } from "../test/support/time/until";
import type { Browser, Locator, Page } from "playwright-core";
import type { Language } from "../test/support/node-red/built-nodes";
import type { NodeRed } from "../test/support/node-red/node-red";

/** A Node-RED with the dashboard on an emulator. */
export interface Scene {
  readonly browser: Browser;
  readonly emulator: Emulator;
  readonly nodeRed: NodeRed;
  readonly language: Language;
}

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
export const EXAMPLES = { "en-US": "Dashboard.json", "zh-CN": "Dashboard (Chinese).json" };
/** Enough for a line in the chart. */
const MESSAGES = 450;
const MANY = { devices: 195, rate: 100, httpPort: 0 };
const OFFLINE = [1, 2, 3, 4, 5].map((number) => `pump-0${number}`);
/** Each device has reported. */
const MANY_MESSAGES = 2_500;
/** The device that is set on the dashboard: on a phone one on the first screen. */
const CONTROLLED = { desktop: "meter-02", phone: "meter-01" };
const TEXTS = {
  "en-US": { done: "done", offline: "offline", nothing: "No message has arrived yet." },
  "zh-CN": { done: "已完成", offline: "离线", nothing: "还没有收到任何消息。" },
};

/** How a page is looked at. */
interface View {
  readonly size: keyof typeof SIZES;
  readonly colorScheme?: "light" | "dark";
  /** Taller than the screen, so that all is in the picture. */
  readonly isWhole?: true;
}

/** A device that has failed and is silent: the simulated ones are well. */
function pushSilentDevice(emulator: Emulator, name = "pump-01"): void {
  const device = `k1demoPk01/${name}`;
  const time = Date.now() - 12 * 60_000;
  const utcTime = new Date(time + 2_000).toISOString();
  const items = { level: { value: 61.4, time }, pressure: { value: 2.8, time } };
  emulator.push({ topic: `/${device}/thing/event/property/post`, payload: { items } });
  const leak = { type: "error", time: time + 1_000, value: { litres: 3.5 } };
  emulator.push({ topic: `/${device}/thing/event/leak/post`, payload: leak });
  emulator.push({ topic: `/as/mqtt/status/${device}`, payload: { status: "offline", utcTime } });
}

const rowOf = (page: Page, device: string) =>
  page.locator(".iot-fleet tbody tr").filter({ hasText: device });

/** Switches a device's pump off, and waits until the page says that it is done. */
async function switchOff(row: Locator, done: string): Promise<void> {
  const isDone = row.getByRole("status").filter({ hasText: done });
  for (let attempt = 1; attempt <= 3 && !(await isDone.isVisible()); attempt += 1) {
    await row.locator(".iot-state.iot-green").waitFor(); // offline ones come back soon
    await row.getByRole("switch", { checked: true }).click();
    // It may have gone offline just now.
    await isDone.waitFor({ timeout: 10_000 }).catch(() => undefined);
  }
  await isDone.waitFor();
}

async function accepted(emulator: Emulator, messages: number): Promise<void> {
  const enough = () => Number(emulator.groups()[0]?.accepted) >= messages;
  await soon(enough, { withinMs: 200_000, sentence: () => "Too few messages were accepted" });
}

/** Opens the page, does what is to be seen, and takes the picture. */
async function take(
  { browser, nodeRed, language }: Scene,
  { name, size, colorScheme = "light", isWhole }: View & { readonly name: string },
  act: (page: Page) => Promise<void>,
): Promise<void> {
  const options = { viewport: SIZES[size], locale: language, colorScheme };
  const page = await browser.newPage(options);
  await page.goto(`${nodeRed.url}/dashboard/devices`);
  await act(page);
  await page.evaluate("scrollTo(0, 0)");
  if (isWhole) {
    const height = await page.evaluate<number>("document.documentElement.scrollHeight");
    await page.setViewportSize({ ...SIZES[size], height });
  }
  await settled(page.locator(".iot-numbers"));
  const theme = colorScheme === "dark" ? ".dark" : "";
  await picture(`${name}.${language}.${size}${theme}`, page);
  await page.close();
}

async function inUse(scene: Scene, view: View): Promise<void> {
  const { done } = TEXTS[scene.language];
  await take(scene, { name: "dashboard", ...view }, async (page) => {
    await rowOf(page, "meter-02").getByRole("button", { name: "temperature" }).click();
    await page.locator(".iot-newest").filter({ hasText: "meter-02 · temperature" }).waitFor();
    await settled(page.locator("canvas").first());
    if (view.colorScheme === undefined) await switchOff(rowOf(page, CONTROLLED[view.size]), done);
  });
}

async function inOutage(scene: Scene, view: View): Promise<void> {
  await take(scene, { name: "dashboard-outage", ...view }, async (page) => {
    await page.getByRole("alert").filter({ hasText: "127.0.0.1" }).waitFor();
    await rowOf(page, "meter-01").waitFor();
  });
}

async function empty(scene: Scene, view: View): Promise<void> {
  const { nothing } = TEXTS[scene.language];
  await take(scene, { name: "dashboard-empty", ...view }, async (page) => {
    await page.getByRole("alert").filter({ hasText: nothing }).waitFor();
    await page.locator(".iot-undrawn").waitFor();
  });
}

async function manyDevices(scene: Scene, view: View): Promise<void> {
  const { offline } = TEXTS[scene.language];
  await take(scene, { name: "dashboard-many", ...view }, async (page) => {
    await rowOf(page, "meter-01").waitFor();
    const tile = page.locator(".iot-numbers button").filter({ hasText: offline });
    if (view.size === "desktop") await tile.click();
    await settled(page.locator(".iot-fleet"));
  });
}

/** The dashboard in use, in an outage, unconnected, and with 200 devices; the emulator is stopped. */
export async function dashboardPictures(scene: Scene): Promise<void> {
  const { emulator, nodeRed, language } = scene;
  pushSilentDevice(emulator);
  await accepted(emulator, MESSAGES);
  for (const size of ["desktop", "phone"] as const) {
    // Without scrolling; a phone shows what is on its screen at first.
    await inUse(scene, { size, ...(size === "desktop" && { isWhole: true }) });
  }
  const english = language === "en-US";
  if (english) await inUse(scene, { size: "desktop", colorScheme: "dark", isWhole: true });
  const flow = exampleOn(EXAMPLES[language], emulator);
  await emulator.stop();
  for (const size of ["desktop", "phone"] as const) await inOutage(scene, { size });
  await nodeRed.deploy(EMPTY_FLOW); // forgets the devices
  await nodeRed.deploy(flow);
  await empty(scene, english ? { size: "desktop", isWhole: true } : { size: "phone" });
  await nodeRed.deploy(EMPTY_FLOW);
  const large = await Emulator.start(MANY);
  try {
    await nodeRed.deploy(exampleOn(EXAMPLES[language], large));
    for (const name of OFFLINE) pushSilentDevice(large, name);
    await accepted(large, MANY_MESSAGES);
    await manyDevices(scene, { size: english ? "desktop" : "phone" });
  } finally {
    await large.stop();
  }
}
