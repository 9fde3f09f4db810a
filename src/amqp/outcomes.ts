import type { Cancel, Clock } from "../clock";
import type { DecodeError } from "../errors/error";
import type { AmqpMessage, Outcome } from "../protocol/amqp-message";
import type { LinkLimits } from "./limits";
import type { IncomingDelivery } from "./link";
import { compareSerials, dispositionFrame, nextSerial } from "./link-frames";

/** One delivery, from the socket to its outcome. */
export class LinkDelivery implements IncomingDelivery {
  readonly id: number;
  content: AmqpMessage | DecodeError;
  /** Its sender wants no outcome. */
  readonly isPresettled: boolean;
  outcome: Outcome | undefined;
  readonly #outcomes: Outcomes;

  constructor(
    outcomes: Outcomes,
    { id, settled }: { readonly id: number; readonly settled: boolean },
    content: AmqpMessage | DecodeError,
  ) {
    this.#outcomes = outcomes;
    this.id = id;
    this.isPresettled = settled;
    this.content = content;
  }

  settle(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.#outcomes.add(this);
  }
}

/** The content of a delivery that has been handed over: its bytes have been overwritten. */
export const OVERWRITTEN: AmqpMessage = {
  properties: {},
  typed: new Map(),
  messageId: null,
  body: { section: "none" },
};

/** Collects outcomes, so that many share a frame and a write, and says when they are to be written. */
export class Outcomes {
  readonly #clock: Clock;
  readonly #limits: LinkLimits;
  readonly #write: () => void;
  #queue: LinkDelivery[] = [];
  /** What the platform may still send. */
  credit = 0;
  /** What has come, and its outcome is not known. */
  #inHand = 0;
  #timer: Cancel | undefined;
  #turn: NodeJS.Immediate | undefined;
  #isEnded = false;

  constructor(clock: Clock, limits: LinkLimits, write: () => void) {
    this.#clock = clock;
    this.#limits = limits;
    this.#write = write;
  }

  /** Whether some wait that would better be written soon. */
  get isUrgent(): boolean {
    return this.#queue.length > 0 && !this.#isFlowBusy;
  }

  /** With more in hand than is to come, the flow is slower than the devices: nothing is urgent. */
  get #isFlowBusy(): boolean {
    return this.#inHand > this.credit;
  }

  /** One more delivery has no outcome yet. */
  deliveryReceived(): void {
    this.#inHand += 1;
  }

  add(delivery: LinkDelivery): void {
    if (this.#isEnded) return;
    this.#queue.push(delivery);
    this.#inHand -= 1;
    const { settleBatch, settleDelayMs, busySettleDelayMs } = this.#limits;
    if (this.#queue.length >= settleBatch) this.#write();
    else {
      const delayMs = this.#isFlowBusy ? busySettleDelayMs : settleDelayMs;
      this.#timer ??= this.#clock.after(delayMs, this.#write);
    }
  }

  /** Writes at the end of this turn of the event loop: others may join until then. */
  flush(): void {
    if (!this.#isEnded) this.#turn ??= setImmediate(this.#write);
  }

  /** What is to be written now. */
  takeBatch(): readonly LinkDelivery[] {
    const batch = this.#queue;
    this.#queue = [];
    this.#timer?.();
    this.#timer = undefined;
    clearImmediate(this.#turn);
    this.#turn = undefined;
    return batch;
  }

  /** Forgets what is not written yet, and takes nothing more. */
  end(): void {
    this.#isEnded = true;
    this.takeBatch();
  }
}

/** Neighbours with the same outcome share a frame; no two outcomes do. */
export function* dispositions(batch: readonly LinkDelivery[]): Generator<Buffer> {
  const due = batch.filter(({ isPresettled }) => !isPresettled);
  due.sort((one, other) => compareSerials(one.id, other.id));
  let from = 0;
  for (let index = 1; index <= due.length; index++) {
    const [first, last, next] = [due[from], due[index - 1], due[index]];
    if (first?.outcome === undefined || last === undefined) return;
    if (next?.id === nextSerial(last.id) && next.outcome === first.outcome) continue;
    yield dispositionFrame(first.id, last.id, first.outcome);
    from = index;
  }
}
