import { chromium } from "playwright-core";
import { npmBrowser, systemBrowsers } from "./browser-files";
import type { Browser } from "playwright-core";
import type { BrowserFiles } from "./browser-files";

const LAUNCH_LIMIT_MS = 30_000;

/** Playwright adds its own, among them --headless; nothing here weakens what the page may do. */
const FLAGS = [
  "--no-sandbox", // root, as in a container, has no sandbox to use
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser, or why there is none. */
export type Launched = { readonly browser: Browser } | { readonly reason: string };

function launch({ executablePath, env }: BrowserFiles): Promise<Browser> {
  const environment = { ...process.env, ...env };
  return chromium.launch({
    executablePath,
    args: FLAGS,
    env: environment,
    timeout: LAUNCH_LIMIT_MS,
  });
}

function firstLine(error: unknown): string {
  return String(error).split("\n")[0] ?? "";
}

/** Chromium from the npm package; where that cannot run, one of the system. */
export async function launchBrowser(): Promise<Launched> {
  const tried: string[] = [];
  const candidates = [npmBrowser, ...systemBrowsers().map((files) => () => Promise.resolve(files))];
  const runsHere = process.platform === "linux" && process.arch === "x64";
  if (!runsHere) {
    candidates.shift();
    tried.push(`@sparticuz/chromium is for Linux on x64, not ${process.platform} ${process.arch}`);
  }
  for (const candidate of candidates) {
    try {
      return { browser: await launch(await candidate()) };
    } catch (error) {
      tried.push(firstLine(error));
    }
  }
  const reason = `No Chromium runs here: ${tried.join("; ")}`;
  // In the checks a skipped test would look like a passed one.
  if (process.env["CI"] === "true") throw new Error(reason);
  return { reason };
}
