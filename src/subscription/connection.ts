import { because, NetworkError, RefusalError } from "../errors/error";
import { Credit } from "./credit";
import { UnsettledDelivery } from "./delivery";
import { transition } from "./machine";
import type { IncomingDelivery, Link, LinkRequest } from "../amqp/link";
import type { Cancel } from "../clock";
import type { IotAmqpError } from "../errors/error";
import type { Outcome } from "../protocol/amqp-message";
import type { SubscriptionContext } from "./context";
import type { DeliveryConnection } from "./delivery";
import type { Intake } from "./intake";
import type { MachineEffect, MachineInput, MachineState } from "./machine";

/** How long deliveries may stay unsettled when the connection is to close. */
const MAX_DRAIN_MS = 5_000;

/**
 * One of a subscription's connections, over all its attempts: runs the machine's effects, owns its
 * timer and the link of the attempt.
 */
export class Connection implements DeliveryConnection {
  readonly #request: LinkRequest;
  readonly #intake: Intake;
  readonly #context: SubscriptionContext;
  #state: MachineState = { value: "idle" };
  #link: Link | undefined;
  #cancelTimer: Cancel | undefined;
  #nextAttemptAtMs = 0;
  readonly #credit: Credit;
  #paused = false;
  /** It was subscribed, and has not come up again since. */
  #isLost = false;

  constructor(request: LinkRequest, intake: Intake, context: SubscriptionContext) {
    this.#request = request;
    this.#intake = intake;
    this.#context = context;
    this.#credit = new Credit(context.options.creditWindow);
  }

  get state(): MachineState {
    return this.#state;
  }

  /** Wall-clock time in ms since the epoch; meaningful in `backoff` only. */
  get nextAttemptAtMs(): number {
    return this.#nextAttemptAtMs;
  }

  /** How many deliveries were received over it and their outcomes not yet written. */
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
    this.#requestCreditReturn();
  }

  resume(): void {
    this.#paused = false;
    this.#grantCredit();
  }

  get isCreditLow(): boolean {
    return this.#credit.isLow;
  }

  settle(delivery: IncomingDelivery, outcome: Outcome): void {
    this.#context.totals[outcome] += 1;
    this.#credit.outcomeQueued();
    delivery.settle(outcome);
    if (this.#credit.isFlushDue) this.#link?.flush();
  }

  flush(): void {
    this.#link?.flush();
  }

  #input(input: MachineInput): void {
    const before = this.#state;
    const { next, effect } = transition(before, input);
    if (next !== before || effect !== undefined) this.#cancelTimer?.();
    this.#state = next;
    // The effect first: those who hear of the change must see its consequences.
    if (effect !== undefined) this.#run(effect);
    if (next !== before) this.#changed(before);
  }

  #changed(before: MachineState): void {
    const now = this.#state.value;
    if (before.value === "subscribed" && now === "backoff") this.#isLost = true;
    if (before.value === "attaching" && now === "subscribed" && this.#isLost) {
      this.#isLost = false;
      this.#context.totals.reconnects += 1;
    }
    this.#context.connectionChanged();
  }

  #run(effect: MachineEffect): void {
    switch (effect.run) {
      case "connect":
        this.#connect();
        return;
      case "wait":
        this.#nextAttemptAtMs = this.#context.environment.clock.now() + effect.delayMs;
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
    this.#cancelTimer = this.#context.environment.clock.after(delayMs, () => {
      this.#input(input);
    });
  }

  #connect(): void {
    const { environment, group } = this.#context;
    const delayMs = group.limiter.request(environment.clock.monotonicMs());
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
        this.#credit.returned();
        this.#grantCredit();
      },
      ended: (cause) => {
        // None after our own close, where the machine asks for none.
        const { host } = this.#request;
        this.#ended(cause ?? new NetworkError("CONNECTION_LOST", { host, ...because("noClose") }));
      },
    });
  }

  #received(incoming: IncomingDelivery): void {
    this.#credit.received();
    this.#context.totals.received += 1;
    this.#context.totals.lastMessageAtMs = this.#context.environment.clock.now();
    const delivery = new UnsettledDelivery(this, incoming);
    if (this.#state.value === "subscribed" && !this.#paused) this.#intake.receive(delivery);
    // It was under way when the credit was asked back: the flow pauses or ends, and wants no more.
    else this.#intake.turnAway(delivery);
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
    this.#intake.linkLost(this);
    this.#input({ type: "ended", cause, random: this.#context.environment.random() });
  }

  #drain(): void {
    this.#requestCreditReturn();
    this.#link?.flush();
    if (this.unsettled === 0) {
      this.#input({ type: "drained" });
      return;
    }
    this.#cancelTimer = this.#context.environment.clock.after(MAX_DRAIN_MS, () => {
      this.#intake.release(this);
      this.#input({ type: "drained" });
    });
  }

  #requestCreditReturn(): void {
    if (this.#credit.requestReturn()) this.#link?.returnCredit();
  }

  #grantCredit(): void {
    if (this.#state.value !== "subscribed" || this.#paused) return;
    const count = this.#credit.grant();
    if (count > 0) this.#link?.grantCredit(count);
  }
}
