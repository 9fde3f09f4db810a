import { fill, TEXTS } from "../../errors/texts";
import type { Allowed } from "../../errors/invalid-setting";

/** What is wrong with a request for a fault, in no language yet. */
export interface Problem {
  /** The field that is wrong: `fault` itself or a parameter. */
  readonly field: string;
  /** `unknown`: there is no such field; then `allowed` names those that there are. */
  readonly kind: "wrong" | "missing" | "unknown";
  /** The value as it can be shown. */
  readonly value: string;
  readonly allowed: Allowed;
}

/** What a field may be, in English. */
export function allowedText({ rule, ...values }: Allowed): string {
  return fill(TEXTS["en-US"].allowed[rule], values);
}

function sentence({ field, kind, value, allowed }: Problem): string {
  const whatIsWrong = {
    wrong: `“${field}” cannot be ${value}.`,
    missing: `“${field}” is missing.`,
    unknown: `There is no “${field}” here.`,
  }[kind];
  return `${whatIsWrong} Allowed: ${allowedText(allowed)}.`;
}

/** A fault was asked for that does not exist, or with wrong parameters. */
export class FaultError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(sentence(problem));
    this.name = "FaultError";
    this.problem = problem;
  }
}
