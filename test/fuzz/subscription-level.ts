import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createOpenLink } from "../../src/amqp/amqp-link";
import { CODE } from "../support/peer/frames";
import { Random } from "../support/random";
import { ScaledClock } from "../support/time/scaled-clock";
import { Causes } from "./causes";
import { HostilePeer } from "./hostile-peer";
import { MemoryMark } from "./memory";
import { goodPlan, planOf } from "./plan";
import type { Plan } from "./plan";
import { DEADLINE_MS, IDLE_TIMEOUT_MS, SLACK_MS } from "./report";
import type { Part } from "./report";
import type { Subscription } from "../../src/subscription/subscription";
import { resolveInstance } from "../../src/settings/instance";
import { resolveSubscribe } from "../../src/settings/subscribe";
import { createSubscription } from "../../src/subscription/subscription";

/** How many times faster than the computer's clock backoffs pass. */
const FACTOR = 25;
/** A long run has several subscriptions, each with enough connections to reach its connect limit. */
const MOST_SUBSCRIPTIONS = 4;
const SESSIONS_OF_ONE = 1_000;
const CONNECTIONS = 32;
const MINUTE_MS = 60_000;
/** Most that the limiter admits in a minute. */
const MOST_CONNECTS = 90;
/** How long a good server stays, at most. */
const LONGEST_STAY_MS = 20_000;
/** How long a link that outlives its hostile server's words is left alone, at most. */
const LONGEST_PEACE_MS = 5_000;
/** From the connect to a good server until its messages are settled: connect and attach. */
const BACK_MS = 10_000 + 10_000;
/** The longest backoff and the longest wait for the connect limiter, before a good attempt. */
const RETURN_MS = 300_000 + 60_000 + BACK_MS;
/** Good sessions that a busy computer may be too slow for. */
const LATE_SHARE = 0.1;
/** Streams of what is not a plan of a hostile session. */
const ORDER_STREAM = 2_000_000;
const GOOD_STREAM = 3_000_000;

/** What the run found, apart from faults. */
interface Figures {
  readonly attempts: number;
  readonly mostPerMinute: number;
  readonly good: number;
  readonly late: number;
  /** Until the messages of a good server were settled, from its connect on. */
  readonly slowestBackMs: number;
  /** Until all connections were up, from the last hostile session on. */
  readonly returnedMs: number;
}

/** A server on one port that is hostile in some sessions and good in the others. */
class HostileServer {
  readonly #part: Part;
  /** Its own: those of the subscription are counted. */
  readonly #clock = new ScaledClock(FACTOR);
  readonly #order: Random;
  readonly #server = createServer((socket) => {
    this.#accept(socket);
  });
  readonly #sockets = new Set<Socket>();
  readonly causes = new Causes();
  #hostile = 0;
  #ended = 0;
  good = 0;
  late = 0;
  slowestBackMs = 0;
  /** Good sessions that are up, and whose messages have been settled. */
  proven = 0;
  /** Message IDs that the subscription has handed over. */
  readonly delivered = new Set<string>();
  onChange: () => void = () => undefined;

  constructor(part: Part) {
    this.#part = part;
    this.#order = new Random(part.seed, ORDER_STREAM + part.first);
  }

  async start(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  /** All hostile sessions are over: from now on every server is good and stays. */
  get isTame(): boolean {
    return this.#ended === this.#part.count;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    const { first, count, seed } = this.#part;
    if (this.#hostile < count && this.#order.chance(0.6)) {
      this.#hostileSession(socket, planOf(seed, first + this.#hostile++));
    } else this.#goodSession(socket, goodPlan(seed, GOOD_STREAM + this.good++));
  }

  #hostileSession(socket: Socket, plan: Plan): void {
    const { report } = this.#part;
    const { session, stop } = plan;
    report.started(session);
    const startMs = this.#clock.monotonicMs();
    const memory = new MemoryMark();
    const hang = setTimeout(
      () => {
        report.fault(session, "it hangs");
        socket.destroy(); // the run goes on without it
      },
      this.#clock.realMs(DEADLINE_MS) + SLACK_MS,
    );
    new HostilePeer(socket, plan, {
      did: (what) => {
        report.did(session, what);
      },
      over: () => {
        if (stop?.how === "stall") return;
        this.#clock.after(this.#order.integer(0, LONGEST_PEACE_MS), () => socket.destroy());
      },
    });
    this.causes.ask(socket.remotePort ?? 0, (code) => {
      clearTimeout(hang);
      const tookMs = this.#clock.monotonicMs() - startMs;
      memory.judge(session, report);
      report.ended(session, { code, tookMs, deadlineMs: DEADLINE_MS });
      this.#ended += 1;
      this.onChange();
    });
  }

  #goodSession(socket: Socket, plan: Plan): void {
    const { report } = this.#part;
    const startMs = this.#clock.monotonicMs();
    let isProven = false;
    const peer = new HostilePeer(socket, plan, {
      did: () => undefined,
      over: () => undefined,
      heard: () => {
        if (isProven || !this.#isSettled(peer)) return;
        isProven = true;
        this.proven += 1;
        this.slowestBackMs = Math.max(this.slowestBackMs, this.#clock.monotonicMs() - startMs);
        this.onChange();
        this.#leaveLater(socket);
      },
    });
    const timer = setTimeout(
      () => {
        if (!isProven)
          report.fault(-1, "a good server is connected to, but its messages not settled");
      },
      this.#clock.realMs(BACK_MS) + SLACK_MS,
    );
    this.causes.ask(socket.remotePort ?? 0, (code) => {
      clearTimeout(timer);
      if (isProven) this.proven -= 1;
      else if (code.endsWith("_TIMEOUT")) this.late += 1;
      else report.fault(-1, `a good server is left: ${code}`);
      this.onChange();
    });
  }

  /** Whether all messages of a good session were handed over and accepted. */
  #isSettled(peer: HostilePeer): boolean {
    const accepted = new Set<number>();
    for (const { first, last, code } of peer.settled) {
      if (code === CODE.accepted) for (let id = first; id <= last; id += 1) accepted.add(id);
    }
    const { messageIds } = peer;
    return (
      messageIds.length > 0 &&
      messageIds.every((messageId, id) => accepted.has(id) && this.delivered.has(messageId))
    );
  }

  /** Good servers leave, too, as long as hostile sessions are to come. */
  #leaveLater(socket: Socket): void {
    const how = this.#order.pick(["end", "destroy", "resetAndDestroy"] as const);
    this.#clock.after(this.#order.integer(0, LONGEST_STAY_MS), () => {
      if (!this.isTame) socket[how]();
    });
  }
}

/** Keeps what it last said: a pause of a few ms would make our own reading another one. */
class ReadClock extends ScaledClock {
  lastReadMs = 0;

  override monotonicMs(): number {
    this.lastReadMs = super.monotonicMs();
    return this.lastReadMs;
  }
}

/** The most of these times that lie in any window of a minute. */
function mostPerMinute(timesMs: readonly number[]): number {
  const counts = timesMs.map((startMs, index) => {
    const after = timesMs.findIndex((atMs, at) => at > index && atMs >= startMs + MINUTE_MS);
    return (after < 0 ? timesMs.length : after) - index;
  });
  return Math.max(0, ...counts);
}

/** Subscriptions live through the hostile sessions of a part, with good ones between them. */
export async function runSubscriptions(part: Part): Promise<readonly Figures[]> {
  const { first, count } = part;
  const length = Math.min(MOST_SUBSCRIPTIONS, Math.ceil(count / SESSIONS_OF_ONE));
  const share = Math.ceil(count / length);
  const parts = Array.from({ length }, (_, index) => {
    const from = first + index * share;
    return { ...part, first: from, count: Math.min(share, first + count - from) };
  });
  return Promise.all(parts.map(runSubscription));
}

async function runSubscription(part: Part): Promise<Figures> {
  const { report, seed, first, count } = part;
  const clock = new ReadClock(FACTOR);
  const server = new HostileServer(part);
  const random = new Random(seed, ORDER_STREAM - 1 - first);
  const attempts: number[] = [];
  const open = createOpenLink({ clock });
  const openLink = server.causes.of((request, events) => {
    // As the limiter has read it when it admitted the attempt.
    attempts.push(clock.lastReadMs);
    return open(request, events);
  });
  const connections = Math.min(CONNECTIONS, count);
  const credentials = { accessKeyId: "testAccessKeyId", accessKeySecret: "testAccessKeySecret" };
  const port = await server.start();
  const subscription = createSubscription(
    resolveInstance({ host: "127.0.0.1", port, useTls: false, ...credentials }),
    { ...resolveSubscribe({ clientId: "fuzz", connections }), idleTimeoutMs: IDLE_TIMEOUT_MS },
    { clock, random: () => random.next(), openLink },
  );
  subscription.on("delivered", ({ message }) => {
    if (message.messageId !== undefined) server.delivered.add(message.messageId);
  });
  subscription.on("undelivered", (error) => {
    report.fault(-1, `a listener threw: ${String(error)}`);
  });
  subscription.start();
  await reached(server, () => server.isTame);
  const tamedMs = clock.monotonicMs();
  const timer = setTimeout(
    () => {
      const { value } = subscription.state;
      report.fault(-1, `it does not come back: ${value}, ${server.proven} of ${connections} up`);
      process.exit(1);
    },
    clock.realMs(RETURN_MS) + SLACK_MS,
  );
  await reached(server, () => server.proven === connections && isUp(subscription));
  clearTimeout(timer);
  const returnedMs = clock.monotonicMs() - tamedMs;
  await subscription.stop();
  server.stop();
  const { value } = subscription.state;
  if (value !== "stopped") report.fault(-1, `it is ${value} after its stop`);
  if (clock.timers > 0) report.fault(-1, `${clock.timers} timers are left`);
  const most = mostPerMinute(attempts);
  if (most > MOST_CONNECTS) report.fault(-1, `${most} connects in a minute`);
  const { good, late, slowestBackMs } = server;
  // At the start all connect at once, and the code has not been compiled yet.
  if (late > Math.max(2 * CONNECTIONS, good * LATE_SHARE)) {
    report.fault(-1, `${late} of ${good} good servers were not understood in time`);
  }
  return { attempts: attempts.length, mostPerMinute: most, good, late, slowestBackMs, returnedMs };
}

function isUp({ state }: Subscription): boolean {
  return state.value === "subscribed" && state.connected === state.connections;
}

/** Resolves once the condition holds, looked at whenever something has changed at the server. */
async function reached(server: HostileServer, condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise<void>((resolve) => (server.onChange = resolve));
}
