import { randomBytes } from "node:crypto";
import { EventEmitter } from "node:events";
import { DecodeError } from "../errors";
import { connectionClientId } from "../protocol/client-id";
import { normalise } from "../protocol/message";
import { signIn } from "../protocol/sign-in";
import { matchesTopic } from "../protocol/topic-filter";
import { Connection } from "./connection";
import { consumerGroup } from "./consumer-group";
import { Deliveries } from "./deliveries";
import { sameState, summarise } from "./summary";
import type { IncomingDelivery, LinkRequest, Outcome } from "../amqp/link";
import type { InstanceOptions, SubscribeOptions } from "../options";
import type { ConnectionOwner, Environment } from "./connection";
import type { ConsumerGroup } from "./consumer-group";
import type { MachineState } from "./machine";
import type { Counters, Delivery, SubscriptionState } from "./state";

interface SubscriptionEvents {
  changed: [SubscriptionState];
  /** In auto mode the message is accepted when the listeners have returned. */
  delivered: [Delivery];
  undecodable: [DecodeError];
  /** A `delivered` listener threw; the message was released and comes again. */
  undelivered: [unknown];
}

/** The lasting wish to receive a consumer group's messages; survives every reconnect. */
export class Subscription extends EventEmitter<SubscriptionEvents> {
  readonly #options: SubscribeOptions;
  readonly #group: ConsumerGroup;
  readonly #environment: Environment;
  readonly #connections: readonly Connection[];
  readonly #deliveries: Deliveries;
  readonly #counters: { -readonly [K in keyof Counters]: Counters[K] } = {
    received: 0,
    delivered: 0,
    accepted: 0,
    released: 0,
    rejected: 0,
    duplicates: 0,
    filtered: 0,
    undecodable: 0,
    reconnects: 0,
    lastMessageAtMs: undefined,
  };
  /** Connections that have been up once: the next time is a reconnect. */
  readonly #known = new WeakSet<Connection>();
  #state: SubscriptionState = { value: "idle" };

  constructor(instance: InstanceOptions, options: SubscribeOptions, environment: Environment) {
    super();
    this.#options = options;
    this.#environment = environment;
    this.#group = consumerGroup({ ...instance, consumerGroupId: options.consumerGroupId });
    const { clock } = environment;
    const prefix = randomBytes(6).toString("hex");
    this.#deliveries = new Deliveries({ clock, ackTimeoutMs: options.ackTimeoutMs, prefix });
    const owner = this.#owner();
    this.#connections = Array.from(
      { length: options.connections },
      (_, index) => new Connection(this.#request(instance, index), owner),
    );
  }

  get state(): SubscriptionState {
    return this.#state;
  }

  get counters(): Counters {
    return { ...this.#counters };
  }

  /** Connects, and from then on keeps itself connected. */
  start(): void {
    for (const connection of this.#connections) connection.start();
  }

  /** Lets the unsettled settle for up to 5 s, releases the rest, closes. Never rejects. */
  async stop(): Promise<void> {
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
  }

  /** Manual mode: sends the outcome for one delivery, once. Throws SettlementError otherwise. */
  settle(token: string, outcome: Outcome): void {
    this.#deliveries.take(token).settle(outcome);
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
      creditWindow: options.creditWindow,
      signIn: () =>
        signIn({ instance, consumerGroupId, clientId, nowMs: this.#environment.clock.now() }),
    };
  }

  #owner(): ConnectionOwner {
    return {
      environment: this.#environment,
      limiter: this.#group.limiter,
      delivery: (connection, delivery) => {
        this.#receive(connection, delivery);
      },
      changed: (connection, before) => {
        this.#changed(connection, before);
      },
      release: (connection) => {
        this.#deliveries.release(connection);
      },
      lost: (connection) => {
        this.#deliveries.lose(connection);
      },
    };
  }

  #changed(connection: Connection, before: MachineState): void {
    if (connection.state.value === "subscribed" && before.value === "attaching") {
      if (this.#known.has(connection)) this.#counters.reconnects += 1;
      this.#known.add(connection);
    }
    const state = summarise(this.#connections);
    if (sameState(state, this.#state)) return;
    this.#state = state;
    this.emit("changed", state);
  }

  #receive(connection: Connection, incoming: IncomingDelivery): void {
    const settle = (outcome: Outcome, messageId?: string) => {
      this.#settled(outcome, messageId);
      connection.settle(incoming, outcome);
    };
    this.#counters.received += 1;
    this.#counters.lastMessageAtMs = this.#environment.clock.now();
    if (incoming.content instanceof DecodeError) {
      this.#counters.undecodable += 1;
      settle("rejected");
      this.emit("undecodable", incoming.content);
      return;
    }
    const normalised = normalise(incoming.content, this.#options.payloadFormat);
    const { topic, messageId } = normalised.message;
    if (!this.#isWanted(topic)) {
      this.#counters.filtered += 1;
      settle("accepted", messageId);
    } else if (this.#isDuplicate(messageId)) {
      this.#counters.duplicates += 1;
      settle("accepted", messageId);
    } else if (this.#options.settleMode === "manual") {
      const unsettled = {
        connection,
        settle: (outcome: Outcome) => {
          settle(outcome, messageId);
        },
      };
      // If a listener throws, the ack timeout releases it, unless the listener had settled it.
      this.#deliver({ token: this.#deliveries.add(unsettled), ...normalised });
    } else {
      const handedOver = this.#deliver({ token: undefined, ...normalised });
      settle(handedOver ? "accepted" : "released", messageId);
    }
  }

  /** Hands a message to the listeners; false if one of them threw. */
  #deliver(delivery: Delivery): boolean {
    try {
      this.emit("delivered", delivery);
      this.#counters.delivered += 1;
      return true;
    } catch (error) {
      this.emit("undelivered", error);
      return false;
    }
  }

  #isWanted(topic: string): boolean {
    const { topicFilters } = this.#options;
    return topicFilters.length === 0 || topicFilters.some((filter) => matchesTopic(filter, topic));
  }

  #isDuplicate(messageId: string | undefined): boolean {
    const { skipDuplicates } = this.#options;
    return skipDuplicates && messageId !== undefined && this.#group.duplicates.has(messageId);
  }

  #settled(outcome: Outcome, messageId: string | undefined): void {
    this.#counters[outcome] += 1;
    if (outcome === "accepted" && messageId !== undefined) this.#group.duplicates.add(messageId);
  }
}
