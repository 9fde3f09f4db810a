import { tellError } from "../errors/tell";
import { utcTime } from "../errors/texts";
import { packageVersion } from "../version";
import type { ErrorCode, ErrorDetails } from "../errors/error";
import type { LookUp } from "../errors/tell";
import type { Finding, Hint, Step } from "./finding";

/** A finding for people, as plain data. */
export interface FindingText {
  readonly step: Step;
  readonly title: string;
  readonly state: Finding["state"];
  /** What was found, or what went wrong; absent while the step is running. */
  readonly text?: string;
  readonly code?: ErrorCode;
  /** A few words for the failure. */
  readonly short?: string;
  readonly remedy?: string;
  /** What was recognised in the settings, or in what the server or its addresses showed. */
  readonly hints?: readonly string[];
}

function sentence(path: string, values: ErrorDetails, lookUp: LookUp): string {
  const { setting } = values;
  const label = setting === undefined ? {} : { label: lookUp(`settings.${setting}`, values) };
  return lookUp(path, { ...values, ...label });
}

/** A finding in words, with the texts of a catalogue. */
export function tellFinding(finding: Finding, lookUp: LookUp): FindingText {
  const { step, state } = finding;
  const common = { step, title: lookUp(`steps.${step}`, {}), state };
  const inWords = (sentences: readonly Hint[]) =>
    sentences.map(({ name, values }) => sentence(`hints.${name}`, values, lookUp));
  switch (state) {
    case "running":
      return common;
    case "passed":
    case "skipped": {
      const { fact } = finding;
      const hints = finding.state === "passed" ? inWords(finding.notes) : [];
      const text = sentence(`facts.${fact.name}`, fact.values, lookUp);
      return hints.length === 0 ? { ...common, text } : { ...common, text, hints };
    }
    case "failed": {
      const { error } = finding;
      const { short, text, remedy } = tellError(error, lookUp);
      return {
        ...common,
        text,
        code: error.code,
        short,
        remedy,
        hints: inWords(finding.hints),
      };
    }
  }
}

/** How an examination ended. */
export interface ResultText {
  readonly result: "passed" | "failed";
  /** One sentence. */
  readonly text: string;
  /** All of it as plain text without secrets, to be copied into a request for help. */
  readonly report: string;
}

const MARK = { passed: "[ok]", failed: "[!!]", skipped: "[--]", running: "[..]" } as const;

/** One finding in plain lines; what belongs to it is indented. */
export function linesOf({ state, title, text = "", ...more }: FindingText, lookUp: LookUp) {
  const { code, remedy = "", hints = [] } = more;
  const first = `${MARK[state]} ${lookUp("report.line", { title, text })}`;
  const indented = hints.map((hint) => `     - ${hint}`);
  return code === undefined
    ? [first, ...indented]
    : [`${first} [${code}]`, ...indented, `     → ${remedy}`];
}

/** Sums up an examination that was done now, on this computer. */
export function tellResult(
  findings: readonly FindingText[],
  nowMs: number,
  lookUp: LookUp,
): ResultText {
  const ended = findings.filter(({ state }) => state !== "running");
  const failure = ended.find(({ state }) => state === "failed");
  const result = failure === undefined ? "passed" : "failed";
  const { title = "", short = "" } = failure ?? {};
  // A failure before would come first: where the API's does, messages can be received.
  const told = failure ?? ended.at(-1);
  const name = told?.step === "api" ? `${result}Api` : result;
  const text = lookUp(`result.${name}`, { step: title, short });
  const system = `${process.platform} ${process.arch}`;
  const versions = { version: packageVersion(), node: process.versions.node, system };
  const head = [lookUp("report.title", versions), lookUp("report.time", { utc: utcTime(nowMs) })];
  const report = [...head, ...ended.flatMap((each) => linesOf(each, lookUp)), text].join("\n");
  return { result, text, report };
}
