import { encodeMessage } from "./encode-message";
import { creditLeft, flush, settleForSecond } from "./rhea-internals";
import type { Delivery, EventContext, Sender } from "rhea";
import type { ConsumerGroup } from "../groups/consumer-group";
import type { EmulatorMessage } from "../groups/message";
import type { Consumer, Settlement, UnsettledDelivery } from "../groups/unsettled-deliveries";
import type { EmulatorOptions } from "../options";
import type { Behaviours, SignedInConnection } from "./behaviour";

/** What a receiver link belongs to. */
export interface LinkOwner {
  readonly connection: SignedInConnection;
  readonly group: ConsumerGroup;
  readonly options: EmulatorOptions;
  readonly behaviours: Behaviours;
}

/** A client's receiver link, seen from our side of it: there it is rhea's sender. */
export class ReceiverLink implements Consumer {
  readonly sender: Sender;
  readonly #owner: LinkOwner;
  readonly #unsettled = new Map<Delivery, UnsettledDelivery>();
  /** Not sent yet, as a behaviour has taken them over: they use up credit all the same. */
  readonly #unsent = new Set<UnsettledDelivery>();

  constructor(sender: Sender, owner: LinkOwner) {
    this.sender = sender;
    this.#owner = owner;
  }

  start(): void {
    const { group } = this.#owner;
    const dispatch = () => {
      group.dispatch();
    };
    this.sender.on("sendable", dispatch);
    this.sender.on("sender_flow", dispatch);
    this.sender.on("sender_draining", () => {
      // After the dispatch that this same flow frame has asked for.
      setImmediate(() => setImmediate(this.#returnCredit.bind(this)));
    });
    for (const ending of ["accepted", "released", "rejected", "modified"] as const) {
      this.sender.on(ending, ({ delivery }: EventContext) => {
        this.#settle(delivery, ending);
      });
    }
    this.sender.on("settled", ({ delivery }: EventContext) => {
      this.#settle(delivery, "none");
    });
    group.join(this);
  }

  stop(): void {
    this.#owner.group.leave(this);
    this.#unsent.clear();
  }

  credit(): number {
    return this.sender.is_open() ? creditLeft(this.sender) - this.#unsent.size : 0;
  }

  deliver(unsettled: UnsettledDelivery): void {
    const { connection, options, behaviours } = this.#owner;
    const { message, attempt } = unsettled;
    const encoded = () => encodeMessage(message, options);
    const send = (bytes = encoded()) => {
      this.#destroyOnError(message, () => {
        this.#send(unsettled, bytes);
      });
    };
    this.#unsent.add(unsettled);
    this.#destroyOnError(message, () => {
      const context = { connection, message, encoded, attempt, send };
      if (behaviours.ask((behaviour) => behaviour.onTransfer?.(context)) === undefined) send();
    });
  }

  timedOut(unsettled: UnsettledDelivery): void {
    this.#unsent.delete(unsettled);
    this.#owner.connection.log(
      `${unsettled.message.messageId} was not settled in time (the platform logs code 9650)`,
    );
  }

  #send(unsettled: UnsettledDelivery, bytes: Buffer): void {
    if (!this.sender.is_open()) return;
    this.#unsent.delete(unsettled);
    this.#unsettled.set(this.sender.send(bytes, undefined, 0), unsettled);
  }

  /** A behaviour may send in a timer, where an error would end the process. */
  #destroyOnError({ messageId }: EmulatorMessage, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#owner.connection.log(`Sending ${messageId} failed: ${String(error)}`);
      this.#owner.connection.destroy();
    }
  }

  #settle(delivery: Delivery | undefined, ending: Settlement): void {
    const unsettled = delivery && this.#unsettled.get(delivery);
    if (delivery === undefined || unsettled === undefined) return;
    this.#unsettled.delete(delivery);
    if (!delivery.remote_settled) settleForSecond(delivery);
    if (!this.#owner.group.settle(unsettled, ending)) {
      this.#owner.connection.log(`${unsettled.message.messageId}: ${ending} came too late`);
    }
  }

  /** Answers a flow frame with the drain flag: what credit is left is returned. */
  #returnCredit(): void {
    if (!this.sender.is_open()) return;
    this.sender.set_drained(true);
    flush(this.sender.connection);
  }
}
