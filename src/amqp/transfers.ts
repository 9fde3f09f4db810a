import type { Connection, Delivery, Receiver } from "rhea";
import type { Failure } from "./translate-error";

/** rhea's frame, as far as it is read or changed here. */
interface TransferFrame {
  readonly performative: {
    message_format: number;
    more: boolean | null | undefined;
    readonly aborted: boolean | null | undefined;
    readonly delivery_id: unknown;
  };
  payload?: Buffer;
}

// A part of rhea 3.0.5 that its typings do not give; test/amqp/rhea-link.test.ts covers it.
declare module "rhea/typings/connection" {
  interface Connection {
    on_transfer: (this: Connection, frame: TransferFrame) => void;
  }
}

/** Any format but 0: rhea then hands the bytes over and leaves the decoding to us. */
const UNDECODED = 1;
const NO_BYTES = Buffer.alloc(0);
/** What a frame counts for at least: rhea keeps a Buffer for each, also if nothing is in it. */
const LEAST_FRAME_BYTES = 256;

/** What the transfers of a link may be, and whom to tell of others. */
export interface TransferRules {
  readonly maxDeliveryBytes: number;
  /** The link that takes messages now; without one they are dropped as they come. */
  readonly receiver: () => Receiver | undefined;
  readonly failed: (failure: Failure) => void;
}

/**
 * Stands before rhea's handling of transfers, on one connection only: rhea is shared by everything
 * in the process. Its decoder takes a third of the CPU and drops the connection for one bad message.
 */
export class Transfers {
  /** Whether the delivery being handed over was aborted by its sender: it is no message. */
  aborted = false;
  #deliveryBytes = 0;
  #inDelivery = false;

  constructor(connection: Connection, rules: TransferRules) {
    const onTransfer = connection.on_transfer;
    connection.on_transfer = (frame) => {
      const receiver = rules.receiver();
      if (receiver === undefined) return;
      if (!receiver.has_credit()) {
        const error = new Error("it sent more messages than it had credit for");
        rules.failed({ at: "protocol", error });
        return;
      }
      // rhea takes a missing ID for the first one, and throws where nothing catches it as soon as
      // that delivery is settled.
      if (!this.#inDelivery && typeof frame.performative.delivery_id !== "number") {
        rules.failed({ at: "protocol", error: new Error("delivery without an ID") });
        return;
      }
      // rhea fails on a transfer without a payload, and takes an aborted one for complete.
      const payload = (frame.payload ??= NO_BYTES);
      const { performative } = frame;
      performative.message_format = UNDECODED;
      this.aborted = performative.aborted === true;
      if (this.aborted) performative.more = false;
      this.#deliveryBytes += Math.max(payload.length, LEAST_FRAME_BYTES);
      if (this.#deliveryBytes > rules.maxDeliveryBytes) {
        const size = this.#deliveryBytes;
        rules.failed({ at: "size", of: "delivery", size, limit: rules.maxDeliveryBytes });
        return;
      }
      this.#inDelivery = performative.more === true;
      if (!this.#inDelivery) this.#deliveryBytes = 0;
      onTransfer.call(connection, frame);
    };
  }
}

/**
 * Takes a delivery out of rhea's session buffer, which it leaves from the oldest on only: one that
 * stays unsettled would hold up all behind it. It can still be settled, for that goes by its ID.
 */
export function letGo(delivery: Delivery): void {
  Object.assign(delivery, { settled: true });
}
