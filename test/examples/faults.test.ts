import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { soon } from "../support/time/until";
import type { RunningExample } from "../support/node-red/example";

const NAME = "Try faults";
const TOPIC = "/k1demoPk01/meter-07/user/update";
const MESSAGE = "stats or a message? 2";

const withExample = examplesOn();

/** Presses a button and gives the emulator's answer. */
function asked({ press, payload }: RunningExample, button: string): Promise<unknown> {
  press(button);
  return payload(button === "back to normal" ? "end all faults" : "inject a fault");
}

/** The status goes through these fills, one after the other, as the Status node tells it. */
async function goesThrough({ nodeRed }: RunningExample, fills: readonly string[]): Promise<void> {
  for (const wanted of fills) {
    await nodeRed.next("each change", ({ message }) => {
      const { status } = message as { status: { fill?: string } };
      return status.fill === wanted;
    });
  }
}

async function receives({ emulator, payload }: RunningExample, text: string): Promise<void> {
  emulator.push({ topic: TOPIC, payload: text });
  equal(await payload(MESSAGE), text);
}

async function catches({ nodeRed }: RunningExample, code: string): Promise<void> {
  const { message } = await nodeRed.next("each error");
  const { error } = message as { error: { code?: string } };
  equal(error.code, code);
}

async function counted({ press, payload }: RunningExample): Promise<Record<string, unknown>> {
  press("stats");
  return (await payload("stats or a message? 1")) as Record<string, unknown>;
}

test("the faults example shows how the subscriber comes back from a kick", () =>
  withExample(
    NAME,
    async (example) => {
      deepEqual(await asked(example, "kick"), { kicked: 1 });
      await catches(example, "CLOSED_BY_PLATFORM");
      await receives(example, "after the kick");
      equal((await counted(example))["reconnects"], 1);
    },
    { codes: ["CLOSED_BY_PLATFORM"] },
  ));

test("the faults example holds back what comes in a stall, and lets it come afterwards", () =>
  withExample(
    NAME,
    async (example) => {
      deepEqual(await asked(example, "stall for 10 s"), { silent: 1 });
      await receives(example, "after the stall");
    },
    {
      // A fifth of a second in place of ten.
      node: (node) => {
        if (node["name"] !== "stall for 10 s") return node;
        const text = JSON.stringify(node).replace(/(?<=seconds\\": ?)10/, "0.2");
        return JSON.parse(text) as typeof node;
      },
    },
  ));

test("the faults example ends a silent connection with “back to normal”", () =>
  withExample(NAME, async (example) => {
    const { emulator, payload } = example;
    deepEqual(await asked(example, "go silent"), { silent: 1 });
    emulator.push({ topic: TOPIC, payload: "held back" });
    deepEqual(await asked(example, "back to normal"), { ended: 1 });
    equal(await payload(MESSAGE), "held back");
  }));

test("the faults example passes on once what is sent twice, and counts the duplicate", () =>
  withExample(NAME, async (example) => {
    const { emulator, nodeRed, payload } = example;
    deepEqual(await asked(example, "send twice"), { duplicating: 1 });
    const messageId = emulator.push({ topic: TOPIC, payload: "twice" });
    equal(await payload(MESSAGE), "twice");
    const isSettled = () => emulator.history(messageId)?.endings.length === 2;
    const sentence = () => "The duplicate was not settled";
    await soon(isSettled, { sentence });
    const { received, delivered, duplicates } = await counted(example);
    deepEqual({ received, delivered, duplicates }, { received: 2, delivered: 1, duplicates: 1 });
    deepEqual(nodeRed.taken(MESSAGE), []);
  }));

test("the faults example shows a refused sign-in, and comes back at once after disconnect and connect", () =>
  withExample(
    NAME,
    async (example) => {
      await goesThrough(example, ["green"]);
      deepEqual(await asked(example, "refuse the next sign-in"), { refusing: 1 });
      deepEqual(await asked(example, "kick"), { kicked: 1 });
      await catches(example, "CLOSED_BY_PLATFORM");
      await catches(example, "SIGN_IN_REFUSED");
      await goesThrough(example, ["red"]);
      example.press("disconnect");
      await goesThrough(example, ["grey"]);
      example.press("connect");
      await goesThrough(example, ["green"]);
      await receives(example, "after the refusal");
    },
    { codes: ["CLOSED_BY_PLATFORM", "SIGN_IN_REFUSED"] },
  ));
