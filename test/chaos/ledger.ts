import { equal, ok } from "node:assert/strict";
import type { Emulator } from "../../src/emulator/emulator";
import type { JournalRow } from "../support/node-red/probe-events";

/** What a flow had to do with one message. */
interface Account {
  /** How often it came. */
  came: number;
  /** What was decided, in the order of the decisions; `none`: not to settle it. */
  readonly decided: string[];
  /** What the ack node has taken. */
  readonly taken: string[];
  /** Whether it came once more after the flow had it accepted. */
  again: boolean;
}

/** Totals for people. */
interface Totals {
  readonly messages: number;
  readonly deliveries: number;
  readonly came: number;
  readonly endings: Readonly<Record<string, number>>;
}

/** Who said what about each message: the flow on one side, the emulator on the other. */
export class Ledger {
  readonly #accounts = new Map<string, Account>();
  /** Errors of the ack node by their code. */
  readonly refused = new Map<string, number>();

  /** A message is expected. */
  expect(messageId: string): void {
    this.#accounts.set(messageId, { came: 0, decided: [], taken: [], again: false });
  }

  /** Takes down what has happened in a Node-RED, in its order. */
  read(rows: readonly JournalRow[]): void {
    for (const [what, messageId, said] of rows) {
      const account = this.#accounts.get(messageId);
      ok(account !== undefined, `a message ${messageId} that nobody has pushed`);
      if (what === "came") {
        account.again ||= account.taken.includes("accepted");
        account.came += 1;
        account.decided.push(said);
      } else if (what === "settled") account.taken.push(said);
      else this.refused.set(said, (this.refused.get(said) ?? 0) + 1);
    }
  }

  /** How many messages have reached the flow. */
  get reached(): number {
    return [...this.#accounts.values()].filter(({ came }) => came > 0).length;
  }

  /**
   * Holds both sides against each other. `malformed` transfers were rejected without the flow, and
   * `duplicates` were sent beside the one that was due.
   */
  check(
    emulator: Emulator,
    { malformed, duplicates, skip }: { malformed: number; duplicates: number; skip: boolean },
  ): Totals {
    const endings: Record<string, number> = {};
    let [deliveries, came, unexplained, rejected] = [0, 0, 0, 0];
    for (const [id, account] of this.#accounts) {
      const history = emulator.history(id);
      ok(history !== undefined, `${id} was never sent`);
      const count = (ending: string) => history.endings.filter((each) => each === ending).length;
      const decided = (outcome: string) =>
        account.decided.filter((each) => each === outcome).length;
      const taken = (outcome: string) => account.taken.filter((each) => each === outcome).length;
      const told = `${id}: decided ${account.decided.join()}; taken ${account.taken.join()}; ended ${history.endings.join()}`;
      equal(history.endings.length, history.sent, `not every delivery has ended. ${told}`);
      ok(account.came > 0, `it never reached the flow. ${told}`);
      ok(count("accepted") > 0, `it was not accepted in the end. ${told}`);
      ok(decided("accepted") > 0, `accepted, but the flow did not say so. ${told}`);
      ok(!skip || !account.again, `it came again after it was accepted. ${told}`);
      if (!skip) ok(count("accepted") <= decided("accepted"), `accepted too often. ${told}`);
      rejected += Math.max(0, count("rejected") - decided("rejected"));
      ok(count("modified") + count("none") === 0, told);
      // A delivery is taken as one outcome at most: two would have been merged or sent twice.
      const settled = count("released") + taken("accepted") + taken("rejected");
      ok(settled <= history.sent, `more outcomes than deliveries. ${told}`);
      unexplained += Math.max(0, account.came - 1 - (history.endings.length - count("accepted")));
      deliveries += history.sent;
      came += account.came;
      for (const ending of history.endings) endings[ending] = (endings[ending] ?? 0) + 1;
    }
    ok(rejected <= malformed, `${rejected} were rejected unasked, ${malformed} were malformed`);
    ok(unexplained <= duplicates, `${unexplained} came twice, ${duplicates} were sent twice`);
    return { messages: this.#accounts.size, deliveries, came, endings };
  }
}
