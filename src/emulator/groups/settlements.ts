import { systemClock } from "../../clock";
import { Fifo } from "./fifo";
import type { Outcome } from "../../protocol/amqp-message";
import type { Ending } from "./unsettled-deliveries";

/** The deliveries of one message so far; those without an ending are unsettled. */
export interface History {
  /** How many deliveries there were. */
  readonly sent: number;
  /** How they ended, in the order of their ends. */
  readonly endings: readonly Ending[];
}

interface MutableHistory {
  sent: number;
  readonly endings: Ending[];
}

/** Messages remembered; the oldest is forgotten first. */
const MAX_MESSAGES = 100_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/** The history of every message sent, and who waits for an outcome. */
export class Settlements {
  readonly #histories = new Map<string, MutableHistory>();
  /** Beside the map: finding its first key becomes slow when many before it have been deleted. */
  readonly #order = new Fifo<string>();
  /** By message ID: what looks again whether the message has been settled. */
  readonly #waiting = new Map<string, Set<() => void>>();

  note(messageId: string, event: "sent" | Ending): void {
    let history = this.#histories.get(messageId);
    if (history === undefined) {
      history = { sent: 0, endings: [] };
      this.#histories.set(messageId, history);
      this.#order.push(messageId);
      if (this.#order.length > MAX_MESSAGES) this.#histories.delete(this.#order.shift() ?? "");
    }
    if (event === "sent") history.sent += 1;
    else history.endings.push(event);
    for (const check of this.#waiting.get(messageId) ?? []) check();
  }

  /** Undefined for a message that was never sent, or is forgotten. */
  history(messageId: string): History | undefined {
    const history = this.#histories.get(messageId);
    return history && { sent: history.sent, endings: [...history.endings] };
  }

  /**
   * Resolves once a client has settled the message so, also if it has before. Rejects with a
   * sentence that says what happened instead; default: after 5 s.
   */
  expect(messageId: string, outcome: Outcome, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const isSettled = () => this.#histories.get(messageId)?.endings.includes(outcome) === true;
      if (isSettled()) {
        resolve();
        return;
      }
      // On the computer's clock: a test whose clock stands still must not wait for ever.
      const cancel = systemClock.after(timeoutMs, () => {
        stopWaiting();
        reject(new Error(this.#sentence(messageId, outcome, timeoutMs)));
      });
      const stopWaiting = this.#wait(messageId, () => {
        if (!isSettled()) return;
        cancel();
        stopWaiting();
        resolve();
      });
    });
  }

  #wait(messageId: string, check: () => void): () => void {
    const checks = this.#waiting.get(messageId) ?? new Set();
    this.#waiting.set(messageId, checks.add(check));
    return () => {
      checks.delete(check);
      if (checks.size === 0) this.#waiting.delete(messageId);
    };
  }

  #sentence(messageId: string, outcome: Outcome, timeoutMs: number): string {
    const history = this.#histories.get(messageId);
    const notSettled = `Message ${messageId} was not ${outcome} within ${timeoutMs} ms`;
    if (history === undefined) return `${notSettled}: it was never sent.`;
    const { sent, endings } = history;
    const ended = endings.length === 0 ? "never" : `as ${endings.join(", ")}`;
    return `${notSettled}: it was sent ${sent} times and ended ${ended}.`;
  }
}
