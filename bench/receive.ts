/*
 * What receiving takes, compared with the vendor's sample for Node.js: `npm run bench`. Words narrow
 * a run down: bulk, 1000, 4x1000, latency, credit; plain, tls; program, node-red. BENCH_PAIRS says
 * how often each comparison is made; BENCH_PACKAGE, in which directory another build of this package
 * is. The package must have been built.
 */
import { availableParallelism, loadavg } from "node:os";
import { inspect } from "node:util";
import { FRAME_BYTES } from "./receive/messages";
import { run } from "./receive/run";
import type { Figures, Job, Phase } from "./receive/job";
import type { Kind } from "./receive/receivers";

type Ours = Exclude<Kind, "bare">;
type Transport = "plain" | "tls";

interface Comparison {
  readonly name: string;
  readonly warmUp: Phase;
  readonly measured: Phase;
  readonly connections: number;
  /** Unless BENCH_PAIRS says otherwise; fewer of what takes longer. */
  readonly pairs: number;
}

/** What has received for some minutes is compiled, however little comes; so it is here. */
const COMPILED: Phase = { messages: 20_000, perSecond: 1_000 };
const COMPILED_AT_FULL_SPEED: Phase = { messages: 100_000 };
const COMPARISONS: readonly Comparison[] = [
  {
    name: "bulk",
    warmUp: COMPILED_AT_FULL_SPEED,
    measured: { messages: 200_000 },
    connections: 1,
    pairs: 5,
  },
  {
    name: "1000",
    warmUp: COMPILED,
    measured: { messages: 10_000, perSecond: 1_000 },
    connections: 1,
    pairs: 5,
  },
  {
    name: "4x1000",
    warmUp: { messages: 60_000, perSecond: 4_000 },
    measured: { messages: 32_000, perSecond: 4_000 },
    connections: 4,
    pairs: 5,
  },
];
const LATENCIES: readonly Required<Phase>[] = [
  { messages: 200, perSecond: 10 },
  { messages: 1_000, perSecond: 100 },
  { messages: 10_000, perSecond: 1_000 },
];
const CREDIT_WINDOWS = [10, 50];
const CREDIT_WARM_UP: Phase = { messages: 20_000 };
const CREDIT_MEASURED: Phase = { messages: 50_000 };
const CREDIT_RUNS = 3;

const PARTS = ["bulk", "1000", "4x1000", "latency", "credit"] as const;
const TRANSPORTS: readonly Transport[] = ["plain", "tls"];
const OURS: readonly Ours[] = ["program", "node-red"];
const NAMES: Readonly<Record<Kind, string>> = {
  bare: "bare",
  program: "program",
  "node-red": "Node-RED",
};

const say = (line: string) => process.stdout.write(`${line}\n`);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [Math.floor((values.length - 1) / 2), Math.ceil((values.length - 1) / 2)];
  return ((sorted[low] ?? NaN) + (sorted[high] ?? NaN)) / 2;
}

function pairsWanted(): number | undefined {
  const text = process.env["BENCH_PAIRS"];
  if (text === undefined) return undefined;
  if (!/^[1-9]\d*$/.test(text)) throw new Error("BENCH_PAIRS is the number of pairs.");
  return Number(text);
}

/** CPU in µs and messages a second, of one run. */
interface RunCost {
  readonly cpuUs: number;
  readonly rate: number;
}

function costOf({ cpuUs, tookMs }: Figures, { messages }: Phase): RunCost {
  return { cpuUs: cpuUs / messages, rate: (messages * 1_000) / tookMs };
}

function comparisonText(bare: readonly RunCost[], ours: readonly RunCost[]): string {
  const ratios = bare.map(({ cpuUs }, index) => (ours[index]?.cpuUs ?? NaN) / cpuUs);
  const shown = [median(ratios), Math.min(...ratios), Math.max(...ratios)];
  const [middle, least, most] = shown.map((ratio) => ratio.toFixed(2));
  const cpu = (all: readonly RunCost[]) => median(all.map(({ cpuUs }) => cpuUs)).toFixed(1);
  const rate = (all: readonly RunCost[]) => median(all.map((each) => each.rate)).toFixed(0);
  return (
    `bare ${cpu(bare)} µs, ours ${cpu(ours)} µs, ours/bare ${middle ?? ""} ` +
    `(${least ?? ""} to ${most ?? ""}, pairs: ${ratios.length}); ` +
    `${rate(bare)} and ${rate(ours)} msg/s`
  );
}

/** The bare sample and then ours, again and again: what else the computer does hits both alike. */
async function compare(comparison: Comparison, transport: Transport, kinds: readonly Ours[]) {
  const { name, warmUp, measured, connections } = comparison;
  const useTls = transport === "tls";
  const job: Job = { warmUp, measured, connections, useTls, isTimed: false };
  const runs: Record<Kind, RunCost[]> = { bare: [], program: [], "node-red": [] };
  const pairs = pairsWanted() ?? comparison.pairs;
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const kind of ["bare", ...kinds] as const) {
      runs[kind].push(costOf(await run(kind, job), measured));
    }
  }
  for (const kind of kinds) {
    say(`${name}, ${transport}, ${NAMES[kind]}: ${comparisonText(runs.bare, runs[kind])}`);
  }
}

async function latency(kinds: readonly Ours[]): Promise<void> {
  say("latency: µs from the socket write to the receiver's own code, plain");
  for (const measured of LATENCIES) {
    for (const kind of ["bare", ...kinds] as const) {
      const warmUp = COMPILED;
      const job = { warmUp, measured, connections: 1, useTls: false, isTimed: true };
      const { p50, p99 } = (await run(kind, job)).delayUs;
      say(`${measured.perSecond} a second, ${NAMES[kind]}: p50 ${p50} µs, p99 ${p99} µs`);
    }
  }
}

async function credit(kinds: readonly Ours[]): Promise<void> {
  for (const creditWindow of CREDIT_WINDOWS) {
    for (const kind of kinds) {
      const rates: number[] = [];
      for (let count = 0; count < CREDIT_RUNS; count += 1) {
        const figures = await run(kind, {
          warmUp: CREDIT_WARM_UP,
          measured: CREDIT_MEASURED,
          connections: 1,
          useTls: false,
          isTimed: false,
          settings: { creditWindow },
        });
        rates.push(costOf(figures, CREDIT_MEASURED).rate);
      }
      const name = `bulk with a credit window of ${creditWindow}, plain, ${NAMES[kind]}`;
      say(`${name}: ${median(rates).toFixed(0)} msg/s (${CREDIT_RUNS} runs)`);
    }
  }
}

/** The words given of those that narrow the same thing down; all if none is. */
function chosen<Word extends string>(given: readonly string[], words: readonly Word[]): Word[] {
  const found = words.filter((word) => given.includes(word));
  return found.length === 0 ? [...words] : found;
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const all: readonly string[] = [...PARTS, ...TRANSPORTS, ...OURS];
  const unknown = given.find((word) => !all.includes(word));
  if (unknown !== undefined) throw new Error(`“${unknown}” is none of ${all.join(", ")}.`);
  const parts = chosen(given, PARTS);
  const kinds = chosen(given, OURS);
  const [load = NaN] = loadavg();
  say(
    `receiving messages of ${FRAME_BYTES} bytes: Node.js ${process.version}, ` +
      `${availableParallelism()} CPUs, load ${load.toFixed(1)} before`,
  );
  say("medians: µs of CPU a message, and the pairs' ratios (less than 1: ours takes less)");
  for (const comparison of COMPARISONS.filter(({ name }) => parts.some((part) => part === name))) {
    for (const transport of chosen(given, TRANSPORTS)) await compare(comparison, transport, kinds);
  }
  if (parts.includes("latency")) await latency(kinds);
  if (parts.includes("credit")) await credit(kinds);
}

main().catch((error: unknown) => {
  process.stderr.write(`${inspect(error)}\n`);
  // What else the run waits for does not matter any more.
  process.exit(1);
});
