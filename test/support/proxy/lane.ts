import type { Socket } from "node:net";
import type { Cancel, Clock } from "../../../src/clock";
import type { Random } from "../random";

/** So much is held back while a lane stands still; then the sender is made to wait. */
const MOST_HELD_BYTES = 256 * 1024;
/** Chunks that a corruption reaches, and bytes changed in each. */
const CORRUPTED_CHUNKS = 2;
const MOST_CORRUPTED_BYTES = 8;

/** What a lane carries on: bytes, or the end of them. */
interface Held {
  readonly bytes: Buffer | "end";
  readonly dueMs: number;
}

interface LaneParts {
  readonly from: Socket;
  readonly to: Socket;
  readonly clock: Clock;
  /** Delay of each chunk, read when it comes in. */
  readonly latencyMs: () => number;
}

/** One direction of a proxied connection: carries bytes on, in order, late or damaged. */
export class Lane {
  readonly #parts: LaneParts;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #notBeforeMs = 0;
  #cancelTimer: Cancel | undefined;
  #turn: NodeJS.Immediate | undefined;
  #choked = false;
  #stopped = false;
  #splitUntilMs = 0;
  #pieceBytes = 1;
  #corrupt: { readonly random: Random; chunks: number } | undefined;
  #cut: (() => void) | undefined;

  constructor(parts: LaneParts) {
    this.#parts = parts;
    parts.from.on("data", (chunk: Buffer) => {
      this.#take(chunk);
    });
    parts.from.on("end", () => {
      this.#hold("end");
    });
    parts.to.on("drain", () => {
      this.#choked = false;
      this.#pump();
    });
  }

  /** Carries nothing for so long, then goes on. */
  stall(forMs: number): void {
    this.#notBeforeMs = Math.max(this.#notBeforeMs, this.#nowMs() + forMs);
  }

  /** Carries pieces of so many bytes for so long, each in a turn of its own. */
  split(forMs: number, pieceBytes: number): void {
    this.#splitUntilMs = this.#nowMs() + forMs;
    this.#pieceBytes = pieceBytes;
  }

  /** Changes some bytes of the next chunks. */
  corrupt(random: Random): void {
    this.#corrupt = { random, chunks: CORRUPTED_CHUNKS };
  }

  /** Carries a part of the next chunk, calls `then`, and nothing more. */
  cut(then: () => void): void {
    this.#cut = then;
  }

  /** Puts bytes of the proxy's own among those of the sender. */
  inject(bytes: Buffer): void {
    this.#hold(bytes);
  }

  /** Carries nothing any more and leaves no timer. */
  stop(): void {
    this.#stopped = true;
    this.#cancelTimer?.();
    clearImmediate(this.#turn);
    this.#held.length = 0;
  }

  #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }

  #take(chunk: Buffer): void {
    if (this.#cut !== undefined) {
      this.#finalPart(chunk, this.#cut);
      return;
    }
    const damaged = this.#damaged(chunk);
    const pieceBytes = this.#nowMs() < this.#splitUntilMs ? this.#pieceBytes : damaged.length;
    for (let from = 0; from < damaged.length; from += pieceBytes) {
      this.#hold(damaged.subarray(from, from + pieceBytes));
    }
  }

  #finalPart(chunk: Buffer, then: () => void): void {
    if (this.#stopped) return;
    this.stop();
    const part = chunk.subarray(0, Math.ceil(chunk.length / 2));
    this.#parts.to.write(part, then);
  }

  #damaged(chunk: Buffer): Buffer {
    const corruption = this.#corrupt;
    if (corruption === undefined) return chunk;
    corruption.chunks -= 1;
    if (corruption.chunks === 0) this.#corrupt = undefined;
    const { random } = corruption;
    const copy = Buffer.from(chunk);
    for (let left = random.integer(1, MOST_CORRUPTED_BYTES); left > 0; left -= 1) {
      const at = random.integer(0, copy.length - 1);
      // Never by 0: each of them is a real change, unless it meets another one.
      copy[at] = (copy[at] ?? 0) ^ random.integer(1, 255);
    }
    return copy;
  }

  #hold(bytes: Buffer | "end"): void {
    if (this.#stopped) return;
    this.#held.push({ bytes, dueMs: this.#nowMs() + this.#parts.latencyMs() });
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MOST_HELD_BYTES) this.#parts.from.pause();
    this.#pump();
  }

  #pump(): void {
    const [next] = this.#held;
    if (next === undefined || this.#stopped || this.#choked || this.#turn !== undefined) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const waitMs = Math.max(next.dueMs, this.#notBeforeMs) - this.#nowMs();
    if (waitMs > 0) {
      this.#cancelTimer = this.#parts.clock.after(waitMs, () => {
        this.#pump();
      });
      return;
    }
    this.#carry(next);
    // A turn of its own for each: written together, they would arrive together.
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#pump();
    });
  }

  #carry({ bytes }: Held): void {
    this.#held.shift();
    this.#heldBytes -= bytes.length;
    if (this.#heldBytes <= MOST_HELD_BYTES) this.#parts.from.resume();
    if (bytes === "end") this.#parts.to.end();
    else if (this.#parts.to.writable) this.#choked = !this.#parts.to.write(bytes);
  }
}
