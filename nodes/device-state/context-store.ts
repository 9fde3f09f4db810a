import { because, StoreError } from "../../src/errors/error";
import type { Cancel, Clock } from "../../src/clock";
import type { ErrorDetails } from "../../src/errors/error";
import type { StateStore } from "../../src/device-state/state-store";

/** Shorter than the usual ack timeout: the flow then releases the message before it expires. */
const ANSWER_LIMIT_MS = 10_000;

type Callback = (error: unknown, ...values: readonly unknown[]) => void;
type Answer = Promise<readonly unknown[]>;

/** What is asked of one of Node-RED's contexts. */
export interface Context {
  get(keys: string[], store: string, callback: Callback): void;
  set(key: string, value: unknown, store: string, callback: Callback): void;
  keys(store: string, callback: Callback): void;
}

/** A store of one of Node-RED's contexts. */
export interface ContextPlace {
  readonly context: Context;
  /** As settings.js calls it. */
  readonly store: string;
}

/**
 * A context store with promises. It is always asked with callbacks, so that asynchronous stores
 * work; and for nothing while a call that took too long may still be carried out.
 */
export class ContextStore implements StateStore {
  readonly name: string;
  readonly #context: Context;
  readonly #clock: Clock;
  /** Ends the wait for each answer that is still to come. */
  readonly #endings = new Set<() => void>();
  /** Calls that nobody waits for any more, and that have not been answered. */
  #overdue = 0;
  #isClosed = false;

  constructor({ context, store }: ContextPlace, clock: Clock) {
    this.name = store;
    this.#context = context;
    this.#clock = clock;
  }

  readonly keys: StateStore["keys"] = async () => {
    const [keys] = await this.#ask((callback) => {
      this.#context.keys(this.name, callback);
    });
    // A store that has nothing may say so with nothing.
    return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
  };

  readonly get: StateStore["get"] = async (keys) => {
    const values = await this.#ask((callback) => {
      this.#context.get([...keys], this.name, callback);
    });
    return keys.map((_, index) => values[index]);
  };

  readonly set: StateStore["set"] = async (key, value) => {
    await this.#ask((callback) => {
      this.#context.set(key, value, this.name, callback);
    });
  };

  /** Waits for no answer any more, and asks for nothing more. */
  close(): void {
    this.#isClosed = true;
    for (const end of this.#endings) end();
  }

  async #ask(call: (callback: Callback) => void): Answer {
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
    let end: () => void = () => undefined;
    const noAnswer = new Promise<never>((_, reject) => {
      end = () => {
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
    this.#endings.add(end);
    try {
      return await Promise.race([answer, noAnswer]);
    } finally {
      cancel();
      this.#endings.delete(end);
    }
  }

  #failed(why: ErrorDetails): StoreError {
    return new StoreError("STORE_FAILED", { store: this.name, ...why });
  }
}

/** Stores hand over texts and other things, too. */
function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
