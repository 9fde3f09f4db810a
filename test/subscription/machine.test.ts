import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NetworkError, RefusalError, SettingError } from "../../src/errors/error";
import { PROVEN_AFTER_MS, transition } from "../../src/subscription/machine";
import type { MachineEffect, MachineInput, MachineState } from "../../src/subscription/machine";

const lost = new NetworkError("CONNECTION_LOST", { host: "h", reason: "reset" });
const refused = new RefusalError("SIGN_IN_REFUSED", { reason: "SASL 1" });
const wrong = new SettingError("SETTING_MISSING", { setting: "host" });
const limit = new RefusalError("CONNECT_LIMIT");

const none = { count: 0, retry: "fast" } as const;
const fastOnce = { count: 1, retry: "fast", cause: lost } as const;
const slowOnce = { count: 1, retry: "slow", cause: refused } as const;

const idle = { value: "idle" } as const;
const stopped = { value: "stopped" } as const;
const draining = { value: "draining" } as const;
const failed = { value: "failed", cause: wrong } as const;
const connecting = { value: "connecting", failures: none } as const;
const attaching = { value: "attaching", failures: none } as const;
const subscribed = { value: "subscribed", failures: none } as const;
const again = { value: "connecting", failures: fastOnce } as const;
const shaky = { value: "subscribed", failures: fastOnce } as const;
const backoff = { value: "backoff", failures: fastOnce, cause: lost, delayMs: 500 } as const;

const ended = (cause: NetworkError | RefusalError | SettingError, random = 0.5) =>
  ({ type: "ended", cause, random }) as const;
const held = { type: "held", delayMs: 7, cause: limit } as const;

type Row = readonly [MachineState, MachineInput, MachineState, MachineEffect?];

/** Every transition that changes something. */
const TABLE: readonly Row[] = [
  [idle, { type: "start" }, connecting, { run: "connect" }],
  [idle, { type: "stop" }, stopped],
  [stopped, { type: "start" }, connecting, { run: "connect" }],
  [stopped, { type: "stop" }, stopped],
  [failed, { type: "start" }, connecting, { run: "connect" }],
  [failed, { type: "stop" }, stopped],
  [backoff, { type: "due" }, again, { run: "connect" }],
  [backoff, { type: "stop" }, stopped],

  [
    connecting,
    held,
    { value: "backoff", failures: none, cause: limit, delayMs: 7 },
    { run: "wait", delayMs: 7 },
  ],
  [
    again,
    held,
    { value: "backoff", failures: fastOnce, cause: lost, delayMs: 7 },
    { run: "wait", delayMs: 7 },
  ],
  [connecting, { type: "opened" }, attaching],
  [attaching, { type: "attached" }, subscribed, { run: "prove", delayMs: PROVEN_AFTER_MS }],
  [shaky, { type: "proven" }, subscribed],
  [subscribed, { type: "proven" }, subscribed],

  [connecting, ended(lost), backoff, { run: "wait", delayMs: 500 }],
  [attaching, ended(lost), backoff, { run: "wait", delayMs: 500 }],
  [subscribed, ended(lost), backoff, { run: "wait", delayMs: 500 }],
  [
    again,
    ended(lost),
    { value: "backoff", failures: { ...fastOnce, count: 2 }, cause: lost, delayMs: 1_000 },
    { run: "wait", delayMs: 1_000 },
  ],
  // Kicked before it was proven: the backoff goes on growing.
  [
    shaky,
    ended(lost),
    { value: "backoff", failures: { ...fastOnce, count: 2 }, cause: lost, delayMs: 1_000 },
    { run: "wait", delayMs: 1_000 },
  ],
  // Another class of failure starts afresh, and slowly.
  [
    again,
    ended(refused, 0),
    { value: "backoff", failures: slowOnce, cause: refused, delayMs: 30_000 },
    { run: "wait", delayMs: 30_000 },
  ],
  [connecting, ended(wrong), failed],

  [connecting, { type: "stop" }, draining, { run: "close" }],
  [attaching, { type: "stop" }, draining, { run: "close" }],
  [subscribed, { type: "stop" }, draining, { run: "drain" }],
  [draining, { type: "drained" }, draining, { run: "close" }],
  [draining, ended(lost), stopped],
];

const STATES = [idle, connecting, attaching, subscribed, backoff, draining, stopped, failed];
const INPUTS: readonly MachineInput[] = [
  { type: "start" },
  held,
  { type: "opened" },
  { type: "attached" },
  { type: "proven" },
  { type: "due" },
  ended(lost),
  { type: "stop" },
  { type: "drained" },
];

for (const [state, input, next, effect] of TABLE) {
  test(`${state.value} on ${input.type} becomes ${next.value}`, () => {
    deepEqual(transition(state, input), effect === undefined ? { next } : { next, effect });
  });
}

test("an input that is not in the table for a state changes nothing", () => {
  let ignored = 0;
  for (const state of STATES) {
    for (const input of INPUTS) {
      const listed = TABLE.some(
        ([from, on]) => from.value === state.value && on.type === input.type,
      );
      if (listed) continue;
      ignored += 1;
      const result = transition(state, input);
      equal(result.next, state, `${state.value} on ${input.type}`);
      equal(result.effect, undefined, `${state.value} on ${input.type}`);
    }
  }
  ok(ignored > 30, `only ${ignored} pairs were looked at`);
});

const inputs = fc.oneof(
  fc.constantFrom<MachineInput>(...INPUTS),
  fc.record({
    type: fc.constant("ended" as const),
    cause: fc.constantFrom(lost, refused),
    random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  }),
);

test("on any walk at most one attempt is under way, and every wait ends in an attempt or a stop", () => {
  fc.assert(
    fc.property(fc.array(inputs, { maxLength: 200 }), (walk) => {
      let state: MachineState = idle;
      let linkExists = false;
      let waiting = false;
      let asking = false; // the limiter answers at once, before anything else can happen
      for (const input of walk) {
        // Only what can happen: a link event needs a link, a timer must run.
        if (["opened", "attached", "ended", "held"].includes(input.type) && !linkExists) continue;
        if (input.type === "due" && !waiting) continue;
        if (input.type === "held" && !asking) continue;
        const { next, effect } = transition(state, input);
        if (next !== state || effect !== undefined) waiting = false;
        if (input.type === "ended" || input.type === "held") linkExists = false;
        asking = effect?.run === "connect";
        if (asking) {
          ok(!linkExists, "a second attempt while one is under way");
          linkExists = true;
        }
        if (effect?.run === "wait") {
          waiting = true;
          ok(effect.delayMs >= 0 && effect.delayMs <= 300_000);
        }
        state = next;
        if (state.value === "backoff") ok(waiting, "in backoff without a timer");
        if (["connecting", "attaching", "subscribed", "draining"].includes(state.value)) {
          ok(linkExists, `${state.value} without a link`);
        }
        if (["idle", "stopped", "failed", "backoff"].includes(state.value)) {
          ok(!linkExists, `${state.value} with a link left behind`);
        }
      }
    }),
  );
});

test("from any state that a walk reaches, a stop followed by the link's end is a stop", () => {
  fc.assert(
    fc.property(fc.array(inputs, { maxLength: 60 }), (walk) => {
      const reached = walk.reduce((at: MachineState, input) => transition(at, input).next, idle);
      const afterStop = transition(reached, { type: "stop" }).next;
      equal(transition(afterStop, ended(lost)).next.value, "stopped");
    }),
  );
});

test("failures of one class wait longer and longer, until the limit of the class", () => {
  const delays = (cause: NetworkError | RefusalError, random: number) => {
    let state: MachineState = connecting;
    return Array.from({ length: 8 }, () => {
      const { next } = transition(state, ended(cause, random));
      if (next.value !== "backoff") throw new Error(`in ${next.value}`);
      state = transition(next, { type: "due" }).next;
      return next.delayMs;
    });
  };
  deepEqual(
    delays(lost, 0.999_999),
    [1, 2, 4, 8, 16, 30, 30, 30].map((s) => s * 1_000),
  );
  deepEqual(
    delays(refused, 0),
    [30, 60, 120, 240, 300, 300, 300, 300].map((s) => s * 1_000),
  );
});
