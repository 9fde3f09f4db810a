import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { TestContext } from "node:test";
import { numberFrom, seedOf } from "../support/random";
import type { Result } from "./report";

/** A process that tells nothing for so long is blocked: it tells that it is not every 100 ms. */
const BLOCKED_MS = 10_000;
/** Most candidates for what ended or blocked a process that are tried alone. */
const MOST_SUSPECTS = 64;
const MOST_FAULTS_SHOWN = 10;
const SEED = "FUZZ_SEED";
const SESSION = "FUZZ_SESSION";

type Level = "link" | "subscription";

/** What a process of a run tells; child.ts writes it. */
type Line =
  | { readonly type: "started"; readonly session: number }
  | {
      readonly type: "did" | "fault" | "suspect" | "crash";
      readonly session: number;
      readonly what: string;
    }
  | ({ readonly type: "ended"; readonly session: number } & Result)
  | { readonly type: "beat"; readonly rssBytes: number; readonly blockedMs: number }
  | { readonly type: "done"; readonly figures?: unknown };

interface Fault {
  readonly session: number;
  readonly what: string;
}

/** All that is known of a run when its process is gone. */
class Outcome {
  /** Under way; when the process has ended or blocked, one of them did it. */
  readonly running = new Set<number>();
  readonly suspected: Fault[] = [];
  readonly did = new Map<number, string[]>();
  readonly faults: Fault[] = [];
  readonly byCode = new Map<string, number>();
  longest: Result = { code: "", tookMs: 0, deadlineMs: 0 };
  ended = 0;
  mostRssBytes = 0;
  mostBlockedMs = 0;
  crashes = 0;
  hangs = 0;
  isDone = false;
  figures: unknown;

  take(line: Line): void {
    switch (line.type) {
      case "started":
        this.running.add(line.session);
        return;
      case "did":
        this.did.set(line.session, [...(this.did.get(line.session) ?? []), line.what]);
        return;
      case "suspect":
        this.suspected.push(line);
        return;
      case "crash":
        this.crashes += 1;
        this.faults.push(line);
        return;
      case "fault":
        if (line.what.startsWith("it hangs")) this.hangs += 1;
        this.faults.push(line);
        return;
      case "ended":
        this.ended += 1;
        this.running.delete(line.session);
        this.byCode.set(line.code, (this.byCode.get(line.code) ?? 0) + 1);
        if (line.tookMs > this.longest.tookMs) this.longest = line;
        return;
      case "beat":
        this.mostRssBytes = Math.max(this.mostRssBytes, line.rssBytes);
        this.mostBlockedMs = Math.max(this.mostBlockedMs, line.blockedMs);
        return;
      case "done":
        this.isDone = true;
        this.figures = line.figures;
        return;
    }
  }
}

/** What one process is to do. */
interface Job {
  readonly level: Level;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** Runs sessions in a process of their own; ends it when it blocks. */
async function runAlone({ level, seed, first, count }: Job): Promise<Outcome> {
  const outcome = new Outcome();
  const args = ["--import", "tsx", "test/fuzz/child.ts", level, seed, first, count].map(String);
  const child = spawn(process.execPath, args, {
    // Only what is named: NODE_OPTIONS or a DEBUG would be printed, or slow it down.
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const block = () => {
    outcome.take({ type: "fault", session: -1, what: "it hangs: the process is blocked" });
    child.kill("SIGKILL");
  };
  let timer = setTimeout(block, BLOCKED_MS);
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (data: Buffer) => (printed += data.toString()));
  }
  const lines = createInterface({ input: child.stdio[3] as Readable });
  lines.on("line", (line) => {
    clearTimeout(timer);
    timer = setTimeout(block, BLOCKED_MS);
    outcome.take(JSON.parse(line) as Line);
  });
  const how = await new Promise<string>((resolve) => {
    child.on("close", (code, signal) => {
      resolve(signal ?? `exit code ${code ?? ""}`);
    });
  });
  clearTimeout(timer);
  if (printed !== "") outcome.take({ type: "fault", session: -1, what: `printed: ${printed}` });
  if (!outcome.isDone && outcome.crashes + outcome.hangs === 0) {
    outcome.take({ type: "crash", session: -1, what: `the process ended with ${how}` });
  }
  return outcome;
}

/** Finds which of the suspects do wrong also when each is alone in its process. */
async function culprits(job: Job, outcome: Outcome): Promise<string[]> {
  const found: string[] = [];
  const running = outcome.isDone ? [] : outcome.running;
  const suspects = new Set([...running, ...outcome.suspected.map(({ session }) => session)]);
  for (const session of [...suspects].slice(0, MOST_SUSPECTS)) {
    const own = { ...job, first: session, count: 1 };
    const { did, ...alone } = await runAlone(own);
    const faults = [...alone.faults, ...alone.suspected];
    if (faults.length > 0) found.push(faultsText(own, { did, faults }));
    if (found.length >= MOST_FAULTS_SHOWN) break;
  }
  return found;
}

/** The faults of an outcome, each with what is needed to repeat it. */
function faultsText(
  { count, level, seed, first }: Job,
  { faults, did }: Pick<Outcome, "faults" | "did">,
): string {
  return faults
    .slice(0, MOST_FAULTS_SHOWN)
    .map(({ session, what }) => {
      const known = session < 0 && count === 1 ? first : session;
      if (known < 0) return `${level} level, ${SEED}=${seed}, sessions from ${first}: ${what}`;
      const mutations = (did.get(known) ?? []).map((each) => `\n    ${each}`).join("");
      return `${level} level, ${SEED}=${seed} ${SESSION}=${known}: ${what}${mutations}`;
    })
    .join("\n  ");
}

function list(byCode: ReadonlyMap<string, number>): string {
  const entries = [...byCode].sort(([, one], [, other]) => other - one);
  return entries.map(([code, count]) => `${code} ${count}`).join(", ");
}

/** Runs `count` sessions on a level, prints the figures, and throws if anything went wrong. */
export async function fuzz(t: TestContext, level: Level, count: number): Promise<void> {
  const seed = seedOf(t, SEED);
  const session = numberFrom(SESSION);
  const range = session === undefined ? { first: 0, count } : { first: session, count: 1 };
  const job = { level, seed, ...range };
  const startMs = performance.now();
  const outcome = await runAlone(job);
  const { byCode, crashes, hangs, longest } = outcome;
  t.diagnostic(`${outcome.ended} sessions in ${seconds(performance.now() - startMs)} s`);
  t.diagnostic(`ended by: ${list(byCode)}`);
  t.diagnostic(
    `longest session ${seconds(longest.tookMs)} s of its clock (${longest.code}); ` +
      `its deadline was ${seconds(longest.deadlineMs)} s`,
  );
  t.diagnostic(`crashes ${crashes}, hangs ${hangs}, other faults ${otherFaults(outcome)}`);
  t.diagnostic(
    `most memory ${Math.round(outcome.mostRssBytes / 1e6)} MB, ` +
      `longest block ${Math.round(outcome.mostBlockedMs)} ms`,
  );
  if (outcome.figures !== undefined) t.diagnostic(JSON.stringify(outcome.figures));
  if (session !== undefined) {
    for (const what of outcome.did.get(session) ?? []) t.diagnostic(what);
  }
  const alone = await culprits(job, outcome);
  const faults = outcome.faults.length === 0 ? [] : [faultsText(job, outcome)];
  if (faults.length + alone.length > 0) throw new Error([...faults, ...alone].join("\nalone:\n  "));
}

function otherFaults({ crashes, faults, hangs }: Outcome): number {
  return faults.length - crashes - hangs;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
