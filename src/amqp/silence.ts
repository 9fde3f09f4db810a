import type { Cancel, Clock } from "../clock";

/** Looks per idle time-out: with 10 silent ones in a row, silence is seen at 1.25 to 1.375 of it. */
const LOOKS = 8;
const SILENT_LOOKS = 10;

/** How long nothing was heard when silence is reported. */
export function silenceMs(idleTimeoutMs: number): number {
  return (idleTimeoutMs * SILENT_LOOKS) / LOOKS;
}

/** What is watched, and whom to tell. */
export interface Watched {
  readonly idleTimeoutMs: number;
  /** Bytes heard so far; also those of a frame half received, where rhea stops watching. */
  readonly bytesRead: () => number;
  readonly silent: () => void;
}

/**
 * Tells once when nothing has been heard for 1.25 idle time-outs. It counts looks and not time:
 * a computer that has slept, or a flow that has blocked, first reads what has arrived meanwhile.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #watched: Watched;
  #heard: number;
  #silentLooks = 0;
  #cancel: Cancel;

  constructor(clock: Clock, watched: Watched) {
    this.#clock = clock;
    this.#watched = watched;
    this.#heard = watched.bytesRead();
    this.#cancel = this.#lookLater();
  }

  stop(): void {
    this.#cancel();
  }

  #lookLater(): Cancel {
    return this.#clock.after(this.#watched.idleTimeoutMs / LOOKS, () => {
      this.#look();
    });
  }

  #look(): void {
    const heard = this.#watched.bytesRead();
    this.#silentLooks = heard === this.#heard ? this.#silentLooks + 1 : 0;
    this.#heard = heard;
    if (this.#silentLooks >= SILENT_LOOKS) this.#watched.silent();
    else this.#cancel = this.#lookLater();
  }
}
