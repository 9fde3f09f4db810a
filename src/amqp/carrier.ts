import type { Socket } from "node:net";
import type { Clock } from "../clock";
import { DecodeError } from "../errors/error";
import type { AmqpMessage, AmqpValue } from "../protocol/amqp-message";
import { decodeMessage } from "./decode";
import type { Cursor } from "./decode-cursor";
import type { LinkLimits } from "./limits";
import type { LinkEvents } from "./link";
import { flowFrame, isUint, nextSerial, readTransfer } from "./link-frames";
import type { Transfer } from "./link-frames";
import { dispositions, LinkDelivery, OVERWRITTEN, Outcomes } from "./outcomes";
import { Forbidden, Malformed, TooLarge } from "./peer-errors";
import type { PacedSocket, ReadBeat } from "./read-beat";

/** Least that a frame counts towards `maxDeliveryBytes`: even an empty one costs a Buffer. */
const MIN_COUNTED_FRAME_BYTES = 256;

/** A delivery of which not all frames have come. */
interface PartialDelivery {
  readonly id: number;
  settled: boolean;
  /** Of several frames only. */
  parts?: Buffer[];
  bytes: number;
}

/** How the peer numbers what it sends on a link that has been attached. */
export interface Numbering {
  readonly channel: number;
  readonly handle: number;
  readonly nextIncomingId: number;
  readonly deliveryCount: number;
}

/** What a carrier works with, as its link does. */
export interface CarrierEnvironment {
  readonly clock: Clock;
  readonly limits: LinkLimits;
  readonly beat: ReadBeat;
}

/** The link of a carrier; its calls never throw. */
export interface CarrierOwner {
  readonly socket: Socket;
  readonly deliver: (delivery: LinkDelivery) => void;
  readonly emit: <Event extends keyof LinkEvents>(
    event: Event,
    ...about: Parameters<Required<LinkEvents>[Event]>
  ) => void;
}

/**
 * Carries the messages of one attached link: takes transfers in, writes outcomes and credit. rhea
 * does not see them. Its methods throw Malformed, TooLarge or Forbidden for what a peer must
 * not send.
 */
export class Carrier {
  readonly #owner: CarrierOwner;
  readonly #environment: CarrierEnvironment;
  readonly #peer: Numbering;
  readonly #paced: PacedSocket;
  readonly #outcomes: Outcomes;
  #nextIncomingId: number;
  #deliveryCount: number;
  #nextDeliveryId: number | undefined;
  #incomplete: PartialDelivery | undefined;
  /** Used up by aborted deliveries: to be granted again with the next flow frame. */
  #abortedCredit = 0;
  #isReturning = false;
  #isFlowDue = false;
  #unwritten: Buffer[] = [];
  #isWriting = false;
  #isEnded = false;

  constructor(owner: CarrierOwner, peer: Numbering, environment: CarrierEnvironment) {
    this.#owner = owner;
    this.#peer = peer;
    this.#environment = environment;
    this.#paced = { socket: owner.socket, bytes: 0, messages: 0, credit: 0, perSecond: 0 };
    this.#outcomes = new Outcomes(environment.clock, environment.limits, this.write.bind(this));
    this.#nextIncomingId = peer.nextIncomingId;
    this.#deliveryCount = peer.deliveryCount;
  }

  grantCredit(count: number): void {
    this.#setCredit(this.#paced.credit + count);
    this.#isReturning = false;
    this.#sendFlow();
  }

  /** Asks for the credit back: what is not used up by what is on its way. */
  returnCredit(): void {
    this.#isReturning = true;
    this.#sendFlow();
  }

  /** Takes one transfer frame; the cursor stands at its list. */
  transfer(cursor: Cursor, channel: number): void {
    if (this.#isEnded) return;
    const transfer = readTransfer(cursor);
    if (channel !== this.#peer.channel || transfer.handle !== this.#peer.handle) {
      throw new Malformed(`transfer on handle ${String(transfer.handle)}, which is not attached`);
    }
    this.#nextIncomingId = nextSerial(this.#nextIncomingId);
    const partial = this.#incomplete ?? this.#begin(transfer);
    if (transfer.deliveryId !== undefined && transfer.deliveryId !== partial.id) {
      throw new Malformed(`transfer of delivery ${transfer.deliveryId} within ${partial.id}`);
    }
    partial.settled ||= transfer.settled;
    const { bytes, position: start, left } = cursor;
    if (transfer.aborted) this.#abort();
    else if (transfer.more) {
      this.#incomplete = partial;
      this.#appendPart(partial, bytes.subarray(start, start + left));
    } else if (partial.parts === undefined) {
      this.#complete(partial, decoded(bytes, start, start + left));
    } else {
      const parts = this.#appendPart(partial, bytes.subarray(start, start + left));
      this.#complete(partial, decoded(Buffer.concat(parts)));
    }
  }

  /** Takes the fields of a flow frame (AMQP 1.0 part 2.7.4). */
  flow(fields: readonly AmqpValue[]): void {
    const { 2: nextOutgoingId, 4: handle, 5: deliveryCount, 6: linkCredit } = fields;
    const { 8: drain, 9: echo } = fields;
    if (!isUint(nextOutgoingId)) throw new Malformed("flow without a next-outgoing-id");
    if (this.#isEnded) return;
    this.#nextIncomingId = nextOutgoingId;
    if (echo === true) this.#isFlowDue = true;
    // Credit is ours to give: of a sender's, only that none is left means something.
    const isReturned = drain === true && linkCredit === 0 && handle === this.#peer.handle;
    if (!isReturned || !isUint(deliveryCount)) return;
    this.#deliveryCount = deliveryCount;
    this.#setCredit(0);
    this.#abortedCredit = 0;
    this.#owner.emit("creditReturned");
  }

  /** What has been read is dealt with: what it brings about is written at the end of this turn. */
  readDone(bytes: number): void {
    if (this.#isFlowDue || this.#outcomes.isUrgent) this.flush();
    this.#paced.bytes += bytes;
    this.#environment.beat.read(this.#paced);
  }

  /** Writes what is due at the end of this turn of the event loop. */
  flush(): void {
    this.#outcomes.flush();
  }

  /** Writes the outcomes that wait, and with them the credit that their owner grants for them. */
  write(): void {
    const batch = this.#outcomes.takeBatch();
    this.#isWriting = true;
    for (const bytes of dispositions(batch)) this.#unwritten.push(bytes);
    if (batch.length > 0) this.#owner.emit("settled", batch.length);
    this.#isWriting = false;
    if (this.#isFlowDue) this.#sendFlow();
    this.#writeAll();
  }

  /** From now on nothing is read or written. */
  end(): void {
    this.#isEnded = true;
    this.#outcomes.end();
    this.#environment.beat.leave(this.#paced);
  }

  #begin({ deliveryId: id, settled }: Transfer): PartialDelivery {
    if (this.#paced.credit <= 0) throw new Forbidden("noCredit");
    if (id === undefined) throw new Malformed("delivery without an ID");
    if (id !== (this.#nextDeliveryId ?? id)) {
      throw new Malformed(`delivery ${id} in place of ${String(this.#nextDeliveryId)}`);
    }
    this.#nextDeliveryId = nextSerial(id);
    return { id, settled, bytes: 0 };
  }

  #appendPart(partial: PartialDelivery, part: Buffer): Buffer[] {
    const { maxDeliveryBytes: limit } = this.#environment.limits;
    partial.bytes += Math.max(part.length, MIN_COUNTED_FRAME_BYTES);
    if (partial.bytes > limit) throw new TooLarge("delivery", partial.bytes, limit);
    const parts = (partial.parts ??= []);
    // A copy: the socket's next read overwrites the slice.
    parts.push(Buffer.from(part));
    return parts;
  }

  #complete(partial: PartialDelivery, content: AmqpMessage | DecodeError): void {
    this.#useCredit();
    this.#paced.messages += 1;
    this.#outcomes.deliveryReceived();
    const delivery = new LinkDelivery(this.#outcomes, partial, content);
    this.#owner.deliver(delivery);
    delivery.content = OVERWRITTEN;
  }

  /** There is nothing to settle, but it has used up a credit. */
  #abort(): void {
    this.#useCredit();
    this.#abortedCredit += 1;
    this.#isFlowDue = true;
  }

  /** A delivery is over: it has used a credit. */
  #useCredit(): void {
    this.#incomplete = undefined;
    this.#deliveryCount = nextSerial(this.#deliveryCount);
    this.#setCredit(this.#paced.credit - 1);
  }

  #setCredit(credit: number): void {
    this.#paced.credit = credit;
    this.#outcomes.credit = credit;
  }

  #sendFlow(): void {
    this.#isFlowDue = this.#isWriting;
    if (this.#isWriting || this.#isEnded) return;
    if (!this.#isReturning) {
      this.#setCredit(this.#paced.credit + this.#abortedCredit);
      this.#abortedCredit = 0;
    }
    const flow = {
      nextIncomingId: this.#nextIncomingId,
      deliveryCount: this.#deliveryCount,
      linkCredit: this.#paced.credit,
      drain: this.#isReturning,
    };
    this.#unwritten.push(flowFrame(flow));
    this.#writeAll();
  }

  /** One write for all, as each costs more than what it writes. */
  #writeAll(): void {
    if (this.#unwritten.length > 0) this.#owner.socket.write(Buffer.concat(this.#unwritten));
    this.#unwritten = [];
  }
}

function decoded(bytes: Buffer, start?: number, end?: number): AmqpMessage | DecodeError {
  try {
    return decodeMessage(bytes, start, end);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
}
