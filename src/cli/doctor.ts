import { examine } from "../doctor/examine";
import { linesOf, tellFinding, tellResult } from "../doctor/tell";
import { hasApi } from "../settings/api";
import { integer } from "../settings/read";
import { resolveSubscribe } from "../settings/subscribe";
import { lookUpFor } from "./explain";
import { language } from "./io";
import { DOCTOR_SOURCES, readConnecting, readSettings } from "./settings";
import type { FindingText, ResultText } from "../doctor/tell";
import type { LookUp } from "../errors/tell";
import type { ExitCode, Io } from "./io";

/** Checks a connection, a line each step. */
export async function doctor(args: readonly string[], io: Io): Promise<ExitCode> {
  const { wait, json, api, ...given } = readSettings(args, DOCTOR_SOURCES, io.env);
  const waitMs = secondsOf(wait) * 1_000;
  // Before the first step: without the file there is nothing to be checked yet.
  const connecting = await readConnecting(given);
  const lookUp = lookUpFor({ language: language(io.env), sources: DOCTOR_SOURCES });
  const printer = json === true ? inJson(io) : inColour(io, lookUp);
  const findings: FindingText[] = [];
  const withApi = api === true || hasApi(given);
  const settings = () => ({
    instance: connecting.instance(),
    options: resolveSubscribe({ ...given, clientId: "doctor" }),
    api: withApi ? connecting.api() : undefined,
  });
  const passed = await examine({ settings, waitMs, stopping: io.stopping }, (finding) => {
    const text = tellFinding(finding, lookUp);
    if (text.state === "running") return;
    findings.push(text);
    printer.finding(text);
  });
  if (io.stopping.aborted) {
    // What was not looked at is not known to be well.
    io.stderr.write(`${lookUp("result.stopped", {})}\n`);
    return 1;
  }
  printer.result(tellResult(findings, Date.now(), lookUp));
  return passed ? 0 : 1;
}

function secondsOf(text: string | undefined): number {
  if (text === undefined) return 0;
  return integer({ wait: text }, "wait", { min: 1, max: 60 });
}

/** How findings are written. */
interface Printer {
  finding(text: FindingText): void;
  result(text: ResultText): void;
}

function inJson({ stdout }: Io): Printer {
  const write = (line: object) => {
    stdout.write(`${JSON.stringify(line)}\n`);
  };
  return { finding: write, result: write };
}

/** SGR codes (ECMA-48): green, red, faint. */
const COLOUR = { passed: 32, failed: 31, skipped: 2, running: 2 } as const;

function inColour({ stdout, env }: Io, lookUp: LookUp): Printer {
  const colours = "isTTY" in stdout && stdout.isTTY === true && !env["NO_COLOR"];
  const coloured = (state: keyof typeof COLOUR, text: string) =>
    colours ? `\u001b[${COLOUR[state]}m${text}\u001b[0m` : text;
  return {
    finding: (finding) => {
      const [first = "", ...rest] = linesOf(finding, lookUp);
      stdout.write(`${[coloured(finding.state, first), ...rest].join("\n")}\n`);
    },
    result: ({ result, text }) => {
      stdout.write(`${coloured(result, text)}\n`);
    },
  };
}
