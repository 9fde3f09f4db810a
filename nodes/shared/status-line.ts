import type { NodeStatus } from "node-red";
import type { Clock } from "../../src/clock";

/** Least time between two statuses of one node: the editor redraws and the flow hears each. */
const PAUSE_MS = 1_000;

/** A node, as far as its status goes. */
export interface StatusNode {
  status(status: NodeStatus): void;
}

/** Shows statuses on change only, the first at once, then the latest after each pause. */
export class StatusLine {
  readonly #node: StatusNode;
  readonly #clock: Clock;
  #shown = "";
  #waiting: NodeStatus | undefined;
  #cancelPause: (() => void) | undefined;

  constructor(node: StatusNode, clock: Clock) {
    this.#node = node;
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
    this.#node.status(status);
  }

  #endPause(): void {
    this.#cancelPause?.();
    this.#cancelPause = undefined;
  }
}
