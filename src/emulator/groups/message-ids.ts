/**
 * Message IDs are numbers of 19 digits that rise from the time of the start in millionths of a ms: a
 * client that outlives the emulator must not take the next one's messages for duplicates.
 */
const MESSAGE_IDS_PER_MS = 1_000_000n;

/** An emulator's message IDs. */
export class MessageIds {
  #last: bigint;

  constructor(nowMs: number) {
    this.#last = BigInt(Math.trunc(nowMs)) * MESSAGE_IDS_PER_MS;
  }

  next(): string {
    this.#last += 1n;
    return this.#last.toString();
  }
}
