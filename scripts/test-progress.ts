// A reporter for Node's test runner: a line for each test file that has ended; failed and skipped
// tests, and the failures and totals at the end, as Node's own reporter prints them.
import { relative, resolve } from "node:path";
import { spec as Spec } from "node:test/reporters";
import type { TestEvent } from "node:test/reporters";

interface Located {
  readonly file?: string;
  readonly name: string;
  readonly nesting: number;
}

/** The runner reports a file as a test that has the file's name. */
function isFile<Event extends Located>(event: Event): event is Event & { file: string } {
  const { file, name, nesting } = event;
  return nesting === 0 && file !== undefined && resolve(name) === resolve(file);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(0)} s`;
}

export async function* progress(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const startMs = performance.now();
  const spec = new Spec();
  const printed = (): string => (spec.read() as Buffer | null)?.toString() ?? "";
  let files = 0;
  let ended = 0;
  // The runner reports the tests of a file after those of the files before it.
  let passed = 0;
  let failed = 0;
  /** What comes behind a result belongs to it: a test's seed, for example. */
  let isShown = false;
  let totals = "";
  for await (const event of source) {
    const { type, data } = event;
    spec.write(event);
    const text = printed();
    if (type === "test:enqueue" && isFile(data)) files += 1;
    if (type === "test:complete" && isFile(data)) {
      ended += 1;
      const results = failed === 0 ? `${passed} passed` : `${passed} passed, ${failed} FAILED`;
      const file = `${relative("", data.file)} took ${seconds(data.details.duration_ms)}`;
      const elapsed = seconds(performance.now() - startMs);
      yield `${elapsed}: ${ended} of ${files} files, ${results}; ${file}\n`;
    }
    if (type === "test:pass" || type === "test:fail") {
      if (type === "test:fail") failed += data.details.type === "suite" ? 0 : 1;
      else passed += data.details.type === "suite" || data.skip !== undefined ? 0 : 1;
      isShown = type === "test:fail" || data.skip !== undefined;
    }
    if (type === "test:diagnostic" && data.file === undefined) totals += text;
    else if (isShown || type === "test:stdout" || type === "test:stderr") yield text;
  }
  spec.end();
  yield printed();
  yield totals;
}
