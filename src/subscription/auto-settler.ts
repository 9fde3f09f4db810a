import { performance } from "node:perf_hooks";
import { settleAll } from "./delivery";
import type { Cancel, Clock } from "../clock";
import type { DeliveryConnection, UnsettledDelivery } from "./delivery";

/** How long a delivery is in the flow before it is accepted, while the platform has credit left. */
const ACCEPT_AFTER_MS = 10;
/**
 * And for how many turns of the event loop: in each, Node-RED takes a message one node further. The
 * turns are skipped if the loop has been idle since, as then no message was under way any more.
 */
const ACCEPT_AFTER_TURNS = 10;

/** Deliveries that are accepted in the same turn. */
interface Batch {
  readonly deliveries: readonly UnsettledDelivery[];
  turnsLeft: number;
}

/**
 * Auto mode: accepts deliveries a moment after they were handed over. A message that was accepted at
 * once, while it is on its way from one node to the next, would be lost when the flows stop.
 */
export class AutoSettler {
  readonly #clock: Clock;
  /** Those that have not waited long enough. */
  #latest: UnsettledDelivery[] = [];
  /** Those whose turns are not over yet; the oldest first. */
  #batches: Batch[] = [];
  /** The latest are to become a batch at the end of this turn. */
  #isDue = false;
  /** How long the event loop had been idle when the latest was handed over. */
  #idleBeforeMs = 0;
  #cancelTimer: Cancel | undefined;
  #turn: NodeJS.Immediate | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(delivery: UnsettledDelivery): void {
    this.#latest.push(delivery);
    this.#idleBeforeMs = performance.nodeTiming.idleTime;
    // A platform that is about to run out of credit would have to wait for our outcomes.
    if (delivery.connection.isCreditLow) this.#countTurns();
    else this.#cancelTimer ??= this.#clock.after(ACCEPT_AFTER_MS, this.#delayEnded.bind(this));
  }

  /**
   * Marks the deliveries of a link that is gone. They stay: if the flows stop before they have
   * waited long enough, their messages must not count as accepted.
   */
  linkLost(connection: DeliveryConnection): void {
    for (const delivery of this.#all()) delivery.isLost ||= delivery.connection === connection;
  }

  /** Takes out all that are not accepted yet; the caller settles them. */
  takeAll(): UnsettledDelivery[] {
    const all = this.#all();
    this.#batches = [];
    this.#latest = [];
    this.#isDue = false;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    return all;
  }

  #all(): UnsettledDelivery[] {
    return [...this.#batches.flatMap(({ deliveries }) => deliveries), ...this.#latest];
  }

  #delayEnded(): void {
    if (performance.nodeTiming.idleTime > this.#idleBeforeMs) settleAll(this.takeAll(), "accepted");
    else this.#countTurns();
  }

  #countTurns(): void {
    this.#isDue = true;
    this.#turn ??= setImmediate(this.#turnEnded.bind(this));
  }

  #turnEnded(): void {
    this.#turn = undefined;
    for (const batch of this.#batches) batch.turnsLeft -= 1;
    while (this.#batches[0]?.turnsLeft === 0) {
      settleAll(this.#batches.shift()?.deliveries ?? [], "accepted");
    }
    if (this.#isDue) {
      this.#batches.push({ deliveries: this.#latest, turnsLeft: ACCEPT_AFTER_TURNS });
      this.#latest = [];
      this.#isDue = false;
      this.#cancelTimer?.();
      this.#cancelTimer = undefined;
    }
    if (this.#batches.length > 0) this.#turn = setImmediate(this.#turnEnded.bind(this));
  }
}
