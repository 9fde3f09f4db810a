import { equal } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("docs/errors.md and its Chinese twin say what the catalogue says", () => {
  const args = ["--import", "tsx", "scripts/error-pages.ts", "--check"];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  equal(status, 0, stderr);
});
