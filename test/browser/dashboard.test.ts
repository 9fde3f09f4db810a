// Uses the dashboard as somebody at a desk and somebody with a phone would.
import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { browserTest } from "../support/browser/browser-test";
import { exampleOn } from "../support/node-red/example";
import { EMPTY_FLOW } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { PageWatch } from "../support/browser/page-watch";
import { PATIENCE_MS } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Browser, Locator, Page } from "playwright-core";
import type { Emulator } from "../../src/emulator/emulator";
import type { Language } from "../support/node-red/built-nodes";

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
/** A tap takes as much as a finger does. */
const TAP_HEIGHT = 40;
const PRODUCT = "k1demoPk01";
/** The page itself, or a widget, that is wider than its place. */
const SCROLLING_SIDEWAYS = `[document.documentElement, ...document.querySelectorAll(".nrdb-ui-widget")]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map(({ id, scrollWidth, clientWidth }) => [id, scrollWidth, clientWidth].join(" "))`;
/** What a device says is text, whatever it looks like. */
const HOSTILE = `<img src=x onerror="window.wasRun=true">`;
const OF_DEVICES =
  /meter-\d+|temperature|humidity|overheat|celsius|mode|switch|target|level|power|voltage|img src=x onerror="window.wasRun=true"/g;

/** What is shown in the colour of what is well: what has the class looks like what is offline. */
const GREENS = `[...document.querySelectorAll(".iot-green")]
  .filter((element) => element.checkVisibility())
  .map((element) => getComputedStyle(element).color)
  .filter((color) => color !== "rgb(116, 128, 140)")`;
/** The function that hears what is chosen, in each example. */
const DRAWS = {
  "Dashboard.json": "c300045000000000",
  "Dashboard (Chinese).json": "d300045000000000",
};

const WORDS = {
  "en-US": {
    file: "Dashboard.json",
    page: "Devices",
    connected: "connected",
    clear: "Clear the list",
    none: "No alarms",
    all: "Show all",
    device: "Device ↑",
    briefly: "5 min",
    undrawn: "No history for this value.",
    down: /^Not connected, .* since \d\d:\d\d:\d\d$/,
    old: /All values below are old: the last message came at \d/,
    why: /^[^\p{Script=Han}]{20,}$/u,
    search: "Search by name, state or value",
    noMatch: "No device matches.",
    property: "Property",
    set: "Set",
    off: "off · done",
    target: "24.5 · done",
    offline: "off · device offline",
  },
  "zh-CN": {
    file: "Dashboard (Chinese).json",
    page: "设备",
    connected: "已连接",
    clear: "清空列表",
    none: "没有告警",
    all: "显示全部",
    device: "设备 ↑",
    briefly: "5 分钟",
    undrawn: "这个值没有历史数据。",
    down: /^未连接，.*（\d\d:\d\d:\d\d 起）$/,
    old: /下面的数值都是旧的：最近一条消息收到于 \d/,
    why: /\p{Script=Han}{5}/u,
    search: "按名称、状态或数值搜索",
    noMatch: "没有符合条件的设备。",
    property: "属性",
    set: "设置",
    off: "关 · 已完成",
    target: "24.5 · 已完成",
    offline: "关 · 设备离线",
  },
} as const satisfies Readonly<Record<Language, unknown>>;
type Words = (typeof WORDS)[Language];

const nodeRed = NodeRed.forFile({ environment: { TEST_DASHBOARD: "true" } });

const MEASURED = { temperature: 21.5, humidity: 48, mode: HOSTILE };

function report(emulator: Emulator, device: string, values: object = MEASURED): void {
  const now = Date.now();
  const items = Object.fromEntries(
    // Older than what a device reports after a command.
    Object.entries(values).map(([name, value]: [string, unknown]) => [
      name,
      { value, time: now - 1_000 },
    ]),
  );
  const topic = `/${PRODUCT}/${device}/thing/event/property/post`;
  emulator.push({ topic, payload: { items } });
  const status = { status: "online", utcTime: new Date(now).toISOString() };
  emulator.push({ topic: `/as/mqtt/status/${PRODUCT}/${device}`, payload: status });
}

function alarm(emulator: Emulator): void {
  const topic = `/${PRODUCT}/meter-2/thing/event/overheat/post`;
  const value = { celsius: HOSTILE };
  emulator.push({ topic, payload: { type: "alert", time: Date.now(), value } });
}

/** Opens the page in a fresh profile, and lets nothing go wrong on it. */
async function withPage(
  { browser, size, language }: { browser: Browser; size: keyof typeof SIZES; language: Language },
  work: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: SIZES[size], locale: language });
  context.setDefaultTimeout(PATIENCE_MS);
  try {
    const page = await context.newPage();
    const watch = await PageWatch.of(page, nodeRed.url);
    await page.goto(`${nodeRed.url}/dashboard/devices`);
    await page.locator(".iot-fleet tbody tr").first().waitFor();
    await page.locator("canvas").waitFor();
    await work(page);
    deepEqual(await page.evaluate(SCROLLING_SIDEWAYS), []);
    equal(await page.evaluate("window.wasRun"), undefined, "A device's text was run.");
    watch.expectQuiet();
  } finally {
    await context.close();
  }
}

const row = (page: Page, device: string) =>
  page.locator(".iot-fleet tbody tr").filter({ hasText: device });
const charted = (page: Page, title: string) =>
  page.locator(".iot-newest").filter({ hasText: title }).waitFor();

async function expectTappable(locator: Locator): Promise<void> {
  const box = await locator.boundingBox();
  ok(box !== null && box.height >= TAP_HEIGHT, `It is only ${box?.height ?? 0} px high.`);
}

async function onDesktop(page: Page, emulator: Emulator, words: Words): Promise<void> {
  await page.locator(".v-toolbar").filter({ hasText: words.page }).waitFor();
  await page.locator(".iot-subscription").filter({ hasText: words.connected }).waitFor();
  deepEqual(await page.locator(".iot-numbers b").allInnerTexts(), ["3", "3", "0", "0", "0", "0"]);
  await page.getByText(words.none).waitFor();

  // The first of all, until somebody chooses.
  await charted(page, `${HOSTILE} · humidity`);
  await row(page, "meter-2").getByRole("button", { name: "temperature" }).click();
  await charted(page, "meter-2 · temperature");
  await page.locator(".v-select").filter({ hasText: words.property }).click();
  await page.getByRole("option", { name: "humidity" }).click();
  await charted(page, "meter-2 · humidity");
  const range = page.getByRole("button", { name: words.briefly, exact: true });
  await range.click();
  await page
    .locator(".iot-ranges [aria-pressed=true]")
    .filter({ hasText: words.briefly })
    .waitFor();
  // A text has no history: it looks like none, and asked for all the same it is not drawn.
  equal(await row(page, "meter-2").getByRole("button", { name: "mode" }).count(), 0);
  nodeRed.hand(DRAWS[words.file], {
    topic: "value",
    choice: { device: `${PRODUCT}/meter-2`, property: "mode" },
  });
  await page.getByText(words.undrawn).waitFor();
  await charted(page, "meter-2 · mode");

  alarm(emulator);
  alarm(emulator);
  const listed = page.locator(".iot-alarms li");
  await listed.filter({ hasText: "× 2" }).waitFor();
  equal(await listed.count(), 1);
  ok((await listed.innerText()).includes("onerror"), "A device's text is not shown as it is.");
  // Two alarms in one row of the list; the number lists its devices.
  const number = page.locator(".iot-numbers > :nth-child(6).iot-red").filter({ hasText: "2" });
  await number.click();
  await row(page, "meter-1").waitFor({ state: "detached" });
  equal(await page.locator(".iot-fleet tbody tr").count(), 1);
  await page.getByRole("button", { name: words.all }).click();
  await row(page, "meter-1").waitFor();
  const names = page.locator(".iot-fleet .iot-device");
  const sorted = await names.allInnerTexts();
  await page.getByRole("button", { name: words.device }).click();
  await page.locator("[aria-sort=descending]").waitFor();
  deepEqual(await names.allInnerTexts(), sorted.toReversed());

  await page.getByRole("button", { name: words.clear }).click();
  await page.getByText(words.none).waitFor();

  const search = page.getByPlaceholder(words.search);
  await search.fill("meter-2 humidity");
  await row(page, "meter-1").waitFor({ state: "detached" });
  equal(await page.locator(".iot-fleet tbody tr").count(), 1);
  await search.fill("nothing");
  await page.getByText(words.noMatch).waitFor();
  await search.fill("");
  await row(page, "meter-1").waitFor();

  await page.emulateMedia({ colorScheme: "dark" });
  for (const part of [".v-application", ".iot-numbers button", ".iot-fleet th"]) {
    const shade = `getComputedStyle(document.querySelector("${part}")).backgroundColor`;
    match(await page.evaluate<string>(shade), /^rgb\(\d\d, \d\d, \d\d\)$/, `${part} is light.`);
  }
}

async function onPhone(page: Page, emulator: Emulator, words: Words): Promise<void> {
  const value = row(page, "meter-1").getByRole("button", { name: "temperature" });
  await expectTappable(value);
  await value.click();
  await charted(page, "meter-1 · temperature");
  const { height } = SIZES.phone;
  const isSeen = `document.querySelector(".iot-newest").getBoundingClientRect().top < ${height}`;
  await page.waitForFunction(isSeen);
  alarm(emulator);
  const clear = page.getByRole("button", { name: words.clear });
  await clear.waitFor();
  await expectTappable(clear);
  await clear.click();
  await page.getByText(words.none).waitFor();
}

/** Neither a finger nor a wheel is needed to see that all is old, since when and why. */
async function expectOutageFirst(page: Page, words: Words): Promise<void> {
  const notice = page.getByRole("alert");
  await notice.filter({ hasText: words.old }).waitFor();
  match(await notice.locator("b").innerText(), words.down);
  match(await notice.locator("b ~ div").nth(1).innerText(), words.why);
  const box = await notice.boundingBox();
  ok(box !== null && box.y < 150, `The notice is ${box?.y ?? 0} px down.`);
  const colours = await page.evaluate<string[]>(GREENS);
  deepEqual(colours, [], "Something is still green.");
}

async function expectLanguage(page: Page, language: Language): Promise<void> {
  const text = await page.locator("body").innerText();
  const ours = text.replaceAll(OF_DEVICES, "");
  if (language === "zh-CN") doesNotMatch(ours, /[A-Za-z]{2,}/);
  else doesNotMatch(ours, /\p{Script=Han}/u);
}

/** A switch: the page shows what the device has reported since, and why another did not obey. */
async function actOnDesktop(page: Page, emulator: Emulator, words: Words): Promise<void> {
  const [first, second] = [row(page, "meter-01"), row(page, "meter-02")];
  await first.getByRole("switch", { checked: true }).click();
  await first.getByText(words.off).waitFor();
  await first.getByRole("switch", { checked: false }).waitFor();
  await first.getByRole("button", { name: "switch 0" }).waitFor();
  deepEqual(
    emulator.commands.map(({ deviceName, content }) => [deviceName, content]),
    [["meter-01", { switch: 0 }]],
  );
  emulator.fault({ fault: "fail-command", how: "offline", device: "meter-02" });
  await second.getByRole("switch", { checked: true }).click();
  await second.getByText(words.offline).waitFor();
  await second.getByRole("switch", { checked: true }).waitFor();
  equal(emulator.commands.length, 1);
}

/** A number, with a finger. */
async function actOnPhone(page: Page, emulator: Emulator, words: Words): Promise<void> {
  const device = row(page, "meter-01");
  const field = device.getByRole("spinbutton", { name: "target" });
  const button = device.getByRole("button", { name: words.set, exact: true });
  for (const control of [device.getByRole("switch"), field, button]) await expectTappable(control);
  equal(await field.getAttribute("placeholder"), "22");
  await field.fill("24.5");
  await button.click();
  await device.getByText(words.target).waitFor();
  await device.getByPlaceholder("24.5").waitFor();
  deepEqual(emulator.commands.at(-1)?.content, { target: 24.5 });
}

for (const language of ["en-US", "zh-CN"] as const) {
  const words = WORDS[language];
  browserTest(
    `devices obey the dashboard, which says what became of it, in ${language}`,
    (browser) =>
      withEmulator({ devices: 2, rate: 0, httpPort: 0 }, async (emulator) => {
        try {
          await nodeRed.deploy(exampleOn(words.file, emulator));
          for (const device of ["meter-01", "meter-02", "meter-3"]) {
            report(emulator, device, device === "meter-3" ? MEASURED : { switch: 1, target: 22 });
          }
          await withPage({ browser, size: "desktop", language }, async (page) => {
            await actOnDesktop(page, emulator, words);
            // It reports neither.
            equal(await row(page, "meter-3").locator("form").count(), 0);
            await expectLanguage(page, language);
          });
          await withPage({ browser, size: "phone", language }, (page) =>
            actOnPhone(page, emulator, words),
          );
        } finally {
          await nodeRed.deploy(EMPTY_FLOW);
        }
      }),
  );

  browserTest(`the dashboard can be used at a desk and on a phone, in ${language}`, (browser) =>
    withEmulator({}, async (emulator) => {
      try {
        await nodeRed.deploy(exampleOn(words.file, emulator));
        for (const device of ["meter-1", "meter-2", HOSTILE]) report(emulator, device);
        await withPage({ browser, size: "desktop", language }, async (page) => {
          await onDesktop(page, emulator, words);
          await expectLanguage(page, language);
        });
        await withPage({ browser, size: "phone", language }, async (page) => {
          await onPhone(page, emulator, words);
          await emulator.stop();
          await expectOutageFirst(page, words);
          await page.setViewportSize(SIZES.desktop);
          await expectOutageFirst(page, words);
        });
      } finally {
        await nodeRed.deploy(EMPTY_FLOW);
      }
    }),
  );
}

browserTest("a dashboard that never connected says so, and shows no green tick", (browser) =>
  withEmulator({}, async (emulator) => {
    const flow = exampleOn("Dashboard.json", emulator);
    await emulator.stop();
    try {
      await nodeRed.deploy(flow);
      const context = await browser.newContext({ viewport: SIZES.phone });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      await page.goto(`${nodeRed.url}/dashboard/devices`);
      await page.getByRole("alert").filter({ hasText: "No message has arrived yet." }).waitFor();
      await page.getByText(WORDS["en-US"].none).waitFor();
      deepEqual(await page.evaluate(GREENS), []);
      equal(await page.locator(".iot-tick").isVisible(), false);
      await page.locator(".iot-undrawn").waitFor();
      await context.close();
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  }),
);
