import { DecodeError } from "../errors";
import type { AmqpMessage } from "../protocol/amqp-message";
import { decodeMessage } from "./decode";
import type { Dispositions, Settleable } from "./dispositions";
import type { IncomingDelivery, Outcome } from "./link";

function decoded(raw: Buffer): AmqpMessage | DecodeError {
  try {
    return decodeMessage(raw);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    return new DecodeError("the decoder failed", raw, error);
  }
}

/** One transfer; a class and not closures, because there are thousands a second. */
export class RheaDelivery implements IncomingDelivery {
  readonly content: AmqpMessage | DecodeError;
  readonly #delivery: Settleable;
  #dispositions: Dispositions | undefined;

  constructor(raw: Buffer, delivery: Settleable, dispositions: Dispositions) {
    this.content = decoded(raw);
    this.#delivery = delivery;
    this.#dispositions = dispositions;
  }

  settle(outcome: Outcome): void {
    // rhea would send a second outcome too, and the platform's answer to that is not known.
    this.#dispositions?.settle(this.#delivery, outcome);
    this.#dispositions = undefined;
  }
}
