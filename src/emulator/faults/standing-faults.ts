import type { DispatchContext, SignInContext, TransferContext } from "../amqp/behaviour";
import type { FaultHooks, Standing } from "./fault";

/** A fault that lasts, as `GET /faults` shows it: its parameters stand beside these. */
export interface StandingFault {
  readonly fault: string;
  /** How many sign-ins, transfers, messages or connections it still is for. */
  readonly left?: number;
}

interface Entry {
  readonly request: StandingFault;
  readonly standing: Standing;
}

/** Of more the oldest ends: a scenario may go on for days with nobody there to use its faults up. */
const MAX_STANDING = 1_000;

/** The faults in force, oldest first: each is used up before the next, and one strikes at a time. */
export class StandingFaults implements FaultHooks {
  readonly #entries = new Set<Entry>();

  /** The returned function takes it out again. */
  add(request: StandingFault, standing: Standing): () => void {
    const entry = { request, standing };
    this.#entries.add(entry);
    const [oldest] = this.#entries;
    if (this.#entries.size > MAX_STANDING && oldest !== undefined) {
      this.#entries.delete(oldest);
      oldest.standing.calm();
    }
    return () => {
      this.#entries.delete(entry);
    };
  }

  list(): readonly StandingFault[] {
    return [...this.#entries].map(({ request, standing }) => {
      const left = standing.left();
      return left === undefined ? request : { ...request, left };
    });
  }

  /** Ends those of a name, or all, and says how many. */
  calm(fault?: string): number {
    const chosen = [...this.#entries].filter(
      ({ request }) => fault === undefined || request.fault === fault,
    );
    // All of them first: what one had held back is not for the next one.
    for (const entry of chosen) this.#entries.delete(entry);
    for (const { standing } of chosen) standing.calm();
    return chosen.length;
  }

  onSignIn(context: SignInContext) {
    return this.#ask((standing) => standing.onSignIn?.(context));
  }

  onDispatch(context: DispatchContext) {
    return this.#ask((standing) => standing.onDispatch?.(context));
  }

  onTransfer(context: TransferContext) {
    return this.#ask((standing) => standing.onTransfer?.(context));
  }

  #ask<Answer>(question: (standing: Standing) => Answer | undefined): Answer | undefined {
    for (const { standing } of this.#entries) {
      const answer = question(standing);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}
