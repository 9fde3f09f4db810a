import { after, test } from "node:test";
import { launchBrowser } from "./browser";
import type { TestContext } from "node:test";
import type { Browser } from "playwright-core";
import type { Launched } from "./browser";

/** One browser for all tests of a file; each test opens a profile of its own in it. */
let launched: Promise<Launched> | undefined;

after(async () => {
  const result = await launched;
  if (result !== undefined && "browser" in result) await result.browser.close();
});

/** Runs a test's work in a browser; skips it, with the reason, where none can be had. */
export async function withBrowser(
  t: TestContext,
  work: (browser: Browser) => Promise<void>,
): Promise<void> {
  launched ??= launchBrowser();
  const result = await launched;
  if ("browser" in result) await work(result.browser);
  else t.skip(result.reason);
}

/** A test in a browser. */
export function browserTest(name: string, work: (browser: Browser) => Promise<void>): void {
  test(name, (t) => withBrowser(t, work));
}
