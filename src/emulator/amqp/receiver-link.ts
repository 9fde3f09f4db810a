import { encodeMessage } from "../groups/message";
import { creditLeft, flush, settleForSecond } from "./rhea-internals";
import type { Delivery, EventContext, Sender } from "rhea";
import type { Behaviours, SignedInConnection } from "./behaviour";
import type { ConsumerGroup } from "../groups/consumer-group";
import type { EmulatorMessage, WireForm } from "../groups/message";
import type { Log } from "../options";
import type { Consumer, Settlement, Unsettled } from "../groups/unsettled-deliveries";

export interface ReceiverLinkEnvironment {
  readonly connection: SignedInConnection;
  readonly behaviours: Behaviours;
  readonly form: WireForm;
  readonly log: Log;
}

/** A client's receiver link, seen from our side of it: there it is rhea's sender. */
export class ReceiverLink implements Consumer {
  readonly sender: Sender;
  readonly #group: ConsumerGroup;
  readonly #environment: ReceiverLinkEnvironment;
  readonly #deliveries = new Map<Delivery, Unsettled>();
  /** Taken over by a behaviour and not sent yet: they use up credit all the same. */
  readonly #taken = new Set<Unsettled>();

  constructor(sender: Sender, group: ConsumerGroup, environment: ReceiverLinkEnvironment) {
    this.sender = sender;
    this.#group = group;
    this.#environment = environment;
  }

  start(): void {
    const dispatch = () => {
      this.#group.dispatch();
    };
    this.sender.on("sendable", dispatch);
    this.sender.on("sender_flow", dispatch);
    this.sender.on("sender_draining", () => {
      // After the dispatch that this same flow frame has asked for.
      setImmediate(() => setImmediate(this.#drained.bind(this)));
    });
    for (const ending of ["accepted", "released", "rejected", "modified"] as const) {
      this.sender.on(ending, ({ delivery }: EventContext) => {
        this.#settle(delivery, ending);
      });
    }
    this.sender.on("settled", ({ delivery }: EventContext) => {
      this.#settle(delivery, "none");
    });
    this.#group.join(this);
  }

  stop(): void {
    this.#group.leave(this);
    this.#taken.clear();
  }

  credit(): number {
    return this.sender.is_open() ? creditLeft(this.sender) - this.#taken.size : 0;
  }

  deliver(unsettled: Unsettled): void {
    const { connection, behaviours, form } = this.#environment;
    const { message, attempt } = unsettled;
    const encoded = () => encodeMessage(message, form);
    const send = (bytes = encoded()) => {
      this.#orEnd(message, () => {
        this.#send(unsettled, bytes);
      });
    };
    this.#taken.add(unsettled);
    this.#orEnd(message, () => {
      const context = { connection, message, encoded, attempt, send };
      if (behaviours.ask((behaviour) => behaviour.onTransfer?.(context)) === undefined) send();
    });
  }

  timedOut(unsettled: Unsettled): void {
    this.#taken.delete(unsettled);
    this.#environment.log(
      `${unsettled.message.messageId} was not settled in time (the platform logs code 9650)`,
    );
  }

  #send(unsettled: Unsettled, bytes: Buffer): void {
    if (!this.sender.is_open()) return;
    this.#taken.delete(unsettled);
    this.#deliveries.set(this.sender.send(bytes, undefined, 0), unsettled);
  }

  /** A behaviour may send from a timer: what is thrown there must not end the process. */
  #orEnd({ messageId }: EmulatorMessage, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#environment.log(`Sending ${messageId} failed: ${String(error)}`);
      this.#environment.connection.destroy();
    }
  }

  #settle(delivery: Delivery | undefined, ending: Settlement): void {
    const unsettled = delivery && this.#deliveries.get(delivery);
    if (delivery === undefined || unsettled === undefined) return;
    this.#deliveries.delete(delivery);
    if (!delivery.remote_settled) settleForSecond(delivery);
    if (!this.#group.settle(unsettled, ending)) {
      this.#environment.log(`${unsettled.message.messageId}: ${ending} came too late`);
    }
  }

  #drained(): void {
    if (!this.sender.is_open()) return;
    this.sender.set_drained(true);
    flush(this.sender.connection);
  }
}
