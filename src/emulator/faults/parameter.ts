import { FaultError } from "./fault-request-error";
import { shown } from "../../errors/invalid-setting";
import type { Allowed } from "../../errors/invalid-setting";
import type { Range } from "../../settings/read";

/** A parameter of a fault. `fallback` is its value when it is absent; without it there must be one. */
export interface Parameter<T, Needed extends boolean = boolean> {
  readonly isNeeded: Needed;
  readonly fallback: T | undefined;
  /** What its absence means, for people; empty if there must be one. */
  readonly otherwise: string;
  allowed(consumerGroupIds: readonly string[]): Allowed;
  /** Undefined for a value that is not allowed. */
  read(value: unknown, consumerGroupIds: readonly string[]): T | undefined;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** What a fault gets for its parameters. */
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: ValueOf<P[Name]>;
};

/** What has to be given for a fault's parameters. */
export type Given<P extends Parameters> = {
  readonly [Name in keyof P as P[Name]["isNeeded"] extends true ? Name : never]: ValueOf<P[Name]>;
} & {
  readonly [Name in keyof P as P[Name]["isNeeded"] extends true ? never : Name]?: ValueOf<P[Name]>;
};

type ValueOf<P> = P extends Parameter<infer T> ? T : never;

const COUNT = { min: 1, max: 1_000_000 };
/** A day: more than any test needs, and less than a timer takes. */
const SECONDS = { min: 0, max: 86_400 };
/** AMQP writes a symbol of so many characters with a one-byte length. */
const SYMBOL = /^[\x21-\x7e]{1,255}$/;

function optional<T>(
  otherwise: string,
  fallback: T,
  rest: Pick<Parameter<T>, "allowed" | "read">,
): Parameter<T, false> {
  return { isNeeded: false, otherwise, fallback, ...rest };
}

function numberIn({ min, max }: Range, isWhole: boolean) {
  return {
    allowed: (): Allowed => ({ rule: isWhole ? "integer" : "number", min, max }),
    read: (value: unknown) => {
      const isNumber = typeof value === "number" && value >= min && value <= max;
      return isNumber && (!isWhole || Number.isInteger(value)) ? value : undefined;
    },
  };
}

export function count(fallback: number): Parameter<number, false> {
  return optional(String(fallback), fallback, numberIn(COUNT, true));
}

export function optionalCount(otherwise: string): Parameter<number | undefined, false> {
  return optional<number | undefined>(otherwise, undefined, numberIn(COUNT, true));
}

export function seconds(fallback: number): Parameter<number, false> {
  return optional(String(fallback), fallback, numberIn(SECONDS, false));
}

export function optionalSeconds(otherwise: string): Parameter<number | undefined, false> {
  return optional<number | undefined>(otherwise, undefined, numberIn(SECONDS, false));
}

export function optionalNumber(
  range: Range,
  sort: "whole" | "any" = "any",
): Parameter<number | undefined, false> {
  return optional<number | undefined>("", undefined, numberIn(range, sort === "whole"));
}

export function neededNumber(range: Range): Parameter<number, true> {
  return { isNeeded: true, otherwise: "", fallback: undefined, ...numberIn(range, false) };
}

export function text(otherwise: string): Parameter<string | undefined, false> {
  return optional<string | undefined>(otherwise, undefined, {
    allowed: () => ({ rule: "text" }),
    read: (value) => (typeof value === "string" ? value : undefined),
  });
}

export function condition(otherwise: string): Parameter<string | undefined, false> {
  return optional<string | undefined>(otherwise, undefined, {
    allowed: () => ({ rule: "symbol" }),
    read: (value) => (typeof value === "string" && SYMBOL.test(value) ? value : undefined),
  });
}

export function flag(fallback: boolean): Parameter<boolean, false> {
  return optional(String(fallback), fallback, {
    allowed: () => ({ rule: "choice", choices: "true, false" }),
    read: (value) => (typeof value === "boolean" ? value : undefined),
  });
}

export function group(): Parameter<string | undefined, false> {
  return optional<string | undefined>("all groups", undefined, {
    allowed: (known) => ({ rule: "choice", choices: known.join(", ") }),
    read: (value, known) => known.find((consumerGroupId) => consumerGroupId === value),
  });
}

/** A list with something in it; of what, is for others to check. */
export function entries(): Parameter<readonly unknown[], true> {
  return {
    ...{ isNeeded: true, otherwise: "", fallback: undefined },
    allowed: () => ({ rule: "entries" }),
    read: (value) => (Array.isArray(value) && value.length > 0 ? value : undefined),
  };
}

/** Checks what was given for a fault's parameters. Throws FaultError for the first that is wrong. */
export function readParameters<P extends Parameters>(
  parameters: P,
  given: Readonly<Record<string, unknown>>,
  consumerGroupIds: readonly string[],
): Values<P> {
  const unknown = Object.keys(given).find((field) => !Object.hasOwn(parameters, field));
  if (unknown !== undefined) {
    const allowed: Allowed = { rule: "choice", choices: Object.keys(parameters).join(", ") };
    throw new FaultError({ field: unknown, kind: "unknown", value: "", allowed });
  }
  const values = Object.entries(parameters).map(([field, parameter]) => {
    const value = given[field];
    if (value === undefined && !parameter.isNeeded) return [field, parameter.fallback] as const;
    const read = value === undefined ? undefined : parameter.read(value, consumerGroupIds);
    if (read !== undefined) return [field, read] as const;
    throw new FaultError({
      field,
      kind: value === undefined ? "missing" : "wrong",
      value: shown(value),
      allowed: parameter.allowed(consumerGroupIds),
    });
  });
  return Object.fromEntries(values) as Values<P>; // by the very table that the type is made of
}
