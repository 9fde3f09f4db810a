import { performance } from "node:perf_hooks";
import type { Cancel, Clock } from "../clock";
import type { Outcome } from "../protocol/amqp-message";
import type { Connection } from "./connection";

/** How long a message is in the flow before it is accepted, while the platform has credit left. */
const ACCEPT_AFTER_MS = 10;
/**
 * And how many turns of the event loop, as Node-RED hands a message on by one node in each; unless
 * the loop has been idle since, which it is only when nothing is left to be handed on.
 */
const ACCEPT_AFTER_TURNS = 10;

/** A message in the flow that is accepted by itself. */
export interface AutoSettled {
  readonly connection: Connection;
  /** Its link is gone: there is nobody to settle it with. */
  isLost: boolean;
  settle(outcome: Outcome): void;
}

/** Messages that are accepted in the same turn. */
interface Batch<Message> {
  readonly messages: readonly Message[];
  turnsLeft: number;
}

/**
 * Auto mode: accepts messages a beat after they were handed over. A message that was accepted at
 * once, while it is on its way from one node to the next, would be lost when the flows stop.
 */
export class HandedOver<Message extends AutoSettled> {
  readonly #clock: Clock;
  /** Their time is not over yet. */
  #latest: Message[] = [];
  /** Their turns are not over yet; the oldest first. */
  #batches: Batch<Message>[] = [];
  #isDue = false;
  /** How long the event loop had been idle when the latest was handed over. */
  #idleBeforeMs = 0;
  #cancelTimer: Cancel | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(message: Message): void {
    this.#latest.push(message);
    this.#idleBeforeMs = performance.nodeTiming.idleTime;
    // A platform that is about to run out of credit would wait for us.
    if (message.connection.runsShort) this.#due();
    else this.#cancelTimer ??= this.#clock.after(ACCEPT_AFTER_MS, this.#timeIsOver.bind(this));
  }

  /** What was on a link that is gone stays: the flow may still be stopped before it has it all. */
  lose(connection: Connection): void {
    for (const message of this.#all()) message.isLost ||= message.connection === connection;
  }

  /** All that are not accepted yet; from now on they are the caller's to settle. */
  takeAll(): Message[] {
    const all = this.#all();
    this.#batches = [];
    this.#latest = [];
    this.#isDue = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    return all;
  }

  #all(): Message[] {
    return [...this.#batches.flatMap(({ messages }) => messages), ...this.#latest];
  }

  #timeIsOver(): void {
    if (performance.nodeTiming.idleTime > this.#idleBeforeMs) settleAll(this.takeAll(), "accepted");
    else this.#due();
  }

  #due(): void {
    this.#isDue = true;
    this.#turn ??= setImmediate(this.#turnEnded.bind(this));
  }

  #turnEnded(): void {
    this.#turn = undefined;
    for (const batch of this.#batches) batch.turnsLeft -= 1;
    while (this.#batches[0]?.turnsLeft === 0) {
      settleAll(this.#batches.shift()?.messages ?? [], "accepted");
    }
    if (this.#isDue) {
      this.#batches.push({ messages: this.#latest, turnsLeft: ACCEPT_AFTER_TURNS });
      this.#latest = [];
      this.#isDue = false;
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
    if (this.#batches.length > 0) this.#turn = setImmediate(this.#turnEnded.bind(this));
  }
}

/** Settles those that can be, and lets their outcomes wait no longer. */
export function settleAll(messages: readonly AutoSettled[], outcome: Outcome): void {
  const connections = new Set<Connection>();
  for (const message of messages) {
    if (message.isLost) continue;
    message.settle(outcome);
    connections.add(message.connection);
  }
  for (const connection of connections) connection.flush();
}
