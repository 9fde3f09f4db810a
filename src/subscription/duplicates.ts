import { LRUCache } from "lru-cache";

/** Covers the minute until the platform's retry at the 1,000 messages/s of one connection. */
const REMEMBERED = 60_000;

/** Remembers which messages were accepted, the newest ones only. */
export class Duplicates {
  readonly #accepted = new LRUCache<string, true>({ max: REMEMBERED });

  has(messageId: string | undefined): boolean {
    return messageId !== undefined && this.#accepted.has(messageId);
  }

  /**
   * To be called when a message that the flow has is accepted, or is in the flow of a subscriber
   * that will accept it; never for one that a filter dropped: another subscriber wants it.
   */
  add(messageId: string | undefined): void {
    if (messageId !== undefined) this.#accepted.set(messageId, true);
  }

  /** The flow was stopped before it could have done its work: the message must come again. */
  delete(messageId: string | undefined): void {
    if (messageId !== undefined) this.#accepted.delete(messageId);
  }
}
