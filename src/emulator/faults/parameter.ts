import type { Allowed } from "../../errors/invalid-setting";
import type { Range } from "../../settings/read";

/** A parameter of a fault. */
export interface Parameter<T, Required extends boolean = boolean> {
  readonly isRequired: Required;
  /** The value when it is absent. */
  readonly fallback: T | undefined;
  /** What its absence means, as `GET /faults` says it; empty if it is required. */
  readonly whenAbsent: string;
  allowed(consumerGroupIds: readonly string[]): Allowed;
  /** Undefined for a value that is not allowed. */
  read(value: unknown, consumerGroupIds: readonly string[]): T | undefined;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

type ValueOf<P> = P extends Parameter<infer T> ? T : never;

/** What a fault gets for its parameters. */
export type ParameterValues<P extends Parameters> = {
  readonly [Name in keyof P]: ValueOf<P[Name]>;
};

/** What a request gives for a fault's parameters. */
export type ParameterInput<P extends Parameters> = {
  readonly [Name in keyof P as P[Name]["isRequired"] extends true ? Name : never]: ValueOf<P[Name]>;
} & {
  readonly [Name in keyof P as P[Name]["isRequired"] extends true ? never : Name]?: ValueOf<
    P[Name]
  >;
};

type Check<T> = Pick<Parameter<T>, "allowed" | "read">;

const COUNT = { min: 1, max: 1_000_000 };
/** A day: more than any test needs, and less than a timer takes. */
const SECONDS = { min: 0, max: 86_400 };
/** A symbol of up to 255 ASCII characters: its length is one byte. */
const SYMBOL = /^[\x21-\x7e]{1,255}$/;

function required<T>(check: Check<T>): Parameter<T, true> {
  return { isRequired: true, whenAbsent: "", fallback: undefined, ...check };
}

function optional<T>(whenAbsent: string, check: Check<T>): Parameter<T | undefined, false> {
  return { isRequired: false, whenAbsent, fallback: undefined, ...check };
}

function withDefault<T>(fallback: T, check: Check<T>): Parameter<T, false> {
  return { isRequired: false, whenAbsent: String(fallback), fallback, ...check };
}

function numberIn({ min, max }: Range): Check<number> {
  return {
    allowed: () => ({ rule: "number", min, max }),
    read: (value) =>
      typeof value === "number" && value >= min && value <= max ? value : undefined,
  };
}

function integerIn({ min, max }: Range): Check<number> {
  return {
    allowed: () => ({ rule: "integer", min, max }),
    read: (value) => (Number.isInteger(value) ? numberIn({ min, max }).read(value, []) : undefined),
  };
}

const TEXT: Check<string> = {
  allowed: () => ({ rule: "text" }),
  read: (value) => (typeof value === "string" ? value : undefined),
};

const CONDITION: Check<string> = {
  allowed: () => ({ rule: "symbol" }),
  read: (value) => (typeof value === "string" && SYMBOL.test(value) ? value : undefined),
};

const FLAG: Check<boolean> = {
  allowed: () => ({ rule: "choice", choices: "true, false" }),
  read: (value) => (typeof value === "boolean" ? value : undefined),
};

function oneOf<const T extends string>(choices: readonly T[]): Check<T> {
  return {
    allowed: () => ({ rule: "choice", choices: choices.join(", ") }),
    read: (value) => choices.find((choice) => choice === value),
  };
}

const GROUP: Check<string> = {
  allowed: (known) => ({ rule: "choice", choices: known.join(", ") }),
  read: (value, known) => known.find((consumerGroupId) => consumerGroupId === value),
};

const LIST: Check<readonly unknown[]> = {
  allowed: () => ({ rule: "entries" }),
  read: (value) => (Array.isArray(value) && value.length > 0 ? value : undefined),
};

/** A number of transfers, sign-ins or messages. */
export const count = (fallback: number) => withDefault(fallback, integerIn(COUNT));
export const optionalCount = (whenAbsent: string) => optional(whenAbsent, integerIn(COUNT));
export const seconds = (fallback: number) => withDefault(fallback, numberIn(SECONDS));
export const optionalSeconds = (whenAbsent: string) => optional(whenAbsent, numberIn(SECONDS));
export const optionalNumber = (range: Range) => optional("", numberIn(range));
export const optionalInteger = (range: Range) => optional("", integerIn(range));
export const requiredNumber = (range: Range) => required(numberIn(range));
export const text = (whenAbsent: string) => optional(whenAbsent, TEXT);
export const number = (fallback: number, range: Range) => withDefault(fallback, numberIn(range));
export const integer = (fallback: number, range: Range) => withDefault(fallback, integerIn(range));
export const choice = <const T extends string>(fallback: T, choices: readonly T[]) =>
  withDefault<T>(fallback, oneOf(choices));
export const requiredChoice = <const T extends string>(choices: readonly T[]) =>
  required(oneOf(choices));
export const optionalChoice = <const T extends string>(whenAbsent: string, choices: readonly T[]) =>
  optional(whenAbsent, oneOf(choices));
/** A condition of an AMQP error. */
export const condition = (whenAbsent: string) => optional(whenAbsent, CONDITION);
export const flag = (fallback: boolean) => withDefault(fallback, FLAG);
/** A list with something in it; its items are not checked. */
export const list = () => required(LIST);

/** Parameters of every fault that does something to connections: how many, and of which group. */
export const CONNECTION_CHOICE = {
  connections: optionalCount("all open ones"),
  group: optional("all groups", GROUP),
};
