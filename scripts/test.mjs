// Runs all tests, or those whose path contains one of the arguments, with Node's own runner.
// Node 20 expands no globs after --test, and a shell's would differ on Windows.
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, sep } from "node:path";

/** Most files wait for a Node-RED or a timer for a part of their time. */
const CONCURRENCY = availableParallelism() + 1;
/** For a whole file, in ms. */
const TIMEOUT_MS = 300_000;
/** What takes longest is begun first: else a single file would be left at the end. */
const FIRST = [
  "browser/examples",
  "browser/journey",
  "browser/device-state",
  "nodes/close",
  "cli/commands",
  "browser/",
  "nodes/settle",
  "nodes/",
  "examples/",
];

function rank(file) {
  const path = file.split(sep).join("/");
  const at = FIRST.findIndex((part) => path.includes(part));
  return at < 0 ? FIRST.length : at;
}

const wanted = process.argv.slice(2);
const files = readdirSync("test", { recursive: true })
  .map((name) => join("test", String(name)))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
if (files.length === 0) {
  console.error(`No test file matches ${wanted.join(", ")}.`);
  process.exit(1);
}
const runner = spawn(
  process.execPath,
  [
    ...["--import", "tsx", "--test", "--test-reporter=./scripts/test-progress.mjs"],
    ...[`--test-concurrency=${CONCURRENCY}`, `--test-timeout=${TIMEOUT_MS}`, ...files],
  ],
  { stdio: "inherit" },
);
runner.on("exit", (code) => process.exit(code ?? 1));
