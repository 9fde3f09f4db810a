/** Covers the minute until the platform's retry at the 1,000 messages/s of one connection. */
const REMEMBERED = 60_000;

/**
 * Remembers which messages were accepted: the newest 60,000, and up to as many before them. Two
 * sets in turn, because an LRU cache takes more time than all else that is done for a message.
 */
export class Duplicates {
  #newer = new Set<string>();
  #older = new Set<string>();

  has(messageId: string | undefined): boolean {
    if (messageId === undefined) return false;
    return this.#newer.has(messageId) || this.#older.has(messageId);
  }

  /**
   * To be called when a message that the flow has is accepted, or is in the flow of a subscriber
   * that will accept it; never for one that a filter dropped: another subscriber wants it.
   */
  add(messageId: string | undefined): void {
    if (messageId === undefined) return;
    if (this.#newer.size >= REMEMBERED) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    this.#newer.add(messageId);
  }

  /** The flow was stopped before it could have done its work: the message must come again. */
  delete(messageId: string | undefined): void {
    if (messageId === undefined) return;
    this.#newer.delete(messageId);
    this.#older.delete(messageId);
  }
}
