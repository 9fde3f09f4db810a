import { createServer } from "node:net";
import { setImmediate as turn, setTimeout as pause } from "node:timers/promises";
import { createServer as createTlsServer } from "node:tls";
import { CERTIFICATES } from "../../test/support/certificates";
import { soon } from "../../test/support/time/until";
import { FeedConnection } from "./feed-connection";
import { sharedClockUs } from "./job";
import { Messages, stamp } from "./messages";
import type { AddressInfo, Server, Socket } from "node:net";
import type { Job, Phase } from "./job";

const CONNECT_PATIENCE_MS = 20_000;
const ACCEPT_PATIENCE_MS = 5_000;
/** A timer comes up to so much later than asked for; what is left is waited for exactly. */
const TIMER_MS = 2;

const waitingRoom = new Int32Array(new SharedArrayBuffer(4));

/** Waits for a moment, on the clock of `performance`, to some 0.1 ms and without spinning. */
async function until(momentMs: number): Promise<void> {
  const leftMs = momentMs - performance.now();
  if (leftMs > TIMER_MS) await pause(leftMs - TIMER_MS);
  // What the receivers sent is read now: while the thread waits it is not.
  await turn();
  Atomics.wait(waitingRoom, 0, 0, Math.max(0, momentMs - performance.now()));
}

/** Sends messages in bytes that were encoded before, so that the receiver is what limits a run. */
export class Feed {
  /** Rejects with what ends a run early. */
  readonly failed: Promise<never>;
  readonly #server: Server;
  readonly #job: Job;
  readonly #connections: FeedConnection[] = [];
  readonly #messages = new Messages();
  #isOver = false;
  #fail: (error: Error) => void = () => undefined;
  #roomier: (connection: FeedConnection) => void = () => undefined;

  private constructor(job: Job) {
    this.#job = job;
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    // When a run is over, nobody waits for it any more.
    this.failed.catch(() => undefined);
    const { cert, key } = CERTIFICATES;
    this.#server = job.useTls ? createTlsServer({ cert, key }) : createServer();
    this.#server.on(job.useTls ? "secureConnection" : "connection", (socket: Socket) => {
      const owner = {
        roomier: (connection: FeedConnection) => {
          this.#roomier(connection);
        },
        failed: this.#fail,
      };
      this.#connections.push(new FeedConnection(socket, owner));
    });
    this.#server.on("tlsClientError", this.#fail);
  }

  static async start(job: Job): Promise<Feed> {
    const feed = new Feed(job);
    await new Promise<void>((resolve) => feed.#server.listen(0, "127.0.0.1", resolve));
    return feed;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves once all connections of the receiver have granted credit. */
  async ready(): Promise<void> {
    const granted = () => this.#connections.filter(({ room }) => room > 0).length;
    await soon(() => granted() === this.#job.connections, {
      withinMs: CONNECT_PATIENCE_MS,
      sentence: () => `${granted()} connections have granted credit`,
    });
  }

  /** Sends all messages of a phase. */
  async send({ messages, perSecond }: Phase): Promise<void> {
    if (perSecond === undefined) await this.#sendAtOnce(messages);
    else await this.#sendEvenly(messages, perSecond);
  }

  /** Resolves once each message has been accepted, once. */
  async allAccepted(): Promise<void> {
    const sum = (what: "sent" | "accepted") =>
      this.#connections.reduce((total, connection) => total + connection[what], 0);
    await soon(() => sum("accepted") === sum("sent"), {
      withinMs: ACCEPT_PATIENCE_MS,
      sentence: () => `${sum("accepted")} of ${sum("sent")} messages have been accepted`,
    });
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    for (const connection of this.#connections) connection.end();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Whatever the receivers have room for, with one write for each of their grants. */
  async #sendAtOnce(messages: number): Promise<void> {
    let left = messages;
    await new Promise<void>((resolve) => {
      this.#roomier = (connection) => {
        const count = Math.min(left, connection.room);
        if (count > 0) connection.send(this.#messages.take(count, connection.sent), count);
        left -= Math.max(0, count);
        if (left === 0) resolve();
      };
      for (const connection of this.#connections) this.#roomier(connection);
    });
    this.#roomier = () => undefined;
  }

  /** One write for each message, on all connections in turn. */
  async #sendEvenly(messages: number, perSecond: number): Promise<void> {
    const startMs = performance.now();
    for (let index = 0; index < messages; index += 1) {
      await until(startMs + (index * 1_000) / perSecond);
      const connection = this.#connections[index % this.#connections.length];
      if (connection === undefined) throw new Error("There is no connection.");
      while (connection.room <= 0 && !this.#isOver) await pause(1);
      if (this.#isOver) return;
      const bytes = this.#messages.take(1, connection.sent);
      if (this.#job.isTimed) stamp(bytes, sharedClockUs());
      connection.send(bytes, 1);
    }
  }
}
