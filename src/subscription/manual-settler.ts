import { LRUCache } from "lru-cache";
import { SettlementError } from "../errors/error";
import type { Cancel, Clock } from "../clock";
import type { Outcome } from "../protocol/amqp-message";

/** A delivery that the flow has and that is not settled yet. */
export interface Unsettled {
  /** Whose link carried it. */
  readonly connection: object;
  readonly messageId: string | undefined;
  settle(outcome: Outcome): void;
}

interface Registered {
  readonly delivery: Unsettled;
  readonly expiresAtMs: number;
}

/** How a delivery ended. */
type EndCode = "DELIVERY_SETTLED" | "DELIVERY_EXPIRED" | "DELIVERY_LINK_LOST";

/** So many ended tokens are remembered, so that an error can say what a flow did wrong. */
const REMEMBERED_TOKENS = 10_000;

export interface ManualSettlerOptions {
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  /** Distinguishes the tokens of one subscription from those of others, and from before a restart. */
  readonly prefix: string;
  /** Called for each delivery that was not settled in time and has been released. */
  readonly expired: () => void;
}

/** The form of a token, whichever subscription has given it out. */
const TOKEN = /^([0-9a-f]+)-\d+$/;

/**
 * The error for a token that no subscription knows. One of the right form is of a subscription that
 * a redeploy or a restart has ended, and its links with it.
 */
export function unknownToken(token: string): SettlementError {
  return new SettlementError(TOKEN.test(token) ? "DELIVERY_LINK_LOST" : "DELIVERY_UNKNOWN", {
    token,
  });
}

/** Manual mode: gives each delivery a token that settles it, once and in time. */
export class ManualSettler {
  readonly #options: ManualSettlerOptions;
  /** In the order of their arrival, so that the first one expires first. */
  readonly #unsettled = new Map<string, Registered>();
  readonly #ended = new LRUCache<string, EndCode>({ max: REMEMBERED_TOKENS });
  #count = 0;
  #cancelExpiry: Cancel | undefined;

  constructor(options: ManualSettlerOptions) {
    this.#options = options;
  }

  /** Registers a delivery and returns its token, a plain string. */
  add(delivery: Unsettled): string {
    const token = `${this.#options.prefix}-${++this.#count}`;
    const expiresAtMs = this.#options.clock.monotonicMs() + this.#options.ackTimeoutMs;
    this.#unsettled.set(token, { delivery, expiresAtMs });
    this.#watchExpiry();
    return token;
  }

  /** Takes a delivery out to be settled. Throws SettlementError if the token settles nothing. */
  take(token: string): Unsettled {
    const registered = this.#unsettled.get(token);
    if (registered === undefined) throw this.#errorFor(token);
    this.#end(token, "DELIVERY_SETTLED");
    return registered.delivery;
  }

  /** Forgets the deliveries of a link that is gone: the platform sends them again. */
  linkLost(connection: object): void {
    for (const [token, { delivery }] of this.#unsettled) {
      if (delivery.connection === connection) this.#end(token, "DELIVERY_LINK_LOST");
    }
  }

  /** Releases the deliveries of a connection that is about to close. */
  release(connection: object): void {
    for (const [token, { delivery }] of this.#unsettled) {
      if (delivery.connection !== connection) continue;
      this.#end(token, "DELIVERY_LINK_LOST");
      delivery.settle("released");
    }
  }

  #errorFor(token: string): SettlementError {
    const ended = this.#ended.get(token);
    if (ended !== undefined) return new SettlementError(ended, { token });
    // One of our own that is not remembered ended too long ago to know how.
    const isOurs = TOKEN.exec(token)?.[1] === this.#options.prefix;
    return isOurs ? new SettlementError("DELIVERY_UNKNOWN", { token }) : unknownToken(token);
  }

  #end(token: string, code: EndCode): void {
    this.#unsettled.delete(token);
    this.#ended.set(token, code);
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
    for (const [token, { delivery, expiresAtMs }] of this.#unsettled) {
      if (expiresAtMs > nowMs) return;
      this.#end(token, "DELIVERY_EXPIRED");
      delivery.settle("released");
      this.#options.expired();
    }
  }
}
