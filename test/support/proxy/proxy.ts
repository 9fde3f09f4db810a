import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { systemClock } from "../../../src/clock";
import type { Clock } from "../../../src/clock";
import { ProxyConnection } from "./connection";
import type { Direction } from "./connection";
import { Random } from "../random";

const MINUTE_MS = 60_000;
const LONGEST_MS = 2_000;
const MOST_GARBAGE_BYTES = 64;
const MOST_SEED = 0xffff_ffff;
const DIRECTIONS: readonly Direction[] = ["toClient", "toServer", "both"];

export const FAULTS = [
  "reset",
  "finish",
  "stall",
  "cut",
  "garbage",
  "corrupt",
  "split",
  "drop",
  "latency",
] as const;
type FaultKind = (typeof FAULTS)[number];

/** What is drawn from, in place of all faults of up to 2 s. */
interface FaultChoice {
  readonly kinds?: readonly FaultKind[];
  /** Longest stall, split and drop. */
  readonly longestMs?: number;
}

/** What a proxy stands in front of. */
interface ProxyOptions {
  /** On 127.0.0.1; read for each connection, because a server may come back on another one. */
  readonly port: number | (() => number);
  /** For all its times, those of the connects included; default: the computer's clock. */
  readonly clock?: Clock;
}

/** A TCP proxy on loopback that does to its connections what networks and servers do. */
export class FaultProxy {
  /** Delay of every chunk in either direction. */
  latencyMs = 0;
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #targetPort: () => number;
  readonly #connects: number[] = [];
  readonly #live = new Set<ProxyConnection>();
  #dropUntilMs = -Infinity;

  private constructor({ port, clock = systemClock }: ProxyOptions) {
    this.#targetPort = typeof port === "number" ? () => port : port;
    this.#clock = clock;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#accept(socket);
    });
  }

  static async start(options: ProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** When each connect came, in monotonic ms of the clock; also those that were dropped. */
  get connects(): readonly number[] {
    return this.#connects;
  }

  /** The connections that are up now, oldest first. */
  get live(): readonly ProxyConnection[] {
    return [...this.#live];
  }

  /** The most connects that any window of that length saw. */
  mostConnects(windowMs = MINUTE_MS): number {
    let first = 0;
    let most = 0;
    this.#connects.forEach((atMs, last) => {
      while ((this.#connects[first] ?? atMs) <= atMs - windowMs) first += 1;
      most = Math.max(most, last - first + 1);
    });
    return most;
  }

  /** RST to both sides. */
  reset(on: readonly ProxyConnection[] = this.live): void {
    for (const connection of on) connection.reset();
  }

  /** FIN to both sides. */
  finish(on: readonly ProxyConnection[] = this.live): void {
    for (const connection of on) connection.finish();
  }

  /** Closes new connections at once, for so long. */
  drop(forMs: number): void {
    this.#dropUntilMs = this.#clock.monotonicMs() + forMs;
  }

  /** Draws a fault and whom it meets, does it, and says what it was, for a log. */
  fault(from: Random, choice: FaultChoice = {}): string {
    // One number for each fault: those that follow must not depend on how many are connected.
    const seed = from.integer(0, MOST_SEED);
    const [random, lots] = [new Random(seed), new Random(seed, 1)];
    const kind = random.pick(choice.kinds ?? FAULTS);
    const forMs = random.integer(1, choice.longestMs ?? LONGEST_MS);
    const { live } = this;
    const all = lots.chance(0.5);
    const on = live.filter(() => all || lots.chance(0.5));
    const said = this.#inflict(kind, { random, forMs, on });
    return `${said} on ${on.length} of ${live.length} connections`;
  }

  /** Listens no more, and leaves no socket and no timer. */
  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const connection of this.#live) connection.destroy();
    await closed;
    while (this.#live.size > 0) {
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  #inflict(
    kind: FaultKind,
    { random, forMs, on }: { random: Random; forMs: number; on: readonly ProxyConnection[] },
  ): string {
    switch (kind) {
      case "reset":
        this.reset(on);
        return kind;
      case "finish":
        this.finish(on);
        return kind;
      case "stall": {
        const direction = random.pick(DIRECTIONS);
        for (const connection of on) connection.stall(forMs, direction);
        return `stall ${direction} for ${forMs} ms`;
      }
      case "cut": {
        const direction = random.pick(DIRECTIONS);
        for (const connection of on) connection.cut(direction);
        return `cut ${direction}`;
      }
      case "garbage": {
        const bytes = random.bytes(random.integer(1, MOST_GARBAGE_BYTES));
        for (const connection of on) connection.garbage(bytes);
        return `garbage ${bytes.toString("hex")}`;
      }
      case "corrupt":
        for (const connection of on) connection.corrupt(random);
        return kind;
      case "split": {
        const pieceBytes = random.integer(1, 16);
        for (const connection of on) connection.split(forMs, pieceBytes);
        return `split into ${pieceBytes} bytes for ${forMs} ms`;
      }
      case "drop":
        this.drop(forMs);
        return `drop for ${forMs} ms`;
      case "latency":
        this.latencyMs = random.integer(0, Math.ceil(forMs / 10));
        return `latency of ${this.latencyMs} ms`;
    }
  }

  #accept(client: Socket): void {
    const nowMs = this.#clock.monotonicMs();
    this.#connects.push(nowMs);
    if (nowMs < this.#dropUntilMs) {
      client.destroy();
      return;
    }
    const server = connect({
      host: "127.0.0.1",
      port: this.#targetPort(),
      allowHalfOpen: true,
    });
    const connection = new ProxyConnection({
      client,
      server,
      clock: this.#clock,
      latencyMs: () => this.latencyMs,
      gone: (gone) => this.#live.delete(gone),
    });
    this.#live.add(connection);
  }
}
