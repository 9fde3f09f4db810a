// Builds everything that is published into dist: tsc for the runtime; for each node its editor
// script (bundled), its form, its help and its texts, flat in dist/nodes, where Node-RED looks.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), ".."));
/** Beside dist until all of it is there: a running Node-RED reads texts and icons from dist. */
const STAGE = `dist.tmp-${process.pid}`;
const OUT = join(STAGE, "nodes");
const LOCALES = "nodes/locales";
/** What several forms say, beside the texts of each node. */
const SHARED_FILE = "shared.json";
/** Parts of src/texts that forms, statuses and errors of the nodes take from there. */
const SHARED_TEXTS = ["settings", "allowed", "reasons", "errors"];

/** What the programs called here have already explained: its message is all that is left to say. */
class BuildError extends Error {}

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

function compile() {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", STAGE];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) throw new BuildError("TypeScript refuses this: dist stays as it was.");
  const command = join(STAGE, "src/cli/main.js");
  if (fs.existsSync(command)) fs.chmodSync(command, 0o755);
}

/** The editor has the texts in Node-RED's catalogue: a second copy would only be weight. */
const withoutTexts = {
  name: "without-texts",
  setup({ onLoad }) {
    onLoad({ filter: /src[\\/]texts[\\/]texts\.ts$/ }, () => ({
      contents: `export const errorText = (code) => ({ short: code, text: code, remedy: "" });`,
    }));
  },
};

/** `aliyun-iot-subscribe` → `AliyunIotSubscribe`, the script's only global. */
function globalName(node) {
  return node.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());
}

async function editorScript(node) {
  const { outputFiles } = await build({
    entryPoints: [`nodes/${node}.editor.ts`],
    bundle: true,
    write: false,
    format: "iife",
    globalName: globalName(node),
    platform: "browser",
    target: "es2020",
    charset: "utf8",
    minify: true,
    plugins: [withoutTexts],
  });
  const script = outputFiles[0].text.trim();
  if (script.includes("</script")) throw new Error(`${node}.editor.ts would end its script tag`);
  return script;
}

/** Style and script in front of the form, because a node's html is all that Node-RED loads for it. */
async function buildForm(node) {
  const html = fs.readFileSync(`nodes/${node}.html`, "utf8");
  const style = fs.readFileSync("nodes/lib/form.css", "utf8");
  const script = await editorScript(node);
  fs.writeFileSync(
    join(OUT, `${node}.html`),
    `<style>\n${style}</style>\n\n<script type="text/javascript">\n${script}\n</script>\n\n${html}`,
  );
}

function buildLocale(language) {
  const texts = readJson(`src/texts/${language}.json`);
  const shared = {
    ...readJson(join(LOCALES, language, SHARED_FILE)),
    ...Object.fromEntries(SHARED_TEXTS.map((part) => [part, texts[part]])),
  };
  fs.mkdirSync(join(OUT, "locales", language), { recursive: true });
  for (const file of fs.readdirSync(join(LOCALES, language))) {
    if (file === SHARED_FILE) continue;
    const from = join(LOCALES, language, file);
    const to = join(OUT, "locales", language, file);
    if (file.endsWith(".json")) {
      fs.writeFileSync(to, JSON.stringify({ ...readJson(from), ...shared }, null, 2));
    } else {
      fs.cpSync(from, to);
    }
  }
}

/** dist is gone for two renames only. */
function swapIn() {
  const old = `${STAGE}-old`;
  if (fs.existsSync("dist")) fs.renameSync("dist", old);
  fs.renameSync(STAGE, "dist");
  fs.rmSync(old, { recursive: true, force: true });
}

try {
  compile();
  const nodes = fs
    .readdirSync("nodes")
    .filter((file) => file.endsWith(".editor.ts"))
    .map((file) => file.slice(0, -".editor.ts".length));
  await Promise.all(nodes.map(buildForm));
  for (const language of fs.readdirSync(LOCALES)) buildLocale(language);
  fs.cpSync("icons", join(OUT, "icons"), { recursive: true });
  swapIn();
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exitCode = 1;
} finally {
  fs.rmSync(STAGE, { recursive: true, force: true });
}
