import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { createOpenLink } from "../../src/amqp/amqp-link";
import type { IncomingDelivery, Link, LinkEvents } from "../../src/amqp/link";
import { isIotAmqpError } from "../../src/errors/error";
import type { IotAmqpError } from "../../src/errors/error";
import { settled } from "../support/time/manual-clock";
import { Random } from "../support/random";
import { ScaledClock } from "../support/time/scaled-clock";
import { HostilePeer } from "./hostile-peer";
import { MemoryMark } from "./memory";
import { isGood, planOf } from "./plan";
import type { Plan } from "./plan";
import { SECRET } from "./script";
import { DEADLINE_MS, FACTOR, IDLE_TIMEOUT_MS, SLACK_MS } from "./report";
import type { Part, Report } from "./report";
import type { Outcome } from "../../src/protocol/amqp-message";
import { english } from "../support/english";

const CONCURRENT = 32;
/** A link that is up when its server has said everything is closed after so long. */
const LINGER_MS = 3_000;
/** Apart from the streams of the plans. */
const CLIENT_STREAM = 1_000_000;
/** What is said of a server that does not speak as it should. */
const BLAMES: ReadonlySet<string> = new Set([
  "PROTOCOL_VIOLATION",
  "FRAME_TOO_LARGE",
  "CONNECTION_CORRUPTED",
]);
const OUTCOMES: readonly Outcome[] = ["accepted", "accepted", "released", "rejected"];
/** A computer that is busy may be too slow for a good session; then it is tried again. */
const TRIES = 3;

/** The session that whatever happens now belongs to. */
export const current = new AsyncLocalStorage<number>();

/** One link against one hostile server, and all that it tells. */
class LinkSession implements LinkEvents {
  readonly clock = new ScaledClock(FACTOR);
  readonly told: string[] = [];
  readonly over: Promise<void>;
  cause: IotAmqpError | undefined;
  peer: HostilePeer | undefined;
  #closed = false;
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #report: Report;
  readonly #link: Link;
  #done: () => void = () => undefined;

  constructor(port: number, { plan, report, seed }: { plan: Plan; report: Report; seed: number }) {
    this.#plan = plan;
    this.#report = report;
    this.#random = new Random(seed, CLIENT_STREAM + plan.session);
    this.over = new Promise((resolve) => (this.#done = resolve));
    this.#link = createOpenLink({ clock: this.clock })(
      {
        host: "127.0.0.1",
        port,
        tls: undefined,
        clientId: "client",
        consumerGroupId: "group",
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        signIn: () => ({ username: `securityToken=${SECRET}|`, password: SECRET }),
      },
      this,
    );
  }

  get isUp(): boolean {
    return this.told.includes("attached") && !this.told.includes("ended");
  }

  /** The run goes on without it. */
  giveUp(): void {
    this.#done();
  }

  accept(socket: Socket): void {
    this.peer = new HostilePeer(socket, this.#plan, {
      did: (what) => {
        this.#report.did(this.#plan.session, what);
      },
      over: () => {
        // Some that do not answer any more are left to the watch for silence.
        if (this.#plan.stop?.how !== "stall" || this.#random.chance(0.5)) this.#closeLater();
      },
    });
  }

  #closeLater(): void {
    // What is not up by then is left to its deadlines.
    const cancel = this.clock.after(LINGER_MS, () => {
      // What has come meanwhile is read first, also after the event loop stood still.
      void settled().then(() => {
        if (!this.isUp || this.#closed) return;
        this.#closed = true;
        this.#link.close();
      });
    });
    void this.over.then(cancel);
  }

  #tell(what: string): void {
    if (this.told.includes("ended")) this.#report.fault(this.#plan.session, `${what} after ended`);
    this.told.push(what);
  }

  opened(): void {
    this.#tell("opened");
  }

  attached(): void {
    this.#tell("attached");
    this.#link.grantCredit(this.#random.integer(4, 20));
  }

  delivery(delivery: IncomingDelivery): void {
    this.#tell("delivery");
    if (this.#closed) this.#report.fault(this.#plan.session, "a delivery after close");
    const outcome = this.#random.pick(OUTCOMES);
    switch (this.#random.integer(0, 9)) {
      case 0: // never settled
        return;
      case 1:
        setImmediate(() => {
          delivery.settle(outcome);
        });
        return;
      default:
        delivery.settle(outcome);
    }
  }

  settled(count: number): void {
    this.#tell("settled");
    this.#link.grantCredit(count);
  }

  creditReturned(): void {
    this.#tell("creditReturned");
    this.#link.grantCredit(4);
  }

  ended(cause: IotAmqpError | undefined): void {
    this.#tell("ended");
    this.cause = cause;
    this.#done();
  }

  /** Everything that must hold of a session that is over, whatever its server did. */
  *faults(): Generator<string> {
    const { told, cause } = this;
    const opened = told.indexOf("opened");
    const attached = told.indexOf("attached");
    if (told.filter((what) => what === "ended").length !== 1) yield "it did not end once";
    if (told.lastIndexOf("opened") !== opened) yield "opened twice";
    if (told.lastIndexOf("attached") !== attached) yield "attached twice";
    if (attached >= 0 && !(opened >= 0 && opened < attached)) yield "attached before opened";
    if (told.includes("delivery") && !(attached >= 0 && attached < told.indexOf("delivery"))) {
      yield "a delivery before attached";
    }
    if (cause === undefined && !this.#closed) yield "no cause";
    if (cause !== undefined && !isIotAmqpError(cause)) yield `foreign cause ${String(cause)}`;
    const said = this.#said();
    if (/__\w+__/.test(said.replaceAll("__proto__", ""))) yield `a placeholder is left: ${said}`;
    if (this.clock.timers > 0) yield `${this.clock.timers} timers are left`;
  }

  #said(): string {
    return `${english(this.cause)} ${JSON.stringify(this.cause?.details)}`;
  }

  /** A server that does nothing wrong is understood, and its link is usable. */
  *goodFaults(): Generator<string> {
    // Where its name is mutated, nothing tells a secret from other words.
    const said = this.#said();
    if (said.includes(SECRET)) yield `a secret was told: ${said}`;
    if (!this.told.includes("delivery")) yield `no delivery, but ${this.told.join(", ")}`;
    if (BLAMES.has(this.cause?.code ?? "")) yield String(this.cause);
    if (this.peer?.hasLeft === true && this.cause === undefined) yield "its leave was not noticed";
    if (!this.told.includes("settled")) return;
    if (this.#closed && this.peer?.settled.length === 0) yield "no outcome was written";
  }
}

/** How far the sessions came: one that fails early tests nothing of what comes after. */
interface Figures {
  attached: number;
  deliveries: number;
  outcomes: number;
}

/** A port that takes one session after the other. */
class Slot {
  readonly figures: Figures = { attached: 0, deliveries: 0, outcomes: 0 };
  readonly #server = createServer((socket) => {
    this.#session?.accept(socket);
  });
  #session: LinkSession | undefined;

  async run(part: Part): Promise<(session: number) => Promise<void>> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (session) => current.run(session, () => this.#try(session, part, TRIES));
  }

  stop(): void {
    this.#server.close();
  }

  #count({ peer, told }: LinkSession): void {
    if (told.includes("attached")) this.figures.attached += 1;
    this.figures.deliveries += told.filter((what) => what === "delivery").length;
    this.figures.outcomes += peer?.settled.length ?? 0;
  }

  async #try(session: number, part: Part, tries: number): Promise<void> {
    const { seed, report } = part;
    const plan = planOf(seed, session);
    const { port } = this.#server.address() as AddressInfo;
    report.started(session);
    const memory = new MemoryMark();
    const link = new LinkSession(port, { plan, report, seed });
    this.#session = link;
    const startMs = link.clock.monotonicMs();
    const hang = setTimeout(
      () => {
        report.fault(session, `it hangs; told: ${link.told.join(", ")}`);
        link.giveUp();
      },
      link.clock.realMs(DEADLINE_MS) + SLACK_MS,
    );
    await link.over;
    clearTimeout(hang);
    const tookMs = link.clock.monotonicMs() - startMs;
    await settled(3);
    const code = link.cause?.code ?? "closed by us";
    if (isGood(plan) && code.endsWith("_TIMEOUT") && tries > 1) {
      await this.#try(session, part, tries - 1);
      return;
    }
    memory.judge(session, report);
    this.#count(link);
    const faults = [...link.faults()];
    if (isGood(plan)) faults.push(...link.goodFaults());
    for (const fault of faults) report.fault(session, fault);
    report.ended(session, { code, tookMs, deadlineMs: DEADLINE_MS });
  }
}

/** Runs the sessions of a part, some at a time. */
export async function runLinks(part: Part): Promise<Figures> {
  let next = part.first;
  const end = part.first + part.count;
  const slots = Array.from({ length: Math.min(CONCURRENT, part.count) }, () => new Slot());
  await Promise.all(
    slots.map(async (slot) => {
      const run = await slot.run(part);
      while (next < end) await run(next++);
      slot.stop();
    }),
  );
  const figures = slots.map((slot) => slot.figures);
  const sum = (key: keyof Figures) => figures.reduce((total, each) => total + each[key], 0);
  return { attached: sum("attached"), deliveries: sum("deliveries"), outcomes: sum("outcomes") };
}
