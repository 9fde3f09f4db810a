import { writeSync } from "node:fs";
import { format } from "node:util";
import { current, runLinks } from "./link-level";
import type { Report } from "./report";
import { runSubscriptions } from "./subscription-level";

/*
 * A part of a run in a process of its own, so that what ends or blocks it is noticed by another one.
 * It tells what happens on the file descriptor 3, a line of JSON each, written at once: what was
 * told before the end is known. Anything on stdout or stderr is a fault.
 */

const BEAT_MS = 100;
const LEFT_MS = 1_000;
const OUT = 3;

function tell(line: object): void {
  writeSync(OUT, `${JSON.stringify(line)}\n`);
}

const report: Report = {
  started: (session) => {
    tell({ type: "started", session });
  },
  did: (session, what) => {
    tell({ type: "did", session, what });
  },
  ended: (session, result) => {
    tell({ type: "ended", session, ...result });
  },
  fault: (session, what) => {
    tell({ type: "fault", session, what });
  },
  suspect: (session, what) => {
    tell({ type: "suspect", session, what });
  },
};

function watch(): void {
  for (const name of ["log", "info", "warn", "error", "debug", "trace"] as const) {
    Reflect.set(console, name, (...args: unknown[]) => {
      report.fault(current.getStore() ?? -1, `printed: ${format(...args)}`);
    });
  }
  process.on("warning", (warning) => {
    report.fault(current.getStore() ?? -1, `warned: ${String(warning)}`);
  });
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      tell({ type: "crash", session: current.getStore() ?? -1, what: `${event}: ${text}` });
      process.exit(70);
    });
  }
  let lastMs = performance.now();
  setInterval(() => {
    const nowMs = performance.now();
    const blockedMs = Math.max(0, nowMs - lastMs - BEAT_MS);
    lastMs = nowMs;
    tell({ type: "beat", rssBytes: process.memoryUsage.rss(), blockedMs });
  }, BEAT_MS).unref();
}

async function main(): Promise<void> {
  const [level, ...numbers] = process.argv.slice(2);
  const [seed = 0, first = 0, count = 0] = numbers.map(Number);
  watch();
  const run = level === "subscription" ? runSubscriptions : runLinks;
  const figures = await run({ seed, first, count, report });
  tell({ type: "done", figures });
  // Fires only if something keeps the process from ending.
  setTimeout(() => {
    report.fault(-1, `it leaves ${process.getActiveResourcesInfo().join(", ")}`);
    process.exit(1);
  }, LEFT_MS).unref();
}

void main();
