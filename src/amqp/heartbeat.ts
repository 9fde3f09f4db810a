import type { Cancel, Clock } from "../clock";

/** An AMQP frame without a body (part 2.3.1): size 8, data offset 2, type 0, channel 0. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/** How the sign of life is given. */
export interface Beating {
  readonly idleTimeoutMs: number;
  readonly write: (frame: Buffer) => void;
}

/**
 * Sends empty frames twice per idle time-out. Needed where the server asks for none in its open:
 * rhea then sends none, yet the platform closes a connection that it has not heard for so long.
 */
export class Heartbeat {
  #cancel: Cancel;

  constructor(clock: Clock, { idleTimeoutMs, write }: Beating) {
    const beat = (): Cancel =>
      clock.after(idleTimeoutMs / 2, () => {
        this.#cancel = beat();
        write(EMPTY_FRAME);
      });
    this.#cancel = beat();
  }

  stop(): void {
    this.#cancel();
  }
}
