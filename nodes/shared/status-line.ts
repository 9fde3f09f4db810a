import type { NodeStatus } from "node-red";
import type { Clock } from "../../src/clock";

/** Least time between two statuses of one node: the editor redraws and the flow hears each. */
const PAUSE_MS = 1_000;

/** Shows statuses on change only, the first at once, then the latest after each pause. */
export class StatusLine {
  readonly #show: (status: NodeStatus) => void;
  readonly #clock: Clock;
  #shown = "";
  #waiting: NodeStatus | undefined;
  #cancelPause: (() => void) | undefined;

  constructor(show: (status: NodeStatus) => void, clock: Clock) {
    this.#show = show;
    this.#clock = clock;
  }

  show(status: NodeStatus): void {
    this.#waiting = status;
    if (this.#cancelPause === undefined) this.#flush();
  }

  /** Shows what still waits and leaves no timer behind. */
  close(): void {
    this.#endPause();
    this.#flush();
    this.#endPause();
  }

  #flush(): void {
    const status = this.#waiting;
    this.#waiting = undefined;
    if (status === undefined) return;
    const text = JSON.stringify(status);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#cancelPause = this.#clock.after(PAUSE_MS, () => {
      this.#cancelPause = undefined;
      this.#flush();
    });
    this.#show(status);
  }

  #endPause(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }
}
