import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

function manifest(): object {
  // The sources lie one folder below it, the build two.
  const file = ["..", "../.."].map((up) => join(__dirname, up, "package.json")).find(existsSync);
  return Object(file === undefined ? {} : JSON.parse(readFileSync(file, "utf8"))) as object;
}

/** This package's version, as its package.json says. */
export function packageVersion(): string {
  const version: unknown = Reflect.get(manifest(), "version");
  return typeof version === "string" ? version : "?";
}

/** The version of a dependency that package.json asks for. */
export function dependencyVersion(name: string): string {
  const dependencies: unknown = Reflect.get(manifest(), "dependencies");
  const version: unknown = Reflect.get(Object(dependencies) as object, name);
  return typeof version === "string" ? version : "?";
}
