import { readParameters } from "./fault-request";
import type { Clock } from "../../clock";
import type { Behaviour, OpenConnection } from "../amqp/behaviour";
import type { ApiHooks } from "../api/hooks";
import type { UncheckedRequest } from "./fault-request";
import type { Parameters, ParameterValues } from "./parameter";

/** What a fault has done or is going to do, as numbers. */
export type FaultAnswer = Readonly<Record<string, number>>;

/** Which connections a fault is for. */
export interface ConnectionChoice {
  /** How many, chosen by chance; default: all. */
  readonly connections: number | undefined;
  readonly group: string | undefined;
}

/** The hooks that a fault may have. */
export type FaultHooks = Pick<Behaviour, "onSignIn" | "onDispatch" | "onTransfer"> & ApiHooks;

/** A fault in force: one that lasts. */
export interface StandingFault extends FaultHooks {
  /** How many sign-ins, transfers, messages or connections it still is for; undefined: no number. */
  left(): number | undefined;
  /** Ends it: what it holds back is sent, and no timer is left. */
  end(): void;
}

/** What a fault works on. */
export interface FaultContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly consumerGroupIds: readonly string[];
  /** Open connections; one that is silent is left alone. */
  pick(choice: ConnectionChoice): readonly OpenConnection[];
  /** Puts a fault in force; the returned function removes it once it is used up. */
  putInForce(fault: StandingFault): () => void;
  /** Ends earlier faults of the same name that are in force. */
  endEarlier(): void;
  /** See `ConsumerGroup.throttle`; for all groups. */
  throttle(perSecond: number | undefined): void;
}

/** One kind of fault. */
export interface Fault<P extends Parameters = Parameters> {
  /** One line, for `GET /faults`. */
  readonly description: string;
  readonly parameters: P;
  /** Throws FaultRequestError for wrong parameters. */
  start(context: FaultContext, given: UncheckedRequest): FaultAnswer;
}

/** A fault by its parameters and what it does with them. */
export function fault<const P extends Parameters>({
  description,
  parameters,
  start,
}: {
  readonly description: string;
  readonly parameters: P;
  readonly start: (context: FaultContext, values: ParameterValues<P>) => FaultAnswer;
}): Fault<P> {
  return {
    description,
    parameters,
    start: (context, given) =>
      start(context, readParameters(parameters, given, context.consumerGroupIds)),
  };
}

/** Puts hooks in force for the next `count` times; a hook calls `used` for each. */
export function forNext(
  context: FaultContext,
  count: number,
  hooks: (used: () => void) => FaultHooks,
): void {
  let left = count;
  const used = () => {
    left -= 1;
    if (left === 0) remove();
  };
  const remove = context.putInForce({ ...hooks(used), left: () => left, end: () => undefined });
}
