import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { Emulator } from "../../src/emulator/emulator";
import { ACK, PLACE } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import { Random, seedOf } from "../support/random";
import { allAccepted, pushEvenly, receiving } from "./load";
import type { FlowNode } from "../support/node-red/node-red";

const QUARTER = 1_500;
const PER_SECOND = 500;
const CONNECTIONS = 2;
const CREDIT_WINDOW = 100;
const PATIENCE_MS = 60_000;

/** A subscriber whose messages are journalled, and accepted when the journal has been told. */
function flow(port: number, seed: number): FlowNode[] {
  const subscribe = { connections: CONNECTIONS, creditWindow: CREDIT_WINDOW, settleMode: "manual" };
  const decisions = { shares: { accepted: 1 }, atOnce: 0, shortestMs: 150, longestMs: 300 };
  return [
    ...receiving({ port, subscribe }, "decider"),
    { id: "decider", type: "test-decider", ...PLACE, seed, ...decisions, wires: [[ACK]] },
    { id: ACK, type: "aliyun-iot-ack", ...PLACE, outcome: "accepted", wires: [[]] },
  ];
}

/** One of several Node-REDs that share a consumer group. */
class Member {
  readonly name: string;
  readonly nodeRed: NodeRed;
  readonly came = new Set<string>();

  constructor(name: string, nodeRed: NodeRed) {
    this.name = name;
    this.nodeRed = nodeRed;
    nodeRed.each("journal", ({ rows = [] }) => {
      for (const [, messageId] of rows) this.came.add(messageId);
    });
  }

  static async start(name: string, port: number, seed: number): Promise<Member> {
    const member = new Member(name, await NodeRed.start());
    await member.nodeRed.deploy(flow(port, seed));
    await member.nodeRed.next("shown", ({ status }) => status?.fill === "green");
    return member;
  }
}

test("of three Node-REDs in a group one is killed, one stopped, one added, and nothing is lost", async (t) => {
  const seed = seedOf(t, "SCALE_SEED");
  const random = new Random(seed);
  const emulator = await Emulator.start({
    ...{ random: () => random.next(), backlogRetryMs: 500, backlogPerSecond: 2_000 },
  });
  const members: Member[] = [];
  const add = async (name: string): Promise<Member> => {
    const member = await Member.start(name, emulator.port, seed + members.length);
    members.push(member);
    return member;
  };
  try {
    const [killed, stopped] = [await add("killed"), await add("stopped"), await add("steady")];
    const pushed: string[] = [];
    const quarter = () =>
      pushEvenly(QUARTER, PER_SECOND, () => {
        pushed.push(emulator.push({ topic: "/k1/d1/user/up", payload: { t: 1 } }));
      });
    await quarter();
    await Promise.all([killed.nodeRed.stop("SIGKILL"), quarter()]);
    await Promise.all([stopped.nodeRed.stop("SIGTERM"), quarter()]);
    await add("added");
    await quarter();
    await allAccepted(emulator, PATIENCE_MS);
    for (const { nodeRed } of members) await nodeRed.stop();

    const shares = members.map(({ name, came }) => `${name} ${came.size}`);
    t.diagnostic(`${pushed.length} messages, ${PER_SECOND} a second: ${shares.join(", ")}`);
    t.diagnostic(JSON.stringify(emulator.groups()[0]));
    const came = members.flatMap((member) => [...member.came]);
    deepEqual([...new Set(came)].sort(), pushed.sort(), "a message never came");
    for (const id of pushed) {
      const { endings = [] } = emulator.history(id) ?? {};
      const accepted = endings.filter((ending) => ending === "accepted");
      deepEqual(accepted, ["accepted"], `${id} ended as ${endings.join()}`);
    }
    // What comes twice was with the one that was killed, or given back by the one that was stopped.
    const twice = came.length - pushed.length;
    const most = 2 * CONNECTIONS * CREDIT_WINDOW;
    t.diagnostic(`${twice} came to two of them; at most ${most} could have been unsettled`);
    ok(twice <= most, `${twice} came twice`);
    for (const { name, came: own } of members) ok(own.size > QUARTER / 5, `${name}: ${own.size}`);
  } finally {
    for (const { nodeRed } of members) await nodeRed.stop("SIGKILL");
    await emulator.stop();
  }
});
