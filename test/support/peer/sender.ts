import { deepEqual } from "node:assert/strict";
import { LinkBooks } from "./link-books";
import { NUMBERS } from "./replies";
import { CODE, dataSection, no, nothing, uint, yes } from "./frames";
import { soon } from "../time/until";
import { transferFrame } from "./transfer-frame";
import type { SentDelivery } from "./link-books";
import type { Numbers } from "./replies";
import type { Peer } from "./peer";
import type { ReadFrame } from "./read-frames";
import type { Encoding } from "./transfer-frame";

/** A message to be sent, and how. */
export interface Outgoing {
  readonly content: string;
  /** Most bytes of it in one frame; without it all are in one. */
  readonly partBytes?: number;
  /** In which of its frames it says that it wants no outcome. */
  readonly settled?: "in each frame" | "in the first frame" | "in the last frame";
  /** Its last frame takes it back. */
  readonly aborted?: boolean;
  readonly encoding?: Encoding;
}

/** What a sender may choose, and the most that its client may have in hand. */
export interface SenderSettings extends Partial<Numbers> {
  /** Of the first delivery. */
  readonly deliveryId?: number;
  readonly creditWindow: number;
}

interface Part {
  readonly message: Outgoing;
  readonly payload: Buffer;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function cut(message: Outgoing): Part[] {
  const whole = dataSection(Buffer.from(message.content));
  const partBytes = message.partBytes ?? whole.length;
  const parts: Part[] = [];
  for (let from = 0; from < whole.length; from += partBytes) {
    const isLast = from + partBytes >= whole.length;
    const payload = whole.subarray(from, from + partBytes);
    parts.push({ message, payload, isFirst: from === 0, isLast });
  }
  return parts;
}

/** What a frame says of `settled`; one that says nothing follows those before it (part 2.7.5). */
function settledIn({ message, isFirst, isLast }: Part): boolean | undefined {
  const { settled } = message;
  const says =
    settled === "in each frame" ||
    (settled === "in the first frame" && isFirst) ||
    (settled === "in the last frame" && isLast);
  return says ? true : isFirst ? false : undefined;
}

const numberIn = (read: ReadFrame | undefined, index: number): number => {
  const field = read?.fields[index];
  return typeof field === "number" ? field : 0;
};

/** The sending end of the link: sends what it is given, as credit and session window allow. */
export class PeerSender {
  readonly peer: Peer;
  readonly books: LinkBooks;
  /** What it does when the client closes. */
  onClose: () => void;
  readonly #numbers: Numbers;
  #queue: Part[] = [];
  #current: SentDelivery | undefined;

  private constructor(peer: Peer, settings: SenderSettings) {
    this.peer = peer;
    this.#numbers = { ...NUMBERS, ...settings };
    this.books = new LinkBooks({
      deliveryId: settings.deliveryId ?? 0,
      deliveryCount: this.#numbers.initialDeliveryCount,
      nextOutgoingId: this.#numbers.nextOutgoingId,
      incomingWindow: numberIn(this.#first(CODE.begin), 2),
      clientHandle: numberIn(this.#first(CODE.attach), 1),
      creditWindow: settings.creditWindow,
    });
    this.onClose = () => {
      peer.performative(CODE.close);
      peer.socket.end();
    };
    peer.onFrame = this.#heard.bind(this);
  }

  /** Lets the client sign in and attach. */
  static async attach(peer: Peer, settings: SenderSettings): Promise<PeerSender> {
    await peer.attach(0, settings);
    return new PeerSender(peer, settings);
  }

  /** How many frames of that code the client has sent. */
  count(code: number): number {
    return this.peer.frames.filter((read) => read.code === code).length;
  }

  /** Sends messages, each as soon as there is credit for it. */
  send(...messages: readonly Outgoing[]): void {
    this.#queue = [...this.#queue, ...messages.flatMap(cut)];
    this.#pump();
  }

  /** Sends `count` messages that hold their numbers; returns what they hold. */
  sendMany(count: number, how: Omit<Outgoing, "content"> = {}): string[] {
    const before = this.books.sent.length;
    const contents = Array.from({ length: count }, (_, index) => String(before + index));
    this.send(...contents.map((content) => ({ content, ...how })));
    return contents;
  }

  /** Sends a message now, whether there is credit for it or not; `handle` overrides the link's. */
  force(message: Outgoing, handle?: number): void {
    this.#write(cut(message), handle);
  }

  /** Tells where it stands. */
  tell(also: { session?: true; available?: number; drain?: true; echo?: true } = {}): void {
    const { deliveryCount, credit, nextOutgoingId } = this.books;
    const link = [
      uint(this.#numbers.handle),
      uint(deliveryCount),
      uint(credit),
      also.available === undefined ? nothing : uint(also.available),
      also.drain === true ? yes : no,
    ];
    this.peer.performative(CODE.flow, [
      uint(numberIn(this.#first(CODE.begin), 1)),
      uint(1_000),
      uint(nextOutgoingId),
      uint(1_000),
      ...(also.session === true ? link.map(() => nothing) : link),
      also.echo === true ? yes : no,
    ]);
  }

  /** Waits until something holds; fails at the first fault of the client's, or if it goes. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    const { books, peer } = this;
    const sentence = (): string => {
      const { sent, flows, unsettled, credit, window } = books;
      const now = { sent: sent.length, unsettled, credit, window, flow: flows.at(-1) };
      return `It was not so that ${what}: ${JSON.stringify(now)}`;
    };
    const isOver = () => isSo() || books.faults.length > 0 || peer.gone;
    await soon(isOver, { sentence });
    this.check();
    if (!isSo()) throw new Error(`${sentence()} when the connection had gone`);
  }

  /** Waits until all has been sent, and what wants an outcome has one. */
  async untilDone(): Promise<void> {
    const isDone = () => this.#queue.length === 0 && this.books.unsettled === 0;
    await this.until(isDone, "all was sent and has its outcome");
  }

  /** Fails if the client has done anything wrong. */
  check(): void {
    deepEqual(this.books.faults.slice(0, 5), []);
  }

  #first(code: number): ReadFrame | undefined {
    return this.peer.frames.find((read) => read.code === code);
  }

  #heard(read: ReadFrame): void {
    this.books.enter(read);
    if (read.code === CODE.flow) {
      const [drain, echo] = [read.fields[8] === true, read.fields[9] === true];
      if (drain) this.books.drain();
      else this.#pump();
      if (drain || echo) this.tell(drain ? { drain } : {});
    }
    if (read.code === CODE.close) this.onClose();
  }

  /** In one write, as far as credit and session window allow. */
  #pump(): void {
    let { credit, window } = this.books;
    let count = 0;
    for (const { isFirst } of this.#queue) {
      if (window === 0 || (isFirst && credit === 0)) break;
      if (isFirst) credit -= 1;
      window -= 1;
      count += 1;
    }
    if (count === 0) return;
    const parts = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#write(parts);
  }

  #write(parts: readonly Part[], handle = this.#numbers.handle): void {
    this.peer.send(...parts.map((part) => this.#sent(part, handle)));
  }

  /** The bytes of a frame, which is in the books from now on. */
  #sent(part: Part, handle: number): Buffer {
    const { message, payload, isFirst, isLast } = part;
    if (isFirst) this.#current = this.books.begin(message.content);
    const delivery = this.#current;
    if (delivery === undefined) throw new Error("A delivery begins with its first frame.");
    const { settled, aborted = false, encoding } = message;
    this.books.frame();
    if (isLast) this.books.complete(delivery, settled === undefined && !aborted);
    const transfer = {
      channel: this.#numbers.channel,
      handle,
      // Further frames may repeat it or not: those of every second delivery do.
      deliveryId: isFirst || delivery.id % 2 === 0 ? delivery.id : undefined,
      settled: settledIn(part),
      more: !isLast,
      aborted: aborted && isLast,
      payload,
    };
    return transferFrame(transfer, encoding);
  }
}
