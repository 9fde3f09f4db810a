import { linesOf } from "../doctor/tell";
import { lookUpFor } from "./explain";
import { language } from "./io";
import { DOCTOR_SOURCES, readSettings, readText } from "./settings";
import type { ToldFinding, ToldResult } from "../doctor/tell";
import type { LookUp } from "../errors/tell";
import type { ExitCode, Io } from "./io";
import { circumstances, examine } from "../doctor/examine";
import { tellFinding, tellResult } from "../doctor/tell";
import { resolveInstance } from "../settings/instance";
import { resolveSubscribe } from "../settings/subscribe";
import { integer } from "../settings/read";

/** Checks a connection, a line each step. */
export async function doctor(args: readonly string[], io: Io): Promise<ExitCode> {
  const {
    tls: caFile,
    useTls: noTls,
    wait,
    json,
    ...given
  } = readSettings(args, DOCTOR_SOURCES, io.env);
  const waitMs = secondsOf(wait) * 1_000;
  // A file that cannot be read is told before the first step: there is nothing to be checked yet.
  const ca = caFile === undefined ? {} : { ca: await readText("tls", caFile) };
  const lookUp = lookUpFor({ language: language(io.env), sources: DOCTOR_SOURCES });
  const print = json === true ? inJson(io) : inColour(io, lookUp);
  const findings: ToldFinding[] = [];
  const settings = () => ({
    instance: resolveInstance({ ...given, useTls: noTls !== true }, ca),
    options: resolveSubscribe({ ...given, clientId: "doctor" }),
  });
  const passed = await examine({ settings, waitMs, stopping: io.stopping }, (finding) => {
    const told = tellFinding(finding, lookUp);
    if (told.state === "running") return;
    findings.push(told);
    print.finding(told);
  });
  if (io.stopping.aborted) {
    // What was not looked at is not known to be well.
    io.stderr.write(`${lookUp("result.stopped", {})}\n`);
    return 1;
  }
  print.result(tellResult(findings, circumstances(Date.now()), lookUp));
  return passed ? 0 : 1;
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return 0;
  return integer({ wait: text }, "wait", { min: 1, max: 60, fallback: 1 });
}

/** How findings are written. */
interface Print {
  finding(told: ToldFinding): void;
  result(told: ToldResult): void;
}

function inJson({ stdout }: Io): Print {
  const write = (told: object) => {
    stdout.write(`${JSON.stringify(told)}\n`);
  };
  return { finding: write, result: write };
}

/** SGR codes (ECMA-48): green, red, faint. */
const COLOUR = { passed: 32, failed: 31, skipped: 2, running: 2 } as const;

function inColour({ stdout, env }: Io, lookUp: LookUp): Print {
  const colours = "isTTY" in stdout && stdout.isTTY === true && !env["NO_COLOR"];
  const coloured = (state: keyof typeof COLOUR, text: string) =>
    colours ? `\u001b[${COLOUR[state]}m${text}\u001b[0m` : text;
  return {
    finding: (told) => {
      const [first = "", ...rest] = linesOf(told, lookUp);
      stdout.write(`${[coloured(told.state, first), ...rest].join("\n")}\n`);
    },
    result: ({ result, text }) => {
      stdout.write(`${coloured(result, text)}\n`);
    },
  };
}
