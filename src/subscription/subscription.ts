import { EventEmitter } from "node:events";
import { createOpenLink, openLink } from "../amqp/amqp-link";
import { systemClock } from "../clock";
import { connectionClientId } from "../protocol/sign-in-values";
import { Connection } from "./connection";
import { consumerGroup } from "./consumer-group";
import { Intake } from "./intake";
import { linkRequest } from "./link-request";
import { newTotals } from "./state";
import { sameState, summarise } from "./summary";
import type { Outcome } from "../protocol/amqp-message";
import type { InstanceOptions } from "../settings/instance";
import type { SubscribeOptions } from "../settings/subscribe";
import type { Environment } from "./context";
import type { Counters, SubscriptionEvents, SubscriptionState } from "./state";

/** The lasting wish to receive a consumer group's messages; survives every reconnect. */
export class Subscription extends EventEmitter<SubscriptionEvents> {
  readonly #connections: readonly Connection[];
  readonly #intake: Intake;
  readonly #totals = newTotals();
  #paused = false;
  #state: SubscriptionState = { value: "idle" };
  /** A stop under way; `restart`: a start was asked for meanwhile. */
  #stopping: { readonly stopped: Promise<void>; restart: boolean } | undefined;

  constructor(instance: InstanceOptions, options: SubscribeOptions, environment: Environment) {
    super();
    const context = {
      options,
      environment,
      group: consumerGroup(instance, options.consumerGroupId),
      totals: this.#totals,
      events: this,
      connectionChanged: this.#connectionChanged.bind(this),
    };
    this.#intake = new Intake(context);
    const { clientId, connections } = options;
    this.#connections = Array.from({ length: connections }, (_, index) => {
      const client = { ...options, clientId: connectionClientId(clientId, index, connections) };
      const request = linkRequest(instance, client, environment.clock);
      return new Connection(request, this.#intake, context);
    });
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  /** Whether no messages are wanted until `resume`, connected or not. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** How many connections are up, of how many. */
  get connected(): Readonly<Record<"connected" | "connections", number>> {
    const connected = this.#connections.filter(({ state }) => state.value === "subscribed").length;
    return { connected, connections: this.#connections.length };
  }

  get counters(): Counters {
    const unsettled = this.#connections.reduce((sum, each) => sum + each.unsettled, 0);
    return { unsettled, ...this.#totals };
  }

  /** Connects and stays connected; if a stop is under way, afterwards. */
  start(): void {
    if (this.#stopping !== undefined) this.#stopping.restart = true;
    else for (const connection of this.#connections) connection.start();
  }

  /** Lets the unsettled settle for up to 5 s, releases the rest, closes. Never rejects. */
  stop(): Promise<void> {
    this.#intake.releaseHeldBack();
    this.#intake.endHoldBack();
    if (this.#stopping !== undefined) this.#stopping.restart = false;
    else this.#stopping = { stopped: this.#stop(), restart: false };
    return this.#stopping.stopped;
  }

  /** Takes no more messages, and stays connected; what the flow has may still be settled. */
  pause(): void {
    this.#paused = true;
    this.#intake.releaseHeldBack();
    for (const connection of this.#connections) connection.pause();
    this.#connectionChanged();
  }

  /** Takes messages again after `pause`. */
  resume(): void {
    this.#paused = false;
    for (const connection of this.#connections) connection.resume();
    this.#connectionChanged();
  }

  /**
   * Hands no message over until `endHoldBack`, or for 20 s: the flows are about to stop. In auto
   * mode what is in the flow and not accepted yet is released, and comes again.
   */
  holdBack(): void {
    this.#intake.holdBack();
  }

  /** Hands over what has been held back, and from now on each message as it comes. */
  endHoldBack(): void {
    this.#intake.endHoldBack();
  }

  /** Manual mode: releases every delivery that the flow has: nobody is left who could settle it. */
  release(): void {
    for (const connection of this.#connections) this.#intake.release(connection);
  }

  /** Manual mode: sends the outcome for one delivery, once. Throws SettlementError otherwise. */
  settle(token: string, outcome: Outcome): void {
    this.#intake.settle(token, outcome);
  }

  async #stop(): Promise<void> {
    for (const connection of this.#connections) connection.stop();
    await new Promise<void>((resolve) => {
      const check = () => {
        if (this.#connections.some(({ state }) => state.value !== "stopped")) return;
        this.off("changed", check);
        resolve();
      };
      this.on("changed", check);
      check();
    });
    const restart = this.#stopping?.restart === true;
    this.#stopping = undefined;
    if (restart) this.start();
  }

  #connectionChanged(): void {
    const state = summarise(this.#connections, this.#paused);
    if (sameState(state, this.#state)) return;
    this.#state = state;
    this.emit("changed", state);
  }
}

/**
 * Makes a subscription to a consumer group; nothing happens until its `start()`.
 * The options come from `resolveInstance` and `resolveSubscribe`.
 */
export function createSubscription(
  instance: InstanceOptions,
  options: SubscribeOptions,
  environment: Partial<Environment> = {},
): Subscription {
  const { clock = systemClock, random = Math.random } = environment;
  const ownLink = clock === systemClock ? openLink : createOpenLink({ clock });
  return new Subscription(instance, options, {
    clock,
    random,
    openLink: environment.openLink ?? ownLink,
  });
}
