import { shown } from "../../errors/invalid-setting";
import { ALLOWED } from "../../errors/setting-texts";
import { fill } from "../../errors/texts";
import type { Allowed } from "../../errors/invalid-setting";
import type { Parameters, ParameterValues } from "./parameter";

/** A request for a fault whose fields nobody has looked at: `fault` and its parameters. */
export type UncheckedRequest = Readonly<Record<string, unknown>>;

/** What is wrong with a request for a fault, in no language yet. */
export interface RequestProblem {
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
  return fill(ALLOWED[rule]["en-US"], values);
}

function sentence({ field, kind, value, allowed }: RequestProblem): string {
  const whatIsWrong = {
    wrong: `“${field}” cannot be ${value}.`,
    missing: `“${field}” is missing.`,
    unknown: `Unknown field “${field}”.`,
  }[kind];
  return `${whatIsWrong} Allowed: ${allowedText(allowed)}.`;
}

/** A fault was asked for that does not exist, or with wrong parameters. Nothing was done. */
export class FaultRequestError extends Error {
  readonly problem: RequestProblem;

  constructor(problem: RequestProblem) {
    super(sentence(problem));
    this.name = "FaultRequestError";
    this.problem = problem;
  }
}

/** Checks what was given for a fault's parameters. Throws FaultRequestError for the first wrong one. */
export function readParameters<P extends Parameters>(
  parameters: P,
  given: UncheckedRequest,
  consumerGroupIds: readonly string[],
): ParameterValues<P> {
  const unknown = Object.keys(given).find((field) => !Object.hasOwn(parameters, field));
  if (unknown !== undefined) {
    const allowed: Allowed = { rule: "choice", choices: Object.keys(parameters).join(", ") };
    throw new FaultRequestError({ field: unknown, kind: "unknown", value: "", allowed });
  }
  const values = Object.entries(parameters).map(([field, parameter]) => {
    const value = given[field];
    if (value === undefined && !parameter.isRequired) return [field, parameter.fallback] as const;
    const read = value === undefined ? undefined : parameter.read(value, consumerGroupIds);
    if (read !== undefined) return [field, read] as const;
    throw new FaultRequestError({
      field,
      kind: value === undefined ? "missing" : "wrong",
      value: shown(value),
      allowed: parameter.allowed(consumerGroupIds),
    });
  });
  return Object.fromEntries(values) as ParameterValues<P>; // the type is made of the same table
}
