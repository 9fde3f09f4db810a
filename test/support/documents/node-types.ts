import { readFileSync } from "node:fs";

interface Package {
  readonly "node-red": { readonly nodes: Readonly<Record<string, string>> };
}

/** The node types that package.json tells Node-RED of. */
export const NODE_TYPES = Object.keys(
  (JSON.parse(readFileSync("package.json", "utf8")) as Package)["node-red"].nodes,
);
