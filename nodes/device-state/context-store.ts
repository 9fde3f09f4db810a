import { because, StoreError } from "../../src/errors/error";
import type { Cancel, Clock } from "../../src/clock";
import type { ErrorDetails } from "../../src/errors/error";
import type { StateStore } from "../../src/device-state/state-store";

/** Shorter than the usual ack timeout: the flow then releases the message before it expires. */
const ANSWER_LIMIT_MS = 10_000;

type Callback = (error: unknown, ...values: readonly unknown[]) => void;
type Answer = Promise<readonly unknown[]>;

/** A context of Node-RED, as far as it is used here. */
export interface Context {
  get(keys: string[], store: string, callback: Callback): void;
  set(key: string, value: unknown, store: string, callback: Callback): void;
  keys(store: string, callback: Callback): void;
}

/** A store of a context. */
export interface ContextPlace {
  readonly context: Context;
  /** Its name in settings.js. */
  readonly store: string;
}

/**
 * A context store with promises. Each call has a callback, because asynchronous stores need one.
 * After a call that took too long there is no other call until it has been answered.
 */
export class ContextStore implements StateStore {
  readonly name: string;
  readonly #context: Context;
  readonly #clock: Clock;
  /** Each ends the wait for an answer that has not come yet. */
  readonly #endWaits = new Set<() => void>();
  /** The number of calls that took too long and have not been answered yet. */
  #overdue = 0;
  #isClosed = false;

  constructor({ context, store }: ContextPlace, clock: Clock) {
    this.name = store;
    this.#context = context;
    this.#clock = clock;
  }

  readonly keys: StateStore["keys"] = async () => {
    const [keys] = await this.#call((callback) => {
      this.#context.keys(this.name, callback);
    });
    // An empty store may answer with undefined.
    return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
  };

  readonly get: StateStore["get"] = async (keys) => {
    const values = await this.#call((callback) => {
      this.#context.get([...keys], this.name, callback);
    });
    return keys.map((_, index) => values[index]);
  };

  readonly set: StateStore["set"] = async (key, value) => {
    await this.#call((callback) => {
      this.#context.set(key, value, this.name, callback);
    });
  };

  /** Fails the calls that still wait for an answer, and each later one. */
  close(): void {
    this.#isClosed = true;
    for (const endWait of this.#endWaits) endWait();
  }

  async #call(call: (callback: Callback) => void): Answer {
    if (this.#isClosed) throw this.#failed(because("storeStopped"));
    if (this.#overdue > 0) throw this.#failed(because("storeOverdue"));
    const answer = new Promise<readonly unknown[]>((resolve, reject) => {
      call((error, ...values) => {
        if (error == null) resolve(values);
        else reject(asError(error));
      });
    });
    return this.#inTime(answer);
  }

  /** The answer, or a failure if it takes too long or the store is closed meanwhile. */
  async #inTime(answer: Answer): Answer {
    let cancel: Cancel = () => undefined;
    let endWait: () => void = () => undefined;
    const noAnswer = new Promise<never>((_, reject) => {
      endWait = () => {
        reject(this.#failed(because("storeStopped")));
      };
      cancel = this.#clock.after(ANSWER_LIMIT_MS, () => {
        this.#overdue += 1;
        const answered = () => {
          this.#overdue -= 1;
        };
        answer.then(answered, answered);
        reject(this.#failed(because("storeSilent", { seconds: ANSWER_LIMIT_MS / 1_000 })));
      });
    });
    this.#endWaits.add(endWait);
    try {
      return await Promise.race([answer, noAnswer]);
    } finally {
      cancel();
      this.#endWaits.delete(endWait);
    }
  }

  #failed(why: ErrorDetails): StoreError {
    return new StoreError("STORE_FAILED", { store: this.name, ...why });
  }
}

/** A store may fail with a text, or anything else. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
