import type { Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { CODE } from "../support/peer/frames";
import { Peer, PeerGone } from "../support/peer/peer";
import { amqp, AWAITED, messageIdsOf, piecesOf, STAGES } from "./script";
import type { ReadFrame } from "../support/peer/read-frames";
import type { Plan } from "./plan";
import type { Stage } from "./script";

/** The watch for sessions that hang is another's: this is longer than any of them lasts. */
const PATIENCE_MS = 3_600_000;
/** A stage in small pieces has so many at most: each takes a turn of the event loop. */
const MOST_SPLITS = 40;

/** What a session's server tells the test. */
interface PeerOwner {
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
  readonly #peer: Peer;
  readonly #plan: Plan;
  readonly #owner: PeerOwner;
  #linkName = "";
  #writing = false;
  #isAskedToClose = false;
  #stopped = false;

  constructor(socket: Socket, plan: Plan, owner: PeerOwner) {
    this.#plan = plan;
    this.#owner = owner;
    this.#peer = new Peer(socket);
    this.#peer.onFrame = this.#heard.bind(this);
    socket.on("close", () => {
      this.#stop();
    });
    this.#play().catch((error: unknown) => {
      if (!(error instanceof PeerGone)) throw error;
    });
  }

  #stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#owner.over();
  }

  #heard({ code, fields }: ReadFrame): void {
    if (code === CODE.attach) this.#linkName = String(fields[0]);
    if (code === CODE.disposition) {
      const [, first, last, , state] = fields;
      const outcome: unknown = Reflect.get(Object(state) as object, "code");
      this.settled.push({ first: Number(first), last: Number(last), code: Number(outcome) });
    }
    if (code === CODE.close) {
      this.#isAskedToClose = true;
      this.#closeIfAsked();
    }
    this.#owner.heard?.();
  }

  /** After what is being said. */
  #closeIfAsked(): void {
    if (!this.#isAskedToClose || this.#stopped || this.#writing) return;
    this.#peer.socket.end(amqp(CODE.close).bytes);
    this.#stop();
  }

  /** Says what is due at each stage, until the plan or the client ends it. */
  async #play(): Promise<void> {
    for (const stage of STAGES) {
      for (const code of AWAITED[stage]) await this.#peer.expect(code, PATIENCE_MS);
      if (this.#stopped) return;
      await this.#say(stage, this.#planned(stage));
      this.#closeIfAsked();
    }
    this.#owner.over();
  }

  /** What the plan makes of a stage. */
  #planned(stage: Stage): Buffer {
    const { leaves, mutations, random, session } = this.#plan;
    const client = { linkName: this.#linkName, session };
    const pieces = stage === "end" && !leaves ? [] : piecesOf(stage, client, random);
    if (stage === "end") this.hasLeft = pieces.length > 0;
    if (stage === "messages") this.messageIds = messageIdsOf(pieces, client);
    for (const mutation of mutations) {
      if (mutation.stage === stage) this.#owner.did(mutation.apply(pieces));
    }
    return Buffer.concat(pieces.map(({ bytes }) => bytes));
  }

  /** Says all of a stage, or a part of it and nothing more. */
  async #say(stage: Stage, bytes: Buffer): Promise<void> {
    const { stop } = this.#plan;
    if (stop?.stage !== stage) {
      await this.#write(bytes);
      return;
    }
    const part = bytes.subarray(0, Math.floor(bytes.length * stop.share));
    this.#owner.did(`${stage}: ${stop.how} after ${part.length} of ${bytes.length} bytes`);
    await this.#write(part);
    this.#stop();
    if (stop.how === "finish") this.#peer.socket.end();
    if (stop.how === "reset") this.#peer.socket.resetAndDestroy();
  }

  /** Writes at once or in small pieces, each in a turn of the event loop. */
  async #write(bytes: Buffer): Promise<void> {
    const { random, split } = this.#plan;
    const { socket } = this.#peer;
    const least = Math.ceil(bytes.length / MOST_SPLITS);
    this.#writing = true;
    let left = bytes;
    do {
      const part = left.subarray(0, split ? random.integer(least, least + 12) : left.length);
      if (part.length > 0 && socket.writable) socket.write(part);
      left = left.subarray(part.length);
      await turn();
    } while (left.length > 0);
    this.#writing = false;
  }
}
