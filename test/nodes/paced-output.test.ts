import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import { PacedOutput } from "../../nodes/properties/paced-output";
import type { NodeMessage } from "node-red";
import type { Send } from "../../nodes/shared/start";

type Sent = Parameters<Send>[0];

const numbered = (count: number) => {
  const device = { deviceName: "d1" };
  return Array.from({ length: count }, (_, payload) => ({ payload, device }));
};
const nothing = { refused: [], values: [], others: [] };

/** The messages of each call, by output. */
const lists = (sent: Sent): NodeMessage[][] =>
  Array.isArray(sent) ? sent.map((list) => (Array.isArray(list) ? list : [])) : [];

test("thousands of messages are sent in order, a hundred in a turn, and no two calls share an object", async () => {
  const output = new PacedOutput((message) => structuredClone(message));
  const calls: NodeMessage[][][] = [];
  const send: Send = (sent) => void calls.push(lists(sent));
  const first = output.send(
    () => ({ ...nothing, refused: numbered(1), values: numbered(250) }),
    send,
  );
  const failed = output.send(() => {
    throw new Error("unreadable");
  }, send);
  const last = output.send(() => ({ ...nothing, others: numbered(1) }), send);
  let turns = 0;
  let isDone = false;
  const turn = () => {
    turns += 1;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await rejects(failed, /unreadable/);
  await Promise.all([first, last]);
  isDone = true;
  deepEqual(
    calls.map((lengths) => lengths.map(({ length }) => length)),
    [[0, 1], [100], [100], [50], [0, 0, 1]],
  );
  deepEqual(
    calls.slice(1, 4).flatMap(([values = []]) => values.map(({ payload }) => payload)),
    Array.from({ length: 250 }, (_, index) => index),
  );
  const heads = calls.map((outputs) => outputs.at(-1)?.[0]) as { device?: object }[];
  notEqual(heads[1]?.device, heads[2]?.device);
  equal(turns >= 2, true, `all in ${turns} turns`);
});
