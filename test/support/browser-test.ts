import { after, test } from "node:test";
import { launchBrowser } from "./browser";
import type { Browser } from "playwright-core";
import type { Launched } from "./browser";

/** One browser for all tests of a file; each test opens a profile of its own in it. */
let launched: Promise<Launched> | undefined;

after(async () => {
  const result = await launched;
  if (result !== undefined && "browser" in result) await result.browser.close();
});

/** A test in a browser, skipped with the reason where none can be had and the checks do not run. */
export function browserTest(name: string, work: (browser: Browser) => Promise<void>): void {
  test(name, async (t) => {
    launched ??= launchBrowser();
    const result = await launched;
    if ("browser" in result) await work(result.browser);
    else t.skip(result.reason);
  });
}
