import { join } from "node:path";
import { mkdirSync, statSync } from "node:fs";
import type { Page } from "playwright-core";
import type { Box } from "../test/support/browser/editor-form";

const FOLDER = "docs/images";
const MOST_BYTES = 180 * 1024;

/** Takes a picture of what a page shows, or of a part of it, and refuses one that is too large. */
export async function picture(name: string, page: Page, clip?: Box): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const path = join(FOLDER, `${name}.png`);
  await page.mouse.move(0, 0);
  // The ring around a focused field would look like a fault of it.
  await page.evaluate("document.activeElement?.blur()");
  await page.screenshot({ path, animations: "disabled", caret: "hide", ...(clip && { clip }) });
  const { size } = statSync(path);
  process.stdout.write(`${path}  ${Math.ceil(size / 1024)} KB\n`);
  if (size > MOST_BYTES) throw new Error(`${path} is larger than ${MOST_BYTES / 1024} KB.`);
}
