import type { Socket } from "node:net";
import { CODE, readFrame } from "../support/peer-frames";
import type { ReadFrame } from "../support/peer-frames";
import type { Plan } from "./plan";
import { amqp, AWAITED, messageIdsOf, piecesOf, STAGES } from "./script";
import type { Piece } from "./script";

const HEADER_BYTES = 8;
/** A stage in small pieces has so many at most: each takes a turn of the event loop. */
const MOST_SPLITS = 40;

/** What a session's server tells the test. */
export interface PeerOwner {
  /** It did something wrong. */
  did(what: string): void;
  /** It has said all that it had to say, or will never go on. */
  over(): void;
  /** A frame of the client has come. */
  heard?(): void;
}

/** A server in one session: good, but for what its plan says. */
export class HostilePeer {
  /** Outcomes that the client sent: first and last ID, and the outcome's code. */
  readonly settled: { readonly first: number; readonly last: number; readonly code: number }[] = [];
  /** The messages that a good server has sent, by their delivery IDs. */
  messageIds: readonly string[] = [];
  /** It has taken its leave by a detach, an end or a close. */
  hasLeft = false;
  readonly #socket: Socket;
  readonly #plan: Plan;
  readonly #owner: PeerOwner;
  #buffer: Buffer = Buffer.alloc(0);
  readonly #seen: number[] = [];
  #stage = 0;
  #linkName = "";
  #writing = false;
  #isAskedToClose = false;
  #stopped = false;

  constructor(socket: Socket, plan: Plan, owner: PeerOwner) {
    this.#socket = socket;
    this.#plan = plan;
    this.#owner = owner;
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => {
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#read();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#stop();
    });
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#owner.over();
  }

  #read(): void {
    for (;;) {
      const header = this.#buffer.subarray(0, 4).toString("latin1") === "AMQP";
      const known = this.#buffer.length >= HEADER_BYTES;
      const size = !known ? Infinity : header ? HEADER_BYTES : this.#buffer.readUInt32BE();
      if (this.#buffer.length < size) return;
      const bytes = this.#buffer.subarray(0, size);
      this.#buffer = this.#buffer.subarray(size);
      this.#heard(header ? { code: -1, fields: [], bytes } : readFrame(bytes));
    }
  }

  #heard({ code, fields }: ReadFrame): void {
    this.#seen.push(code);
    if (code === CODE.attach) this.#linkName = String(fields[0]);
    if (code === CODE.disposition) {
      const [, first, last, , state] = fields;
      const outcome: unknown = Reflect.get(Object(state) as object, "code");
      this.settled.push({ first: Number(first), last: Number(last), code: Number(outcome) });
    }
    if (code === CODE.close) this.#isAskedToClose = true;
    this.#goOn();
    this.#owner.heard?.();
  }

  /** Says what is due, after what is being said. */
  #goOn(): void {
    if (this.#stopped || this.#writing) return;
    if (this.#isAskedToClose) {
      this.#socket.end(amqp(CODE.close).bytes);
      this.#stop();
      return;
    }
    const stage = STAGES[this.#stage];
    if (stage === undefined) return;
    const left = [...this.#seen];
    for (const code of AWAITED[stage]) {
      const at = left.indexOf(code);
      if (at < 0) return;
      left.splice(at, 1);
    }
    this.#seen.splice(0, this.#seen.length, ...left);
    this.#stage += 1;
    const client = { linkName: this.#linkName, session: this.#plan.session };
    const { leaves, mutations, random } = this.#plan;
    const pieces = stage === "end" && !leaves ? [] : piecesOf(stage, client, random);
    if (stage === "end") this.hasLeft = pieces.length > 0;
    if (stage === "messages") this.messageIds = messageIdsOf(pieces, client);
    for (const mutation of mutations) {
      if (mutation.stage === stage) this.#owner.did(mutation.apply(pieces));
    }
    const bytes = Buffer.concat(pieces.map((piece: Piece) => piece.bytes));
    const { stop } = this.#plan;
    if (stop?.stage !== stage) {
      this.#write(bytes, () => {
        this.#goOn();
        if (this.#stage === STAGES.length) this.#owner.over();
      });
      return;
    }
    const part = bytes.subarray(0, Math.floor(bytes.length * stop.share));
    this.#owner.did(`${stage}: ${stop.how} after ${part.length} of ${bytes.length} bytes`);
    this.#write(part, () => {
      this.#stop();
      if (stop.how === "finish") this.#socket.end();
      if (stop.how === "reset") this.#socket.resetAndDestroy();
    });
  }

  /** Writes at once or in small pieces, then goes on in another turn. */
  #write(bytes: Buffer, then: () => void): void {
    this.#writing = true;
    const { random, split } = this.#plan;
    const least = Math.ceil(bytes.length / MOST_SPLITS);
    const size = split ? random.integer(least, least + 12) : bytes.length;
    const part = bytes.subarray(0, size);
    if (part.length > 0 && this.#socket.writable) this.#socket.write(part);
    setImmediate(() => {
      if (part.length < bytes.length) {
        this.#write(bytes.subarray(part.length), then);
        return;
      }
      this.#writing = false;
      then();
    });
  }
}
