import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** This package's version, as its package.json says. */
export function packageVersion(): string {
  // The sources lie one folder below it, the build two.
  const file = ["..", "../.."].map((up) => join(__dirname, up, "package.json")).find(existsSync);
  const manifest: unknown = file === undefined ? {} : JSON.parse(readFileSync(file, "utf8"));
  const version: unknown = Reflect.get(Object(manifest) as object, "version");
  return typeof version === "string" ? version : "?";
}
