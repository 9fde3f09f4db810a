import { CODE } from "./frames";
import type { ReadFrame } from "./read-frames";

const LARGEST_STEP = 2 ** 31 - 1;
const OUTCOME_BY_CODE: ReadonlyMap<unknown, SentOutcome> = new Map([
  [CODE.accepted, "accepted"],
  [CODE.released, "released"],
  [CODE.rejected, "rejected"],
]);
type SentOutcome = "accepted" | "released" | "rejected";

/** A delivery that was sent, and what the client has said of it. */
export interface SentDelivery {
  readonly id: number;
  readonly content: string;
  /** Of one that was aborted or sent settled there is no outcome. */
  state: "being sent" | "unsettled" | "wants no outcome" | SentOutcome;
}

/** A flow frame of the client's. */
interface Flow {
  readonly nextIncomingId: number;
  readonly incomingWindow: number;
  readonly deliveryCount: number;
  readonly credit: number;
  readonly drain: boolean;
}

/** From where a sender counts, and what the client has said before it sends. */
interface Opening {
  readonly deliveryId: number;
  readonly deliveryCount: number;
  readonly nextOutgoingId: number;
  /** The client's, in its begin. */
  readonly incomingWindow: number;
  /** What the client calls the link. */
  readonly clientHandle: number;
  /** Most deliveries that the client may have in hand, or have given credit for. */
  readonly creditWindow: number;
}

/** A serial number: what comes after 2^32 − 1 is 0 (RFC 1982, as AMQP 1.0 part 2.8.10 asks). */
export function serial(value: number): number {
  return value >>> 0;
}

/** How far `to` is ahead of `from`: from −2^31 to 2^31 − 1. */
function ahead(from: number, to: number): number {
  return (to - from) | 0;
}

function areNumbers(values: readonly unknown[]): values is readonly number[] {
  return values.every((value) => typeof value === "number");
}

/** A sender's books of serial numbers, credit and outcomes; what contradicts them is a fault. */
export class LinkBooks {
  /** What the client has done wrong, in sentences. */
  readonly faults: string[] = [];
  readonly sent: SentDelivery[] = [];
  /** Those of the link, not those of the session alone. */
  readonly flows: Flow[] = [];
  readonly #opening: Opening;
  readonly #byId = new Map<number, SentDelivery>();
  #deliveryId: number;
  #deliveryCount: number;
  #nextOutgoingId: number;
  /** The first delivery and the first transfer frame that must not be sent. */
  #creditEnd: number;
  #windowEnd: number;
  /** What the client has said last: it never goes back. */
  #seenCount: number;
  #seenTransfer: number;
  #unsettled = 0;
  #closed = false;

  constructor(opening: Opening) {
    const { deliveryId, deliveryCount, nextOutgoingId, incomingWindow } = opening;
    this.#opening = opening;
    this.#deliveryId = deliveryId;
    this.#deliveryCount = this.#creditEnd = this.#seenCount = deliveryCount;
    this.#nextOutgoingId = this.#seenTransfer = nextOutgoingId;
    this.#windowEnd = serial(nextOutgoingId + Math.min(incomingWindow, LARGEST_STEP));
  }

  get deliveryCount(): number {
    return this.#deliveryCount;
  }
  get nextOutgoingId(): number {
    return this.#nextOutgoingId;
  }
  /** How many more deliveries the client takes. */
  get credit(): number {
    return Math.max(0, ahead(this.#deliveryCount, this.#creditEnd));
  }
  /** How many more transfer frames the client takes. */
  get window(): number {
    return Math.max(0, ahead(this.#nextOutgoingId, this.#windowEnd));
  }
  /** Begun, and neither with an outcome nor without need of one. */
  get unsettled(): number {
    return this.#unsettled;
  }

  /** The first frame of a delivery goes out. */
  begin(content: string): SentDelivery {
    const delivery: SentDelivery = { id: this.#deliveryId, content, state: "being sent" };
    this.sent.push(delivery);
    this.#byId.set(delivery.id, delivery);
    this.#deliveryId = serial(this.#deliveryId + 1);
    this.#deliveryCount = serial(this.#deliveryCount + 1);
    this.#unsettled += 1;
    return delivery;
  }

  /** A transfer frame of any delivery goes out. */
  frame(): void {
    this.#nextOutgoingId = serial(this.#nextOutgoingId + 1);
  }

  /** The last frame of a delivery goes out. */
  complete(delivery: SentDelivery, wantsOutcome: boolean): void {
    delivery.state = wantsOutcome ? "unsettled" : "wants no outcome";
    if (!wantsOutcome) this.#unsettled -= 1;
  }

  /** Counts what credit there is as used. */
  drain(): void {
    if (this.credit > 0) this.#deliveryCount = this.#creditEnd;
  }

  /** Enters a frame of the client's. */
  enter({ code, fields }: ReadFrame): void {
    if (this.#closed) this.faults.push(`Frame ${code} came after the client's close.`);
    if (code === CODE.flow) this.#flow(fields);
    if (code === CODE.disposition) this.#disposition(fields);
    if (code === CODE.close) this.#closed = true;
  }

  #flow(fields: readonly unknown[]): void {
    const session = fields.slice(0, 4);
    if (!areNumbers(session)) {
      this.faults.push(`A flow says of the session: ${JSON.stringify(session)}.`);
      return;
    }
    const [nextIncomingId = 0, incomingWindow = 0] = session;
    if (this.#isOff(this.#seenTransfer, nextIncomingId, this.#nextOutgoingId)) {
      this.faults.push(`The next-incoming-id ${nextIncomingId} does not follow the transfers.`);
    }
    this.#seenTransfer = nextIncomingId;
    this.#windowEnd = serial(nextIncomingId + Math.min(incomingWindow, LARGEST_STEP));
    const [handle, ...link] = fields.slice(4, 7);
    if (handle === null || handle === undefined) return;
    if (handle !== this.#opening.clientHandle || !areNumbers(link)) {
      this.faults.push(`A flow says of a link: ${JSON.stringify([handle, ...link])}.`);
      return;
    }
    const [deliveryCount = 0, credit = 0] = link;
    this.#grant(deliveryCount, credit);
    const drain = fields[8] === true;
    this.flows.push({ nextIncomingId, incomingWindow, deliveryCount, credit, drain });
  }

  #grant(deliveryCount: number, credit: number): void {
    if (this.#isOff(this.#seenCount, deliveryCount, this.#deliveryCount)) {
      this.faults.push(`The delivery-count ${deliveryCount} does not follow the deliveries.`);
    }
    this.#seenCount = deliveryCount;
    this.#creditEnd = serial(deliveryCount + credit);
    const inHand = this.#unsettled + this.credit;
    if (inHand > this.#opening.creditWindow) {
      this.faults.push(`${this.#unsettled} unsettled, and credit for ${this.credit} more.`);
    }
  }

  /** Whether `value` is not between what was said last and what the client can know. */
  #isOff(last: number, value: number, newest: number): boolean {
    return ahead(last, value) < 0 || ahead(value, newest) < 0;
  }

  #disposition([role, first, last, settled, state]: readonly unknown[]): void {
    const ends = [first, last ?? first];
    const outcome =
      typeof state === "object" && state !== null
        ? OUTCOME_BY_CODE.get(Reflect.get(state, "code"))
        : undefined;
    if (role !== true || settled !== true || outcome === undefined || !areNumbers(ends)) {
      const said = JSON.stringify([role, ...ends, settled, state]);
      this.faults.push(`A disposition says: ${said}.`);
      return;
    }
    const [from = 0, to = 0] = ends;
    const count = ahead(from, to) + 1;
    if (count < 1 || count > this.sent.length) {
      this.faults.push(`A disposition goes from ${from} to ${to}.`);
      return;
    }
    for (let index = 0; index < count; index += 1) this.#settle(serial(from + index), outcome);
  }

  #settle(id: number, outcome: SentOutcome): void {
    const delivery = this.#byId.get(id);
    if (delivery?.state !== "unsettled") {
      this.faults.push(`Delivery ${id} is ${delivery?.state ?? "not sent"}, and ${outcome}.`);
      return;
    }
    delivery.state = outcome;
    this.#unsettled -= 1;
  }
}
