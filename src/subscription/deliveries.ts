import { LRUCache } from "lru-cache";
import { SettlementError } from "../errors/error";
import type { Cancel, Clock } from "../clock";
import type { Outcome } from "../protocol/amqp-message";

/** A delivery that the flow has and that is not settled yet. */
export interface Unsettled {
  /** Whose link carried it. */
  readonly connection: object;
  settle(outcome: Outcome): void;
}

interface Entry<Delivery> {
  readonly unsettled: Delivery;
  readonly expiresAtMs: number;
}

type Ended = "DELIVERY_SETTLED" | "DELIVERY_EXPIRED" | "DELIVERY_LINK_LOST";

/** So many ended tokens are remembered, to tell a flow what it did wrong. */
const REMEMBERED = 10_000;

/** Settings of the registry. */
export interface DeliveriesOptions {
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  /** Distinguishes the tokens of one subscription from those of others, and from before a restart. */
  readonly prefix: string;
  /** A delivery was not settled in time and has been released. */
  readonly expired: () => void;
}

/** What a token looks like, whichever subscription has given it out. */
const TOKEN = /^([0-9a-f]+)-\d+$/;

/**
 * Why a token that no subscription knows settles nothing. One that looks right is of a subscription
 * that has ended, by a redeploy or a restart, and its links with it.
 */
export function unknownToken(token: string): SettlementError {
  return new SettlementError(TOKEN.test(token) ? "DELIVERY_LINK_LOST" : "DELIVERY_UNKNOWN", {
    token,
  });
}

/** The registry of manual mode: each token settles its own delivery, once. */
export class Deliveries<Delivery extends Unsettled> {
  readonly #options: DeliveriesOptions;
  /** In the order of their arrival, so that the first one expires first. */
  readonly #unsettled = new Map<string, Entry<Delivery>>();
  readonly #ended = new LRUCache<string, Ended>({ max: REMEMBERED });
  #count = 0;
  #cancelExpiry: Cancel | undefined;

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Registers a delivery and returns its token, a plain string. */
  add(unsettled: Delivery): string {
    const token = `${this.#options.prefix}-${++this.#count}`;
    const expiresAtMs = this.#options.clock.monotonicMs() + this.#options.ackTimeoutMs;
    this.#unsettled.set(token, { unsettled, expiresAtMs });
    this.#watchExpiry();
    return token;
  }

  /** Takes a delivery out to be settled. Throws SettlementError if the token settles nothing. */
  take(token: string): Delivery {
    const entry = this.#unsettled.get(token);
    if (entry === undefined) throw this.#missing(token);
    this.#end(token, "DELIVERY_SETTLED");
    return entry.unsettled;
  }

  /** Forgets the deliveries of a link that is gone: the platform sends them again. */
  lose(connection: object): void {
    for (const [token, { unsettled }] of this.#unsettled) {
      if (unsettled.connection === connection) this.#end(token, "DELIVERY_LINK_LOST");
    }
  }

  /** Releases the deliveries of a connection that is about to close. */
  release(connection: object): void {
    for (const [token, { unsettled }] of this.#unsettled) {
      if (unsettled.connection !== connection) continue;
      this.#end(token, "DELIVERY_LINK_LOST");
      unsettled.settle("released");
    }
  }

  #missing(token: string): SettlementError {
    const ended = this.#ended.get(token);
    if (ended !== undefined) return new SettlementError(ended, { token });
    // One of our own that is not remembered ended too long ago to say how.
    const isOurs = TOKEN.exec(token)?.[1] === this.#options.prefix;
    return isOurs ? new SettlementError("DELIVERY_UNKNOWN", { token }) : unknownToken(token);
  }

  #end(token: string, how: Ended): void {
    this.#unsettled.delete(token);
    this.#ended.set(token, how);
    if (this.#unsettled.size > 0) return;
    this.#cancelExpiry?.();
    this.#cancelExpiry = undefined;
  }

  /** One timer, for the oldest delivery: all wait equally long. */
  #watchExpiry(): void {
    const [oldest] = this.#unsettled.values();
    if (this.#cancelExpiry !== undefined || oldest === undefined) return;
    const delayMs = Math.max(0, oldest.expiresAtMs - this.#options.clock.monotonicMs());
    this.#cancelExpiry = this.#options.clock.after(delayMs, () => {
      this.#cancelExpiry = undefined;
      this.#expire();
      this.#watchExpiry();
    });
  }

  #expire(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const [token, { unsettled, expiresAtMs }] of this.#unsettled) {
      if (expiresAtMs > nowMs) return;
      this.#end(token, "DELIVERY_EXPIRED");
      unsettled.settle("released");
      this.#options.expired();
    }
  }
}
