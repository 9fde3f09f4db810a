import { LRUCache } from "lru-cache";

/** Covers the minute until the platform's retry at the 1,000 messages/s of one connection. */
const REMEMBERED = 60_000;

/** Remembers which messages were accepted, the newest ones only. */
export class Duplicates {
  readonly #accepted = new LRUCache<string, true>({ max: REMEMBERED });

  has(messageId: string): boolean {
    return this.#accepted.has(messageId);
  }

  /**
   * To be called when a message that the flow has is accepted, never before: a released one must
   * come again, and one that a filter dropped is wanted by another subscriber.
   */
  add(messageId: string): void {
    this.#accepted.set(messageId, true);
  }
}
