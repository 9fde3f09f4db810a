import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** The nodes and settings by which a test sees what happens in a Node-RED. */
const PROBE = "test/support/node-red/probe";

/** Development dependencies where Node-RED would install what function nodes ask for. */
function provideModules(directory: string, names: readonly string[]): void {
  const modules = join(directory, "node_modules");
  mkdirSync(modules, { recursive: true });
  for (const name of names) {
    symlinkSync(resolve("node_modules", name), join(modules, name), "junction");
  }
  // Node-RED takes a module for installed if this file names it.
  const dependencies = Object.fromEntries(names.map((name) => [name, "*"]));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ dependencies }));
}

/** Makes a folder one that Node-RED can start from, keeping its flows; returns the arguments for that. */
export function prepareUserDirectory(directory: string, modules: readonly string[]): string[] {
  const nodes = join(directory, "nodes");
  mkdirSync(nodes, { recursive: true });
  for (const file of readdirSync(PROBE).filter((name) => name.startsWith("test-"))) {
    cpSync(join(PROBE, file), join(nodes, file));
  }
  provideModules(directory, modules);
  const flows = join(directory, "flows.json");
  if (!existsSync(flows)) writeFileSync(flows, "[]");
  return ["-u", directory, "-s", resolve(PROBE, "settings.cjs"), flows];
}
