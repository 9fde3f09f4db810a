// Builds what is published into dist. tsc compiles the runtime. For each node the editor script is
// bundled, and form, help and texts go flat into dist/nodes, where Node-RED looks for them.
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(join(dirname(fileURLToPath(import.meta.url)), ".."));
/** Renamed to dist when it is complete: a running Node-RED reads texts and icons from dist. */
const STAGE = `dist.tmp-${process.pid}`;
const OUT = join(STAGE, "nodes");
const LANGUAGES = ["en-US", "zh-CN"];

/** Printed as its message only, without a stack. */
class BuildError extends Error {}

/** The bundler, which is a development dependency as all that builds: without one there is none. */
async function bundler() {
  try {
    return await import("esbuild");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new BuildError(
      `Nothing was built: npm left the development packages out (NODE_ENV=production, or --omit=dev). Run: npm install --include=dev
没有构建：npm 未安装开发依赖（NODE_ENV=production 或 --omit=dev）。请运行：npm install --include=dev`,
    );
  }
}

const readJson = (file) => JSON.parse(fs.readFileSync(file, "utf8"));

function compile() {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  const args = [tsc, "-p", "tsconfig.build.json", "--outDir", STAGE];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) throw new BuildError("TypeScript refuses this: dist stays as it was.");
  const command = join(STAGE, "src/cli/main.js");
  if (fs.existsSync(command)) fs.chmodSync(command, 0o755);
}

/** `aliyun-iot-subscribe` → `AliyunIotSubscribe`, the script's only global. */
function globalName(node) {
  return node.replace(/(^|-)(\w)/g, (_, __, letter) => letter.toUpperCase());
}

async function editorScript({ build }, { folder, node }) {
  const { outputFiles } = await build({
    entryPoints: [`nodes/${folder}/${node}.editor.ts`],
    bundle: true,
    write: false,
    format: "iife",
    globalName: globalName(node),
    platform: "browser",
    target: "es2020",
    charset: "utf8",
    minify: true,
  });
  const script = outputFiles[0].text.trim();
  if (script.includes("</script")) throw new Error(`${node}.editor.ts would end its script tag`);
  return script;
}

/** Node-RED looks for form, help and texts beside the module that package.json names: here. */
function writeEntry({ folder, node }) {
  fs.writeFileSync(
    join(OUT, `${node}.js`),
    `module.exports = require("./${folder}/${node}.js");\n`,
  );
}

/** Puts style and script in front of the form: Node-RED loads nothing but a node's html. */
async function buildForm(esbuild, { folder, node }) {
  const html = fs.readFileSync(`nodes/${folder}/${node}.html`, "utf8");
  const style = fs.readFileSync("nodes/shared/form.css", "utf8");
  const script = await editorScript(esbuild, { folder, node });
  fs.writeFileSync(
    join(OUT, `${node}.html`),
    `<style>\n${style}</style>\n\n<script type="text/javascript">\n${script}\n</script>\n\n${html}`,
  );
}

/** Writes a node's help, and its texts together with those that all nodes share and those of errors. */
function buildLocale({ folder, node }, language, errorTexts) {
  const from = `nodes/${folder}/locales/${language}/${node}`;
  const to = join(OUT, "locales", language);
  const own = readJson(`${from}.json`);
  const shared = { ...readJson(`nodes/shared/locales/${language}/shared.json`), ...errorTexts };
  const clash = Object.keys(own).find((key) => key in shared);
  if (clash !== undefined) {
    throw new BuildError(`${from}.json: "${clash}" is a key of the texts that all nodes share.`);
  }
  fs.mkdirSync(to, { recursive: true });
  fs.cpSync(`${from}.html`, join(to, `${node}.html`));
  fs.writeFileSync(join(to, `${node}.json`), JSON.stringify({ ...own, ...shared }, null, 2));
}

/** Replaces dist by two renames, so that it is missing for a moment only. */
function replaceDist() {
  const old = `${STAGE}-old`;
  if (fs.existsSync("dist")) fs.renameSync("dist", old);
  fs.renameSync(STAGE, "dist");
  fs.rmSync(old, { recursive: true, force: true });
}

try {
  const esbuild = await bundler();
  compile();
  // Each node has a folder; nodes/shared is not one of them.
  const nodes = fs
    .readdirSync("nodes")
    .map((folder) => ({ folder, node: `aliyun-iot-${folder}` }))
    .filter(({ folder, node }) => fs.existsSync(`nodes/${folder}/${node}.ts`));
  nodes.forEach(writeEntry);
  const { textsIn } = createRequire(import.meta.url)(resolve(STAGE, "src/errors/texts.js"));
  for (const language of LANGUAGES) {
    const errorTexts = textsIn(language);
    for (const each of nodes) buildLocale(each, language, errorTexts);
  }
  await Promise.all(nodes.map((each) => buildForm(esbuild, each)));
  fs.cpSync("icons", join(OUT, "icons"), { recursive: true });
  replaceDist();
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exitCode = 1;
} finally {
  fs.rmSync(STAGE, { recursive: true, force: true });
}
