import { systemClock } from "../../clock";
import { Fifo } from "./fifo";
import type { Ending } from "./unsettled-deliveries";
import type { Outcome } from "../../protocol/amqp-message";

/** What has become of one message so far: every delivery ends once, and may have yet to end. */
export interface History {
  /** How many deliveries there were. */
  readonly sent: number;
  /** How they ended, in the order of their ends. */
  readonly endings: readonly Ending[];
}

interface Entry {
  sent: number;
  readonly endings: Ending[];
}

/** Messages remembered; the oldest is forgotten first. */
const MAX_MESSAGES = 100_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/** What has become of the messages sent, for those who wait for it. */
export class Settlements {
  readonly #entries = new Map<string, Entry>();
  /** Beside the map: finding its first key becomes slow when many before it have been deleted. */
  readonly #order = new Fifo<string>();
  readonly #waiting = new Map<string, Set<() => void>>();

  note(messageId: string, event: "sent" | Ending): void {
    let entry = this.#entries.get(messageId);
    if (entry === undefined) {
      entry = { sent: 0, endings: [] };
      this.#entries.set(messageId, entry);
      this.#order.push(messageId);
      if (this.#order.length > MAX_MESSAGES) this.#entries.delete(this.#order.shift() ?? "");
    }
    if (event === "sent") entry.sent += 1;
    else entry.endings.push(event);
    for (const check of this.#waiting.get(messageId) ?? []) check();
  }

  /** Undefined for a message that was never sent, or is forgotten. */
  history(messageId: string): History | undefined {
    const entry = this.#entries.get(messageId);
    return entry && { sent: entry.sent, endings: [...entry.endings] };
  }

  /** Resolves once the message has been settled so; rejects with a sentence if it was not in time. */
  expect(messageId: string, outcome: Outcome, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = () => this.#entries.get(messageId)?.endings.includes(outcome) === true;
      if (settled()) {
        resolve();
        return;
      }
      // On the computer's clock: a test that holds its own clock still must not wait for ever.
      const cancel = systemClock.after(timeoutMs, () => {
        stopWaiting();
        reject(new Error(this.#sentence(messageId, outcome, timeoutMs)));
      });
      const stopWaiting = this.#wait(messageId, () => {
        if (!settled()) return;
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
    const entry = this.#entries.get(messageId);
    const told =
      entry === undefined
        ? "it was never sent"
        : `it was sent ${entry.sent} times and ended ${
            entry.endings.length === 0 ? "never" : `as ${entry.endings.join(", ")}`
          }`;
    return `Message ${messageId} was not ${outcome} within ${timeoutMs} ms: ${told}.`;
  }
}
