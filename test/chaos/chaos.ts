import { deepEqual, equal, ok } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { TestContext } from "node:test";
import { Emulator } from "../../src/emulator/emulator";
import { CERTIFICATES } from "../support/certificates";
import { EMPTY_FLOW } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { FaultProxy } from "../support/proxy/proxy";
import { Random, seedOf } from "../support/random";
import { soon } from "../support/time/until";
import { CONNECTIONS, chaosFlow } from "./chaos-flow";
import { anyFault } from "./faults";
import { Ledger } from "./ledger";
import { allAccepted, pushEvenly } from "./load";
import type { Between } from "./faults";
import type { DeployType } from "../support/node-red/node-red";
import type { Inventory } from "../support/node-red/probe-events";

/** How much of it, and how bad. */
interface ChaosPlan {
  readonly messages: number;
  /** While they are pushed faults happen. */
  readonly perSecond: number;
  readonly skipDuplicates: boolean;
  /** Also refusals, which are answered by a wait of half a minute and more. */
  readonly slow: boolean;
  readonly meanRedeployMs: number;
}

const MEAN_FAULT_MS = 200;
/** All must be well so long after the last fault: a refusal's wait doubles up to 5 minutes. */
const PATIENCE_MS = 330_000;
const LEFT_MS = 10_000;
const WARM_UP = 300;
const MOST_HEAP_GROWTH_BYTES = 16 * 1024 * 1024;
const DEPLOYS: readonly DeployType[] = ["nodes", "nodes", "flows", "full"];

/** Does something again and again, with exponentially distributed waits, until it is told to end. */
async function again(
  meanMs: number,
  random: Random,
  { end, act }: { end: AbortSignal; act: () => unknown },
): Promise<void> {
  const isOver = () => end.aborted;
  while (!isOver()) {
    await pause(-Math.log(1 - random.next()) * meanMs);
    if (!isOver()) await act();
  }
}

const opened = ({ resources, listeners }: Inventory) => ({ resources, listeners });
const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

interface Parts extends Between {
  readonly seed: number;
  readonly nodeRed: NodeRed;
}

class Chaos {
  readonly #t: TestContext;
  readonly #plan: ChaosPlan;
  readonly #parts: Parts;
  readonly #ledger = new Ledger();
  readonly #faults = new Map<string, number>();
  #deploys = 0;

  constructor(t: TestContext, plan: ChaosPlan, parts: Parts) {
    this.#t = t;
    this.#plan = plan;
    this.#parts = parts;
    parts.nodeRed.each("journal", ({ rows = [] }) => {
      this.#ledger.read(rows);
    });
  }

  async run(): Promise<void> {
    const { emulator, nodeRed } = this.#parts;
    await nodeRed.deploy(EMPTY_FLOW);
    const nothing = opened(await nodeRed.inventory());
    await this.#deploy("full");
    const all = `connected ${CONNECTIONS}/${CONNECTIONS}`;
    await nodeRed.next("shown", ({ status }) => status?.text === all);
    for (let count = 0; count < WARM_UP; count += 1) this.#push();
    await allAccepted(emulator, PATIENCE_MS);
    const before = await nodeRed.inventory();
    await this.#storm();
    await allAccepted(emulator, PATIENCE_MS);
    if (this.#plan.slow) await this.#allConnected();
    await nodeRed.deploy(EMPTY_FLOW);
    const after = await this.#nothingBut(nothing);
    this.#judge(before.memory.heapUsed, after.memory.heapUsed);
  }

  /** Pushes, breaks and deploys, all at once; then lets everything be. */
  async #storm(): Promise<void> {
    const { messages, perSecond, slow, meanRedeployMs } = this.#plan;
    const { emulator, proxy, seed } = this.#parts;
    const over = new AbortController();
    const faults = new Random(seed, 2);
    const breaking = again(MEAN_FAULT_MS, faults, {
      end: over.signal,
      act: () => {
        const fault = anyFault(this.#parts, faults, slow);
        this.#faults.set(fault, (this.#faults.get(fault) ?? 0) + 1);
      },
    });
    const deploys = new Random(seed, 3);
    const deploying = again(meanRedeployMs, deploys, {
      end: over.signal,
      act: () => this.#deploy(deploys.pick(DEPLOYS)),
    });
    await pushEvenly(messages, perSecond, () => {
      this.#push();
    });
    over.abort();
    await Promise.all([breaking, deploying]);
    emulator.endFaults();
    proxy.latencyMs = 0;
  }

  #push(): void {
    const push = { topic: "/k1/d1/user/update", payload: { t: 21 } };
    this.#ledger.expect(this.#parts.emulator.push(push));
  }

  async #deploy(type: DeployType): Promise<void> {
    this.#deploys += 1;
    const { skipDuplicates } = this.#plan;
    const { nodeRed, proxy, seed } = this.#parts;
    const name = String(this.#deploys);
    // Each start decides anew: the same number again would give the first messages the same fate.
    const flow = chaosFlow({ port: proxy.port, seed: seed + this.#deploys, skipDuplicates, name });
    await nodeRed.deploy(flow, type);
  }

  /** Every connection comes back by itself, also one that waits for half a minute or more. */
  #allConnected(): Promise<void> {
    const { emulator } = this.#parts;
    return soon(() => emulator.connections().length === CONNECTIONS, {
      withinMs: PATIENCE_MS,
      sentence: () => `only ${emulator.connections().length} connections have come back`,
    });
  }

  /** Fails unless Node-RED has soon no more open than in the beginning. */
  async #nothingBut(nothing: ReturnType<typeof opened>): Promise<Inventory> {
    const { emulator, nodeRed } = this.#parts;
    const endMs = performance.now() + LEFT_MS;
    for (;;) {
      const left = await nodeRed.inventory();
      const isAll = isDeepStrictEqual(opened(left), nothing);
      if (isAll && emulator.connections().length === 0) return left;
      if (performance.now() < endMs) continue;
      deepEqual(opened(left), nothing, "a socket, a timer or a listener is left");
      throw new Error("a connection is left");
    }
  }

  #judge(heapBefore: number, heapAfter: number): void {
    const { emulator, proxy, nodeRed } = this.#parts;
    const say = this.#t.diagnostic.bind(this.#t);
    const count = (fault: string) => this.#faults.get(fault) ?? 0;
    const totals = this.#ledger.check(emulator, {
      malformed: count("malformed") * 5,
      duplicates: count("duplicate") * 20,
      skip: this.#plan.skipDuplicates,
    });
    const total = [...this.#faults.values()].reduce((sum, each) => sum + each, 0);
    say(`${total} faults: ${[...this.#faults].map((each) => each.join(" ")).join(", ")}`);
    const most = proxy.mostConnects();
    say(`${this.#deploys} deploys, ${proxy.connects.length} connects, ${most} in the worst minute`);
    say(`${JSON.stringify(totals)}, refused ${JSON.stringify([...this.#ledger.refused])}`);
    say(`heap ${megabytes(heapBefore)} before, ${megabytes(heapAfter)} after`);
    ok(most <= 100, `${most} connects in a minute`);
    ok(heapAfter - heapBefore < MOST_HEAP_GROWTH_BYTES, "the heap has grown");
    const known = ["DELIVERY_EXPIRED", "DELIVERY_LINK_LOST"];
    deepEqual(
      [...this.#ledger.refused.keys()].filter((code) => !known.includes(code)),
      [],
    );
    equal(totals.messages, this.#plan.messages + WARM_UP);
    ok(!/uncaught|unhandled|close timed out/i.test(nodeRed.output), nodeRed.output);
  }
}

/** A real Node-RED under a storm of faults; fails unless every promise has been kept. */
export async function chaos(t: TestContext, plan: ChaosPlan): Promise<void> {
  const seed = seedOf(t, "CHAOS_SEED");
  const random = new Random(seed, 1);
  const { cert, key } = CERTIFICATES;
  const emulator = await Emulator.start({
    random: () => random.next(),
    ...{ cert, key },
    // As the platform, but faster: its minute would be most of the time.
    ...{ backlogRetryMs: 300, backlogPerSecond: 20_000, settleTimeoutMs: 6_000 },
  });
  const proxy = await FaultProxy.start({ port: emulator.port });
  const nodeRed = await NodeRed.start({ nodeArguments: ["--expose-gc"] });
  try {
    await new Chaos(t, plan, { seed, emulator, proxy, nodeRed }).run();
  } catch (error) {
    t.diagnostic(nodeRed.output.slice(-2_000));
    throw error;
  } finally {
    await nodeRed.stop();
    await proxy.stop();
    await emulator.stop();
  }
}
