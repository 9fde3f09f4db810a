import { once } from "node:events";
import type { EventEmitter } from "node:events";

/**
 * Tells when the flows have started. One listener serves all nodes that wait: one for each would
 * soon exceed what Node.js takes for a leak.
 */
export class FlowStart {
  static readonly #known = new WeakMap<EventEmitter, FlowStart>();
  readonly #events: EventEmitter;
  #next: Promise<unknown> | undefined;

  private constructor(events: EventEmitter) {
    this.#events = events;
  }

  /** The one of a runtime, by its events. */
  static of(events: EventEmitter): FlowStart {
    const known = FlowStart.#known.get(events) ?? new FlowStart(events);
    FlowStart.#known.set(events, known);
    return known;
  }

  /** Resolves when the flows have started the next time, all of them or some of their nodes. */
  next(): Promise<unknown> {
    this.#next ??= once(this.#events, "flows:started").finally(() => {
      this.#next = undefined;
    });
    return this.#next;
  }
}
