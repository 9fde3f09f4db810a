import { once } from "node:events";
import type { EventEmitter } from "node:events";

/**
 * Tells when the flows have started. One listener serves all nodes that wait: one for each would
 * soon exceed what Node.js takes for a leak.
 */
export class FlowStart {
  readonly #events: EventEmitter;
  #next: Promise<unknown> | undefined;

  constructor(events: EventEmitter) {
    this.#events = events;
  }

  /** Resolves when the flows have started the next time, all of them or some of their nodes. */
  next(): Promise<unknown> {
    this.#next ??= once(this.#events, "flows:started").finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}
