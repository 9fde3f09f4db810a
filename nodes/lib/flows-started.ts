import type { EventEmitter } from "node:events";

/** Runs an action once the flows are started; the returned function cancels it. */
export type WhenStarted = (action: () => void) => () => void;

/**
 * Waits for the start of the flows: before it, Catch nodes hear no error yet, and a message that
 * is sent may find the nodes behind the wires missing. One listener for all nodes of a type, as
 * one per node would soon exceed what Node.js takes for a leak.
 */
export function whenStarted(events: EventEmitter): WhenStarted {
  const waiting = new Set<() => void>();
  events.on("flows:started", () => {
    const actions = [...waiting];
    waiting.clear();
    for (const action of actions) action();
  });
  return (action) => {
    waiting.add(action);
    return () => {
      waiting.delete(action);
    };
  };
}
