import { spawnSync } from "node:child_process";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const PACKAGE = resolve("node_modules/@sparticuz/chromium");
const CHINESE_FONT = resolve("node_modules/@expo-google-fonts/noto-sans-sc");
const CACHE = resolve("node_modules/.cache/browser-tests");
/** Folders of old versions go away with node_modules. */
const LAYOUT = 1;

/** A browser's program with the environment that it needs. */
export interface BrowserFiles {
  readonly executablePath: string;
  readonly env: Readonly<Record<string, string>>;
}

async function inflated(name: string, target: string): Promise<void> {
  const source = createReadStream(join(PACKAGE, "bin", name));
  await pipeline(source, createBrotliDecompress(), createWriteStream(target, { mode: 0o755 }));
}

async function unpacked(name: string, directory: string): Promise<void> {
  const tar = join(directory, "unpacking.tar");
  await inflated(name, tar);
  const { status, stderr } = spawnSync("tar", ["-xf", tar, "-C", directory], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} cannot be unpacked: ${stderr}`);
  rmSync(tar);
}

/** Latin and Chinese from packages, so that pictures are the same everywhere and no glyph is a box. */
function fontConfiguration(directory: string, latin: readonly string[]): string {
  const chinese = ["400Regular", "700Bold"].map((name) => join(CHINESE_FONT, name));
  const folders = [...latin, ...chinese].map((folder) => `<dir>${folder}</dir>`);
  const families = ["sans-serif", "serif", "monospace", "Helvetica", "Arial"].map(
    (family) => `<alias binding="same"><family>${family}</family><prefer>
      <family>Open Sans</family><family>Noto Sans SC</family></prefer></alias>`,
  );
  const lines = [...folders, `<cachedir>${join(directory, "font-cache")}</cachedir>`, ...families];
  return `<?xml version="1.0"?>\n<fontconfig>\n${lines.join("\n")}\n</fontconfig>\n`;
}

/**
 * Unpacks Chromium and its libraries from the npm package, once per version: several test files
 * start at once, so that each unpacks aside and the first one's folder stays.
 */
export async function npmBrowser(): Promise<BrowserFiles> {
  const manifest = readFileSync(join(PACKAGE, "package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const directory = join(CACHE, `chromium-${version}-${LAYOUT}`);
  if (!existsSync(directory)) {
    mkdirSync(CACHE, { recursive: true });
    const aside = mkdtempSync(join(CACHE, "unpacking-"));
    try {
      await inflated("chromium.br", join(aside, "chromium"));
      // What a bare Linux lacks: NSS, NSPR and expat.
      await unpacked("al2023.tar.br", aside);
      await unpacked("fonts.tar.br", aside);
      const latin = [join(directory, "fonts")];
      writeFileSync(join(aside, "our-fonts.conf"), fontConfiguration(directory, latin));
      renameSync(aside, directory);
    } catch (error) {
      if (!existsSync(directory)) throw error;
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  return {
    executablePath: join(directory, "chromium"),
    env: {
      LD_LIBRARY_PATH: join(directory, "lib"),
      FONTCONFIG_FILE: join(directory, "our-fonts.conf"),
    },
  };
}

const SYSTEM_PROGRAMS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Browsers of the system, which bring their libraries and use the system's fonts. */
export function systemBrowsers(): BrowserFiles[] {
  return SYSTEM_PROGRAMS.filter(existsSync).map((executablePath) => ({ executablePath, env: {} }));
}
