import { tellError } from "../errors/tell";
import type { ErrorCode, ErrorDetails } from "../errors/error";
import type { LookUp } from "../errors/tell";
import type { Finding, Step } from "./finding";

/** A finding for people, as plain data. */
export interface ToldFinding {
  readonly step: Step;
  readonly title: string;
  readonly state: Finding["state"];
  /** What was found, or what went wrong; absent while the step is running. */
  readonly text?: string;
  readonly code?: ErrorCode;
  /** A few words for the failure. */
  readonly short?: string;
  readonly remedy?: string;
  /** What was recognised in the settings or in what the server showed. */
  readonly hints?: readonly string[];
}

function sentence(path: string, values: ErrorDetails, lookUp: LookUp): string {
  const { setting } = values;
  const label = setting === undefined ? {} : { label: lookUp(`settings.${setting}`, values) };
  return lookUp(path, { ...values, ...label });
}

/** Tells a finding with the texts of a catalogue. */
export function tellFinding(finding: Finding, lookUp: LookUp): ToldFinding {
  const { step, state } = finding;
  const told = { step, title: lookUp(`steps.${step}`, {}), state };
  switch (state) {
    case "running":
      return told;
    case "passed":
    case "skipped": {
      const { fact } = finding;
      return { ...told, text: sentence(`facts.${fact.name}`, fact.values, lookUp) };
    }
    case "failed": {
      const { error } = finding;
      const { short, text, remedy } = tellError(error, lookUp);
      const hints = finding.hints.map(({ name, values }) =>
        sentence(`hints.${name}`, values, lookUp),
      );
      return { ...told, text, code: error.code, short, remedy, hints };
    }
  }
}

/** How an examination ended. */
export interface ToldResult {
  readonly result: "passed" | "failed";
  /** One sentence. */
  readonly text: string;
  /** All of it as plain text without secrets, for a message to somebody who can help. */
  readonly report: string;
}

const MARK = { passed: "[ok]", failed: "[!!]", skipped: "[--]", running: "[..]" } as const;

/** One finding in plain lines; what belongs to a failure is indented. */
export function linesOf({ state, title, text = "", ...more }: ToldFinding, lookUp: LookUp) {
  const { code, remedy = "", hints = [] } = more;
  const first = `${MARK[state]} ${lookUp("report.line", { title, text })}`;
  if (code === undefined) return [first];
  const indented = [...hints.map((hint) => `     - ${hint}`), `     → ${remedy}`];
  return [`${first} [${code}]`, ...indented];
}

/** Sums up an examination; `about` says where and when it was done. */
export function tellResult(
  findings: readonly ToldFinding[],
  about: ErrorDetails,
  lookUp: LookUp,
): ToldResult {
  const ended = findings.filter(({ state }) => state !== "running");
  const failure = ended.find(({ state }) => state === "failed");
  const passed = failure === undefined;
  const { title = "", short = "" } = failure ?? {};
  const text = lookUp(`result.${passed ? "passed" : "failed"}`, { step: title, short });
  const head = ["title", "time"].map((line) => lookUp(`report.${line}`, about));
  const report = [...head, ...ended.flatMap((told) => linesOf(told, lookUp)), text].join("\n");
  return { result: passed ? "passed" : "failed", text, report };
}
