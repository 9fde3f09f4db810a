import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Puts development dependencies where Node-RED would install what function nodes ask for. */
export function provideModules(userDirectory: string, names: readonly string[]): void {
  const directory = join(userDirectory, "node_modules");
  mkdirSync(directory, { recursive: true });
  for (const name of names) {
    symlinkSync(resolve("node_modules", name), join(directory, name), "junction");
  }
  // Node-RED takes a module for installed if this file names it.
  const dependencies = Object.fromEntries(names.map((name) => [name, "*"]));
  writeFileSync(join(userDirectory, "package.json"), JSON.stringify({ dependencies }));
}
