import { systemClock } from "../clock";
import type { Outcome } from "../amqp/link";
import type { Ending } from "./consumer-group";

interface History {
  sent: number;
  readonly endings: Ending[];
}

interface Waiting {
  readonly messageId: string;
  readonly check: () => void;
}

/** Messages remembered; the oldest is forgotten first. */
const MAX_MESSAGES = 20_000;
const DEFAULT_TIMEOUT_MS = 5_000;

/** What has become of the messages sent, for those who wait for it. */
export class Settlements {
  readonly #histories = new Map<string, History>();
  readonly #waiting = new Set<Waiting>();

  note(messageId: string, event: "sent" | Ending): void {
    let history = this.#histories.get(messageId);
    if (history === undefined) {
      history = { sent: 0, endings: [] };
      this.#histories.set(messageId, history);
      const oldest = this.#histories.keys().next().value;
      if (this.#histories.size > MAX_MESSAGES && oldest !== undefined) {
        this.#histories.delete(oldest);
      }
    }
    if (event === "sent") history.sent += 1;
    else history.endings.push(event);
    for (const waiting of this.#waiting) if (waiting.messageId === messageId) waiting.check();
  }

  /** Resolves once the message has been settled so; rejects with a sentence if it was not in time. */
  expect(messageId: string, outcome: Outcome, timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
    return new Promise((resolve, reject) => {
      const settled = () => this.#histories.get(messageId)?.endings.includes(outcome) === true;
      if (settled()) {
        resolve();
        return;
      }
      // On the computer's clock: a test that holds its own clock still must not wait for ever.
      const cancel = systemClock.after(timeoutMs, () => {
        this.#waiting.delete(waiting);
        reject(new Error(this.#sentence(messageId, outcome, timeoutMs)));
      });
      const check = () => {
        if (!settled()) return;
        cancel();
        this.#waiting.delete(waiting);
        resolve();
      };
      const waiting = { messageId, check };
      this.#waiting.add(waiting);
    });
  }

  #sentence(messageId: string, outcome: Outcome, timeoutMs: number): string {
    const history = this.#histories.get(messageId);
    const told =
      history === undefined
        ? "it was never sent"
        : `it was sent ${history.sent} times and ended ${
            history.endings.length === 0 ? "never" : `as ${history.endings.join(", ")}`
          }`;
    return `Message ${messageId} was not ${outcome} within ${timeoutMs} ms: ${told}.`;
  }
}
