import { deepEqual, ok } from "node:assert/strict";
import type { Emulator } from "../../src/emulator/emulator";
import type { History } from "../../src/emulator/groups/settlements";
import type { JournalRow } from "../support/node-red/probe-events";

/** So many of the missing ones are named for each deploy. */
const NAMED = 3;
const NEVER_SENT: History = { sent: 0, endings: [] };

/** Totals for people. */
export interface Totals {
  readonly messages: number;
  readonly deliveries: number;
  /** Arrivals beyond the first of each message. */
  readonly duplicates: number;
  /** Accepted, and not arrived. */
  readonly missing: number;
}

interface Missing {
  readonly messageId: string;
  /** From the stop of the flows that is next to it: negative before that. */
  readonly sinceStopMs: number;
}

/** Which messages were accepted, and which have arrived at the end of the flow. */
export class Arrivals {
  /** When the emulator saw each message accepted; NaN until then. */
  readonly #acceptedAtMs = new Map<string, number>();
  readonly #arrived = new Map<string, number>();
  /** When each deploy stopped the flows. */
  readonly #stoppedAtMs: number[] = [];

  /** A message is expected. */
  expect(messageId: string): void {
    this.#acceptedAtMs.set(messageId, NaN);
  }

  accepted(messageId: string): void {
    this.#acceptedAtMs.set(messageId, performance.now());
  }

  /** A deploy is about to stop the flows. */
  stopping(): void {
    this.#stoppedAtMs.push(performance.now());
  }

  /** Takes down what has arrived. */
  read(rows: readonly JournalRow[]): void {
    for (const [, id] of rows) this.#arrived.set(id, (this.#arrived.get(id) ?? 0) + 1);
  }

  /** How many deploys have stopped the flows. */
  get stops(): number {
    return this.#stoppedAtMs.length;
  }

  /** Fails unless each message was accepted in the end; says which have not arrived all the same. */
  check(emulator: Emulator): { readonly totals: Totals; readonly missing: readonly string[] } {
    const missing = new Map<number, Missing[]>();
    let [deliveries, duplicates, absent] = [0, 0, 0];
    for (const [messageId, acceptedAtMs] of this.#acceptedAtMs) {
      const { sent, endings } = emulator.history(messageId) ?? NEVER_SENT;
      const told = `sent ${sent} times, ended as ${endings.join()}`;
      ok(endings.includes("accepted"), `${messageId} was not accepted in the end: ${told}`);
      const arrived = this.#arrived.get(messageId) ?? 0;
      deliveries += sent;
      duplicates += Math.max(0, arrived - 1);
      if (arrived > 0) continue;
      absent += 1;
      const { deploy, sinceStopMs } = this.#next(acceptedAtMs);
      missing.set(deploy, [...(missing.get(deploy) ?? []), { messageId, sinceStopMs }]);
    }
    const unknown = [...this.#arrived.keys()].filter((id) => !this.#acceptedAtMs.has(id));
    deepEqual(unknown, [], "messages have arrived that nobody has pushed");
    const messages = this.#acceptedAtMs.size;
    const totals = { messages, deliveries, duplicates, missing: absent };
    return { totals, missing: [...missing].map(([deploy, some]) => sentence(deploy, some)) };
  }

  /** The deploy next to that time, counted from 1. */
  #next(acceptedAtMs: number): { readonly deploy: number; readonly sinceStopMs: number } {
    let [deploy, sinceStopMs] = [0, Infinity];
    for (const [index, stoppedAtMs] of this.#stoppedAtMs.entries()) {
      const distanceMs = acceptedAtMs - stoppedAtMs;
      if (Math.abs(distanceMs) >= Math.abs(sinceStopMs)) continue;
      [deploy, sinceStopMs] = [index + 1, distanceMs];
    }
    return { deploy, sinceStopMs };
  }
}

function sentence(deploy: number, some: readonly Missing[]): string {
  const times = some.map(({ sinceStopMs }) => sinceStopMs);
  const tell = (ms: number) => `${Math.abs(ms).toFixed(1)} ms ${ms < 0 ? "before" : "after"}`;
  const ids = some.slice(0, NAMED).map(({ messageId }) => messageId);
  const more = some.length > NAMED ? ` and ${some.length - NAMED} more` : "";
  return (
    `deploy ${deploy}: ${some.length}, accepted from ${tell(Math.min(...times))} to ` +
    `${tell(Math.max(...times))} it stopped the flows: ${ids.join(", ")}${more}`
  );
}
