import { equal } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("the tables of settings and the help in docs say what the code says", () => {
  const args = ["--import", "tsx", "scripts/reference-pages.ts", "--check"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  equal(status, 0, stderr);
});
