import type { SignInContext, TransferContext } from "../amqp/behaviour";
import type { Answer } from "../api/answer";
import type { Call, CommandCall } from "../api/hooks";
import type { DispatchContext } from "../groups/consumer-group";
import type { FaultHooks, StandingFault } from "./fault";

/** A fault in force, as `GET /faults` shows it: these fields and its parameters. */
export interface StandingFaultReport {
  readonly fault: string;
  /** How many sign-ins, transfers, messages or connections it still is for. */
  readonly left?: number;
}

/** The oldest ends first: a scenario may run for days without a client that uses its faults up. */
const MAX_STANDING = 1_000;

/** The faults in force, oldest first: each is used up before the next, and one acts at a time. */
export class StandingFaults implements FaultHooks {
  /** Each with the request that started it. */
  readonly #requests = new Map<StandingFault, StandingFaultReport>();

  /** The returned function removes it again. */
  add(request: StandingFaultReport, fault: StandingFault): () => void {
    this.#requests.set(fault, request);
    const [oldest] = this.#requests.keys();
    if (this.#requests.size > MAX_STANDING && oldest !== undefined) {
      this.#requests.delete(oldest);
      oldest.end();
    }
    return () => {
      this.#requests.delete(fault);
    };
  }

  list(): readonly StandingFaultReport[] {
    return [...this.#requests].map(([fault, request]) => {
      const left = fault.left();
      return left === undefined ? request : { ...request, left };
    });
  }

  /** Ends those of a name, or all, and returns how many there were. */
  end(name?: string): number {
    const chosen = [...this.#requests]
      .filter(([, request]) => name === undefined || request.fault === name)
      .map(([fault]) => fault);
    // Removed all together first: what one had held back is not for the next one.
    for (const fault of chosen) this.#requests.delete(fault);
    for (const fault of chosen) fault.end();
    return chosen.length;
  }

  onSignIn(context: SignInContext) {
    return this.#ask((fault) => fault.onSignIn?.(context));
  }

  onDispatch(context: DispatchContext) {
    return this.#ask((fault) => fault.onDispatch?.(context));
  }

  onTransfer(context: TransferContext) {
    return this.#ask((fault) => fault.onTransfer?.(context));
  }

  onClock() {
    return this.#ask((fault) => fault.onClock?.());
  }

  onCall(call: Call) {
    return this.#ask((fault) => fault.onCall?.(call));
  }

  onCommand(call: CommandCall) {
    return this.#ask((fault) => fault.onCommand?.(call));
  }

  onAnswer(call: Call, answer: Answer) {
    return this.#ask((fault) => fault.onAnswer?.(call, answer));
  }

  #ask<T>(question: (fault: StandingFault) => T | undefined): T | undefined {
    for (const fault of this.#requests.keys()) {
      const answer = question(fault);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}
