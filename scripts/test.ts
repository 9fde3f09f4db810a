// Runs all tests, or those whose path contains one of the arguments, with Node's own runner. By its
// function: the command line would sort the files, Node 20 expands no globs there, and a shell's
// would differ on Windows. Each file's process gets the options of this one, such as --import tsx.
import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve, sep } from "node:path";
import { run } from "node:test";
import { progress } from "./test-progress";

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
  "browser/",
  "nodes/settle",
  "nodes/",
  "examples/",
];

function rank(file: string): number {
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

async function runTests(): Promise<void> {
  const tests = run({
    files: files.map((file) => resolve(file)),
    concurrency: CONCURRENCY,
    timeout: TIMEOUT_MS,
  });
  tests.on("test:fail", () => {
    process.exitCode = 1;
  });
  for await (const text of progress(tests)) process.stdout.write(text);
}

if (files.length > 0) {
  void runTests();
} else {
  process.stderr.write(`No test file matches ${wanted.join(", ")}.\n`);
  process.exitCode = 1;
}
