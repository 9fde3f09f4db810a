import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { COMMAND, commanding, DEVICE, failureIn } from "../support/node-red/command-flow";
import { NodeRed } from "../support/node-red/node-red";
import { until } from "../support/time/until";
import type { Emulator } from "../../src/emulator/emulator";
import type { ProbeEvent } from "../support/node-red/probe-events";
import type { CommandFlowSettings } from "../support/node-red/command-flow";

const nodeRed = NodeRed.forFile();
const TOPIC = `/${DEVICE.productKey}/${DEVICE.deviceName}/thing/downlink/reply/message`;
const MESSAGE = { device: DEVICE, payload: { switch: 1 } };
const OK = { code: 200, message: "success" };

/** Commands that wait for their reply, beside a subscriber. */
const waiting = (
  work: (emulator: Emulator) => Promise<void>,
  { waitForReply = 20, ...flow }: CommandFlowSettings & { waitForReply?: number } = {},
) => commanding(nodeRed, { command: { waitForReply }, hasSubscriber: true, ...flow }, work);

const isReply = ({ message }: ProbeEvent) => message?.["messageType"] === "downlink-reply";

async function reply() {
  return (await nodeRed.next("answer")).message?.["reply"];
}

/** Has a device's reply sent, to the command that was carried out last. */
function replyTo(emulator: Emulator, fields: object): string {
  const { messageId: requestId } = emulator.commands.at(-1) ?? {};
  return emulator.push({ topic: TOPIC, payload: { requestId, ...fields } });
}

test("a reply that comes before the platform's answer is not missed, and the message goes on as ever", () =>
  waiting(async (emulator) => {
    emulator.fault({ fault: "odd-reply", how: "early" });
    nodeRed.hand(COMMAND, MESSAGE);
    deepEqual(await reply(), OK);
    await nodeRed.next("message", isReply);
  }));

test("a reply that comes twice gives one answer", () =>
  waiting(async (emulator) => {
    emulator.fault({ fault: "odd-reply", how: "twice" });
    nodeRed.hand(COMMAND, MESSAGE);
    deepEqual(await reply(), OK);
    for (let copy = 0; copy < 2; copy += 1) await nodeRed.next("message", isReply);
    nodeRed.hand(COMMAND, MESSAGE);
    deepEqual(await reply(), OK);
    equal(nodeRed.taken("answer").length, 0);
  }));

test("a reply with another code than 200 is an error that has it", () =>
  waiting(async (emulator) => {
    emulator.fault({ fault: "fail-command", how: "code", code: 100_007 });
    nodeRed.hand(COMMAND, MESSAGE);
    const { code, text, message } = failureIn(await nodeRed.next("catch"));
    equal(code, "DEVICE_REFUSED");
    match(text, /100007/);
    deepEqual(message["reply"], { code: 100_007, message: "failed" });
  }));

test("a reply that says offline is the same error as the platform's own", () =>
  waiting(async (emulator) => {
    for (const how of ["offline", "offline-reply"] as const) {
      emulator.fault({ fault: "fail-command", how });
      nodeRed.hand(COMMAND, MESSAGE);
      const { code, message } = failureIn(await nodeRed.next("catch"));
      deepEqual([code, "reply" in message], ["DEVICE_OFFLINE", false]);
    }
  }));

test("without a reply in time the error says what to check, and a late one changes nothing", () =>
  waiting(
    async (emulator) => {
      emulator.fault({ fault: "fail-command", how: "no-answer" });
      nodeRed.hand(COMMAND, MESSAGE);
      const { code, text } = failureIn(await nodeRed.next("catch"));
      equal(code, "REPLY_MISSING");
      match(text, /within 1 s.*subscriber/);
      await emulator.expectSettled(replyTo(emulator, OK));
      nodeRed.hand(COMMAND, MESSAGE);
      deepEqual(await reply(), OK);
      equal(nodeRed.taken("answer").length + nodeRed.taken("catch").length, 0);
    },
    { waitForReply: 1 },
  ));

test("each command gets the reply to its own ID, in whichever order they come", () =>
  waiting(async (emulator) => {
    emulator.fault({ fault: "fail-command", how: "no-answer", count: 2 });
    for (const count of [1, 2]) {
      nodeRed.hand(COMMAND, { ...MESSAGE, count });
      await until(() => emulator.commands.length === count, `${count} commands are carried out`);
    }
    const [first, second] = emulator.commands.map(({ messageId }) => messageId);
    for (const requestId of [second, first]) {
      emulator.push({ topic: TOPIC, payload: { requestId, code: 200, data: { requestId } } });
      const { message = {} } = await nodeRed.next("answer");
      deepEqual(message["payload"], { requestId });
      equal(message["count"], requestId === first ? 1 : 2);
    }
  }));

const SUBSCRIBERS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "leaves replies out by its topic filters": { topicFilters: ["/+/+/user/#"] },
  "settles by hand": { settleMode: "manual" },
  "gives payloads as Buffers": { payloadFormat: "buffer" },
};

for (const [what, subscribe] of Object.entries(SUBSCRIBERS)) {
  test(`a subscriber that ${what} hears the reply`, () =>
    waiting(
      async () => {
        nodeRed.hand(COMMAND, MESSAGE);
        deepEqual(await reply(), OK);
      },
      { subscribe },
    ));
}

test("where nothing could hear a reply, the status says so at once", async () => {
  await waiting(
    async () => {
      const { status } = await nodeRed.next("shown", ({ id }) => id === COMMAND);
      deepEqual(status, { fill: "yellow", shape: "ring", text: "no subscriber for replies" });
      nodeRed.hand(COMMAND, MESSAGE);
      equal(failureIn(await nodeRed.next("catch")).code, "REPLY_MISSING");
    },
    { hasSubscriber: false, waitForReply: 1 },
  );
  await waiting(() => {
    const shown = nodeRed.taken("shown").filter(({ id }) => id === COMMAND);
    deepEqual(shown, []);
    return Promise.resolve();
  });
});
