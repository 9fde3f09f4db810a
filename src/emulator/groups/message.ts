/** A message of the emulated platform, before it is encoded. */
export interface EmulatorMessage {
  readonly messageId: string;
  readonly topic: string;
  readonly payload: Buffer;
  /** ms since the epoch. */
  readonly generateTime: number;
  readonly qos: 0 | 1 | undefined;
}

/** A message to push. */
export interface NewMessage {
  readonly topic: string;
  /** A Buffer or a string as it is, undefined as an empty body, anything else as JSON. */
  readonly payload?: unknown;
  /** Default: the next number. */
  readonly messageId?: string;
  /** ms since the epoch; default: now. */
  readonly generateTime?: number;
  readonly qos?: 0 | 1;
  /** Only to this consumer group; default: to every one. */
  readonly group?: string;
}

/** A payload as bytes: text and bytes as they are, undefined as none, the rest as JSON. */
export function payloadBytes(payload: unknown): Buffer {
  if (payload === undefined) return Buffer.alloc(0);
  if (payload instanceof Uint8Array) return Buffer.from(payload);
  return Buffer.from(typeof payload === "string" ? payload : JSON.stringify(payload), "utf8");
}

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
