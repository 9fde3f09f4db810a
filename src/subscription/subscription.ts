import { EventEmitter } from "node:events";
import { signIn } from "../protocol/sign-in";
import { connectionClientId } from "../protocol/sign-in-values";
import { Connection } from "./connection";
import { consumerGroup } from "./consumer-group";
import { Intake } from "./intake";
import { sameState, summarise } from "./summary";
import type { LinkRequest } from "../amqp/link";
import type { DecodeError } from "../errors/error";
import type { Outcome } from "../protocol/amqp-message";
import type { InstanceOptions } from "../settings/instance";
import type { SubscribeOptions } from "../settings/subscribe";
import type { ConnectionOwner, Environment } from "./connection";
import type { MachineState } from "./machine";
import type { Counters, Delivery, SubscriptionState } from "./state";

interface SubscriptionEvents {
  changed: [SubscriptionState];
  /** In auto mode the message is accepted some 10 ms after the listeners have returned. */
  delivered: [Delivery];
  /** Once for each such message, however often it comes again. */
  undecodable: [DecodeError];
  /** A `delivered` listener threw; the message was released and comes again. */
  undelivered: [unknown];
  /** Manual mode: a delivery was not settled within the ack timeout; it was released and comes again. */
  expired: [];
}

/** The lasting wish to receive a consumer group's messages; survives every reconnect. */
export class Subscription extends EventEmitter<SubscriptionEvents> {
  readonly #options: SubscribeOptions;
  readonly #environment: Environment;
  readonly #connections: readonly Connection[];
  readonly #intake: Intake;
  readonly #lost = new WeakSet<Connection>();
  #reconnects = 0;
  #paused = false;
  #state: SubscriptionState = { value: "idle" };
  /** A stop under way; `again`: a start was asked for meanwhile. */
  #stopping: { readonly stopped: Promise<void>; again: boolean } | undefined;

  constructor(instance: InstanceOptions, options: SubscribeOptions, environment: Environment) {
    super();
    this.#options = options;
    this.#environment = environment;
    const group = consumerGroup({ ...instance, consumerGroupId: options.consumerGroupId });
    const { duplicates, limiter } = group;
    const { clock } = environment;
    this.#intake = new Intake({ options, duplicates, clock, receiver: this.#receiver() });
    const owner: ConnectionOwner = {
      environment,
      limiter,
      creditWindow: options.creditWindow,
      delivery: (connection, delivery) => {
        this.#intake.receive(connection, delivery);
      },
      unwanted: (connection, delivery) => {
        this.#intake.giveBack(connection, delivery);
      },
      changed: (connection, before) => {
        this.#changed(connection, before);
      },
      release: (connection) => {
        this.#intake.release(connection);
      },
      lost: (connection) => {
        this.#intake.lose(connection);
      },
    };
    this.#connections = Array.from(
      { length: options.connections },
      (_, index) => new Connection(this.#request(instance, index), owner),
    );
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  get counters(): Counters {
    const unsettled = this.#connections.reduce((sum, each) => sum + each.unsettled, 0);
    return { unsettled, ...this.#intake.counters, reconnects: this.#reconnects };
  }

  /** Connects, and from then on keeps itself connected; after a stop that is under way. */
  start(): void {
    if (this.#stopping !== undefined) this.#stopping.again = true;
    else for (const connection of this.#connections) connection.start();
  }

  /** Lets the unsettled settle for up to 5 s, releases the rest, closes. Never rejects. */
  stop(): Promise<void> {
    this.#intake.releaseWaiting();
    this.#intake.handOn();
    if (this.#stopping !== undefined) this.#stopping.again = false;
    else this.#stopping = { stopped: this.#stop(), again: false };
    return this.#stopping.stopped;
  }

  /** Takes no more messages, and stays connected; what the flow has may still be settled. */
  pause(): void {
    this.#paused = true;
    this.#intake.releaseWaiting();
    for (const connection of this.#connections) connection.pause();
    this.#tell();
  }

  /** Takes messages again after `pause`. */
  resume(): void {
    this.#paused = false;
    for (const connection of this.#connections) connection.resume();
    this.#tell();
  }

  /**
   * Hands no message over until `handOn`, or for 20 s: where they go to is about to be stopped. In
   * auto mode what is in the flow and not accepted yet is released, and comes again.
   */
  holdBack(): void {
    this.#intake.holdBack();
  }

  /** Hands over what `holdBack` has held back, and messages as they come. */
  handOn(): void {
    this.#intake.handOn();
  }

  /** Releases all that is unsettled: nobody is left who could settle it. */
  release(): void {
    for (const connection of this.#connections) this.#intake.release(connection);
  }

  /** Manual mode: sends the outcome for one delivery, once. Throws SettlementError otherwise. */
  settle(token: string, outcome: Outcome): void {
    this.#intake.settleToken(token, outcome);
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
    const again = this.#stopping?.again === true;
    this.#stopping = undefined;
    if (again) this.start();
  }

  #request(instance: InstanceOptions, index: number): LinkRequest {
    const { clientId: base, consumerGroupId, connections, ...options } = this.#options;
    const clientId = connectionClientId(base, index, connections);
    return {
      host: instance.host,
      port: instance.port,
      tls: instance.tls,
      clientId,
      consumerGroupId,
      idleTimeoutMs: options.idleTimeoutMs,
      signIn: () =>
        signIn({ instance, consumerGroupId, clientId, nowMs: this.#environment.clock.now() }),
    };
  }

  /** The listeners, as the intake sees them. */
  #receiver() {
    return {
      deliver: (delivery: Delivery) => {
        try {
          return this.emit("delivered", delivery);
        } catch (error) {
          this.emit("undelivered", error);
          return false;
        }
      },
      undecodable: (error: DecodeError) => {
        this.emit("undecodable", error);
      },
      expired: () => {
        this.emit("expired");
      },
    };
  }

  #changed(connection: Connection, before: MachineState): void {
    const now = connection.state.value;
    if (now === "subscribed" && before.value === "attaching" && this.#lost.delete(connection)) {
      this.#reconnects += 1;
    }
    if (now === "backoff" && before.value === "subscribed") this.#lost.add(connection);
    this.#tell();
  }

  #tell(): void {
    const state = summarise(this.#connections, this.#paused);
    if (sameState(state, this.#state)) return;
    this.#state = state;
    this.emit("changed", state);
  }
}
