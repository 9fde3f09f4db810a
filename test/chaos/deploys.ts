import { equal, ok } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { TestContext } from "node:test";
import type { Emulator } from "../../src/emulator/emulator";
import { EMPTY_FLOW } from "../support/node-red/flow";
import { Random, seedOf } from "../support/random";
import { soon } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import { Arrivals } from "./arrivals";
import { CONNECTIONS, PATH, deploysFlow, withoutCredentials } from "./deploys-flow";
import { allAccepted } from "./load";
import type { NodeRed } from "../support/node-red/node-red";
import type { Totals } from "./arrivals";
import type { DeployKind } from "./deploys-flow";

const PER_SECOND = 1_000;
/** The shortest that timers know: so a message is on its way at most moments. */
const PUSH_EVERY_MS = 1;
const LONGEST_PAUSE_MS = 100;
const PATIENCE_MS = 60_000;
/** As the platform, but faster: its minute would be most of the time. */
const FASTER = { backlogRetryMs: 200, backlogPerSecond: 20_000 };

interface Parts {
  readonly kind: DeployKind;
  readonly nodeRed: NodeRed;
  readonly emulator: Emulator;
  readonly random: Random;
  readonly skipDuplicates: boolean;
}

interface Result {
  readonly totals: Totals;
  readonly longestMs: number;
  readonly missing: readonly string[];
}

/** Some deploys under load, of one kind and with one emulator. */
class Deploys {
  readonly #parts: Parts;
  readonly #arrivals = new Arrivals();
  /** From the start of a deploy until messages are accepted again. */
  #longestMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Deploys so often while messages come, and says which of those have not arrived at the end. */
  async run(deploys: number): Promise<Result> {
    const { nodeRed, emulator, kind } = this.#parts;
    await nodeRed.deploy(this.#flow(0));
    nodeRed.each("stopping", () => {
      this.#arrivals.stopping();
    });
    nodeRed.each("journal", ({ rows = [] }) => {
      this.#arrivals.read(rows);
    });
    await this.#underLoad(deploys);
    await allAccepted(emulator, PATIENCE_MS);
    // Goes the same way as the messages, behind them.
    nodeRed.hand(PATH[0], { last: true });
    await nodeRed.next("last");
    equal(this.#arrivals.stops, deploys, "not every deploy has stopped the flows");
    const starts = kind.restarts ? deploys + 1 : 1;
    equal(emulator.signIns.length, CONNECTIONS * starts, "other connects than the deploys make");
    return { longestMs: Math.round(this.#longestMs), ...this.#arrivals.check(emulator) };
  }

  async #underLoad(deploys: number): Promise<void> {
    const { nodeRed, kind, random } = this.#parts;
    const over = new AbortController();
    const pushing = this.#pushUntil(over.signal);
    try {
      await this.#goesOn();
      for (let count = 1; count <= deploys; count += 1) {
        // At any moment of what goes on between two deploys.
        await pause(random.next() * LONGEST_PAUSE_MS);
        const startMs = performance.now();
        await nodeRed.deploy(withoutCredentials(this.#flow(count)), kind.type);
        await this.#goesOn();
        this.#longestMs = Math.max(this.#longestMs, performance.now() - startMs);
      }
    } finally {
      over.abort();
      await pushing;
    }
  }

  #flow(count: number) {
    const { kind, emulator, skipDuplicates } = this.#parts;
    const [next, elsewhere] = kind.changesNext ? [count, 0] : [0, count];
    return deploysFlow({ port: emulator.port, skipDuplicates, next, elsewhere });
  }

  async #pushUntil(over: AbortSignal): Promise<void> {
    const isOver = () => over.aborted;
    const startMs = performance.now();
    let pushed = 0;
    while (!isOver()) {
      const due = ((performance.now() - startMs) * PER_SECOND) / 1_000;
      for (; pushed < due; pushed += 1) this.#push();
      await pause(PUSH_EVERY_MS);
    }
  }

  #push(): void {
    const { emulator } = this.#parts;
    const id = emulator.push({ topic: "/k1/d1/user/update", payload: { t: 21 } });
    this.#arrivals.expect(id);
    const settled = emulator.expectSettled(id, "accepted", { timeoutMs: PATIENCE_MS });
    void settled.then(
      () => {
        this.#arrivals.accepted(id);
      },
      // Its history tells that it was not.
      () => undefined,
    );
  }

  /** All connections have their links, and more messages are accepted. */
  #goesOn(): Promise<void> {
    const group = () => this.#parts.emulator.groups()[0];
    const before = group()?.accepted ?? 0;
    const isSo = () => group()?.consumers === CONNECTIONS && (group()?.accepted ?? 0) > before;
    const sentence = () => `no message is accepted: ${JSON.stringify(group())}`;
    return soon(isSo, { withinMs: PATIENCE_MS, sentence });
  }
}

/**
 * Deploys one after another while messages come, in the first half with duplicates skipped; fails
 * unless each message that was accepted has arrived at the end of the flow.
 */
export async function deploys(
  t: TestContext,
  nodeRed: NodeRed,
  { kind, count }: { readonly kind: DeployKind; readonly count: number },
): Promise<void> {
  const seed = seedOf(t, "DEPLOYS_SEED");
  const printed = nodeRed.output.length;
  const lost: string[] = [];
  for (const skipDuplicates of [true, false]) {
    const random = new Random(seed, skipDuplicates ? 1 : 2);
    // An emulator for each half: a consumer group may connect 90 times a minute.
    await withEmulator({ random: () => random.next(), ...FASTER }, async (emulator) => {
      const parts = { kind, nodeRed, emulator, random, skipDuplicates };
      try {
        const { totals, longestMs, missing } = await new Deploys(parts).run(count / 2);
        const how = `${count / 2} deploys, duplicates ${skipDuplicates ? "skipped" : "let through"}`;
        t.diagnostic(`${how}, ${longestMs} ms the longest: ${JSON.stringify(totals)}`);
        lost.push(...missing.map((each) => `${how}, ${each}`));
      } finally {
        await nodeRed.deploy(EMPTY_FLOW);
      }
    });
  }
  const log = nodeRed.output.slice(printed);
  ok(!/uncaught|unhandled|close timed out/i.test(log), log);
  ok(lost.length === 0, `accepted, but never at the end of the flow:\n${lost.join("\n")}`);
}
