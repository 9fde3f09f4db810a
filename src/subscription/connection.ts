import { NetworkError, RefusalError } from "../errors/error";
import { Credit } from "./credit";
import { transition } from "./machine";
import type { IncomingDelivery, Link, LinkRequest, OpenLink } from "../amqp/link";
import type { Cancel, Clock } from "../clock";
import type { IotAmqpError } from "../errors/error";
import type { Outcome } from "../protocol/amqp-message";
import type { ConnectLimiter } from "./connect-limiter";
import type { MachineEffect, MachineInput, MachineState } from "./machine";

/** How long deliveries may stay unsettled when the connection is to close. */
const DRAIN_MS = 5_000;

/** What a subscription's connections act on; each of them is an argument. */
export interface Environment {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly openLink: OpenLink;
}

/** Who owns a connection, and hears of it. */
export interface ConnectionOwner {
  readonly environment: Environment;
  readonly limiter: ConnectLimiter;
  /** Most deliveries that may be unsettled at once. */
  readonly creditWindow: number;
  delivery(connection: Connection, delivery: IncomingDelivery): void;
  /** A message that came although none is wanted any more: to be given back. */
  unwanted(connection: Connection, delivery: IncomingDelivery): void;
  changed(connection: Connection, before: MachineState): void;
  /** The drain took too long: release what is left. */
  release(connection: Connection): void;
  /** The link is gone, and all that was unsettled on it. */
  lost(connection: Connection): void;
}

/** One of a subscription's connections: runs the machine's effects, owns its timer and its link. */
export class Connection {
  readonly #owner: ConnectionOwner;
  readonly #request: LinkRequest;
  #state: MachineState = { value: "idle" };
  #link: Link | undefined;
  #cancelTimer: Cancel | undefined;
  #nextAttemptAtMs = 0;
  readonly #credit: Credit;
  #paused = false;

  constructor(request: LinkRequest, owner: ConnectionOwner) {
    this.#request = request;
    this.#owner = owner;
    this.#credit = new Credit(owner.creditWindow);
  }

  get state(): MachineState {
    return this.#state;
  }

  /** Wall-clock time in ms since the epoch; meaningful in `backoff` only. */
  get nextAttemptAtMs(): number {
    return this.#nextAttemptAtMs;
  }

  /** Received over it and their outcomes not yet written. */
  get unsettled(): number {
    return this.#credit.unsettled;
  }

  start(): void {
    this.#input({ type: "start" });
  }

  stop(): void {
    this.#input({ type: "stop" });
  }

  /** Takes no messages until `resume`: the connection stays, or comes back, without credit. */
  pause(): void {
    this.#paused = true;
    if (this.#credit.withdraw()) this.#link?.returnCredit();
  }

  resume(): void {
    this.#paused = false;
    this.#grantCredit();
  }

  /** Whether the platform is about to run out of credit. */
  get runsShort(): boolean {
    return this.#credit.runsShort;
  }

  /** Settles a delivery that came over this connection and whose link is still there. */
  settle(delivery: IncomingDelivery, outcome: Outcome): void {
    this.#credit.decided();
    delivery.settle(outcome);
    if (this.#credit.isWorthWriting) this.#link?.flush();
  }

  /** Writes the outcomes that wait at the end of this turn of the event loop. */
  flush(): void {
    this.#link?.flush();
  }

  #input(input: MachineInput): void {
    const before = this.#state;
    const { next, effect } = transition(before, input);
    if (next !== before || effect !== undefined) this.#cancelTimer?.();
    this.#state = next;
    // The effect first: whoever hears of the change must see its consequences.
    if (effect !== undefined) this.#run(effect);
    if (next !== before) this.#owner.changed(this, before);
  }

  #run(effect: MachineEffect): void {
    switch (effect.run) {
      case "connect":
        this.#connect();
        return;
      case "wait":
        this.#nextAttemptAtMs = this.#owner.environment.clock.now() + effect.delayMs;
        this.#after(effect.delayMs, { type: "due" });
        return;
      case "prove":
        this.#after(effect.delayMs, { type: "proven" });
        return;
      case "drain":
        this.#drain();
        return;
      case "close":
        this.#link?.close();
        return;
    }
  }

  #after(delayMs: number, input: MachineInput): void {
    this.#cancelTimer = this.#owner.environment.clock.after(delayMs, () => {
      this.#input(input);
    });
  }

  #connect(): void {
    const { environment, limiter } = this.#owner;
    const delayMs = limiter.request(environment.clock.monotonicMs());
    if (delayMs > 0) {
      this.#input({ type: "held", delayMs, cause: new RefusalError("CONNECT_LIMIT") });
      return;
    }
    this.#link = environment.openLink(this.#request, {
      opened: () => {
        this.#input({ type: "opened" });
      },
      attached: () => {
        this.#input({ type: "attached" });
        this.#grantCredit();
      },
      delivery: (delivery) => {
        this.#received(delivery);
      },
      settled: (count) => {
        this.#settled(count);
      },
      creditReturned: () => {
        this.#credit.withdrew();
        this.#grantCredit();
      },
      ended: (cause) => {
        this.#ended(
          cause ??
            new NetworkError("CONNECTION_LOST", {
              host: this.#request.host,
              reason: "closed unasked",
            }),
        );
      },
    });
  }

  #received(delivery: IncomingDelivery): void {
    this.#credit.received();
    // What was under way when the credit was withdrawn: the flow pauses or ends, and wants no more.
    const wanted = this.#state.value === "subscribed" && !this.#paused;
    if (wanted) this.#owner.delivery(this, delivery);
    else this.#owner.unwanted(this, delivery);
  }

  #settled(count: number): void {
    this.#credit.settled(count);
    if (this.#state.value === "draining") {
      if (this.unsettled === 0) this.#input({ type: "drained" });
      return;
    }
    this.#input({ type: "proven" });
    this.#grantCredit();
  }

  #ended(cause: IotAmqpError): void {
    this.#link = undefined;
    this.#credit.reset();
    this.#owner.lost(this);
    this.#input({ type: "ended", cause, random: this.#owner.environment.random() });
  }

  #drain(): void {
    if (this.#credit.withdraw()) this.#link?.returnCredit();
    this.#link?.flush();
    if (this.unsettled === 0) {
      this.#input({ type: "drained" });
      return;
    }
    this.#cancelTimer = this.#owner.environment.clock.after(DRAIN_MS, () => {
      this.#owner.release(this);
      this.#input({ type: "drained" });
    });
  }

  #grantCredit(): void {
    if (this.#state.value !== "subscribed" || this.#paused) return;
    const count = this.#credit.grant();
    if (count > 0) this.#link?.grantCredit(count);
  }
}
