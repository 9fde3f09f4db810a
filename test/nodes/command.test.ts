import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import {
  COMMAND,
  commandFlow,
  commanding,
  deployCommand,
  DEVICE,
  failureIn,
} from "../support/node-red/command-flow";
import { NodeRed } from "../support/node-red/node-red";
import type { ErrorCode } from "../../src/errors/error";

const nodeRed = NodeRed.forFile({ environment: { TEST_STORES: "memory,slow" } });
type Message = Readonly<Record<string, unknown>>;

/** Hands a message to the command node; resolves with what it sends on. */
async function answer(message: Message): Promise<Message> {
  nodeRed.hand(COMMAND, message);
  const { message: sent = {} } = await nodeRed.next("answer");
  await nodeRed.next("complete");
  return sent;
}

async function failure(message: Message) {
  nodeRed.hand(COMMAND, message);
  return failureIn(await nodeRed.next("catch"));
}

const isId = (value: unknown) => typeof value === "string" && /^\d+$/.test(value);

test("set-properties hands the message on, with the command's IDs and nothing of an earlier one", () =>
  commanding(nodeRed, {}, async (emulator) => {
    const before = { command: { action: "x" }, reply: { code: 200, message: "old" }, note: "mine" };
    const sent = await answer({ ...before, device: DEVICE, payload: { switch: 0 } });
    const { action, requestId, messageId } = sent["command"] as Record<string, unknown>;
    deepEqual([action, isId(messageId)], ["set-properties", true]);
    match(String(requestId), /^[0-9A-F-]{36}$/);
    deepEqual([sent["payload"], sent["note"], "reply" in sent], [{}, "mine", false]);
    const [executed] = emulator.commands;
    deepEqual([executed?.deviceName, executed?.content], ["meter-01", { switch: 0 }]);
    equal(executed?.messageId, messageId);
  }));

test("a synchronous service answers with its result, without a reply to wait for", () => {
  const command = { action: "invoke-service", identifier: "selfTest", data: "", waitForReply: 5 };
  return commanding(nodeRed, { command }, async () => {
    const sent = await answer({ device: DEVICE });
    equal((sent["payload"] as Message)["passed"], 1);
  });
});

test("an asynchronous service answers with the device's reply", () => {
  const command = { action: "invoke-service", identifier: "openValve", waitForReply: 20 };
  return commanding(nodeRed, { command, hasSubscriber: true }, async () => {
    const sent = await answer({ device: DEVICE, payload: { seconds: 5 } });
    equal(typeof (sent["payload"] as Message)["level"], "number");
    deepEqual(sent["reply"], { code: 200, message: "success" });
  });
});

test("publish sends text, bytes and objects, to a short topic or a whole one", () => {
  const command = { action: "publish", topic: "topic", topicType: "msg" };
  return commanding(nodeRed, { command }, async (emulator) => {
    const whole = `/${DEVICE.productKey}/${DEVICE.deviceName}/user/get`;
    for (const [topic, payload] of [
      ["user/get", "hello"],
      [whole, Buffer.from("bytes")],
      ["user/get", { a: 1.5 }],
    ] as const) {
      const sent = await answer({ topic, payload, device: DEVICE });
      const { action, messageId } = sent["command"] as Message;
      deepEqual([sent["payload"], action, isId(messageId)], [{}, "publish", true]);
    }
    deepEqual(
      emulator.commands.map(({ content }) => content),
      ["hello", "bytes", '{"a":1.5}'],
    );
  });
});

test("request answers with what the device answered", () =>
  commanding(nodeRed, { command: { action: "request", timeout: 5 } }, async () => {
    const sent = await answer({ device: DEVICE, payload: "how are you?" });
    equal((sent["payload"] as Message)["request"], "how are you?");
    equal((sent["command"] as Message)["action"], "request");
  }));

test("get-status and get-properties ask the platform", async () => {
  await commanding(nodeRed, { command: { action: "get-status" } }, async () => {
    const { payload } = await answer({ device: DEVICE, payload: "unused" });
    equal((payload as Message)["status"], "online");
  });
  const flow = {
    command: { action: "get-properties" },
    emulator: { rate: 50 },
    hasSubscriber: true,
  };
  await commanding(nodeRed, flow, async () => {
    await nodeRed.next("message", ({ message }) => message?.["messageType"] === "property-post");
    const { payload, times } = await answer({ device: DEVICE });
    deepEqual(Object.keys(payload as object), Object.keys(times as object));
  });
});

/** Sources of the device and of the data, by the types of their fields. */
const SOURCES: Readonly<Record<string, { command: Message; nodes?: Message; message?: Message }>> =
  {
    "text and JSON": {
      command: {
        device: "k1demoPk01/meter-02",
        deviceType: "str",
        data: '{"target": 25.0}',
        dataType: "json",
      },
    },
    "parts of the message": {
      command: { device: "to.device", data: "to.data" },
      message: { to: { device: { ...DEVICE, deviceName: "meter-02" }, data: { target: 25.5 } } },
    },
    "environment variables of the flow": {
      command: { device: "DEVICE", deviceType: "env", data: "DATA", dataType: "env" },
      nodes: {
        env: [
          { name: "DEVICE", value: "k1demoPk01/meter-02", type: "str" },
          { name: "DATA", value: '{"target":25.0}', type: "str" },
        ],
      },
    },
  };

for (const [name, { command, nodes = {}, message = {} }] of Object.entries(SOURCES)) {
  test(`device and data are taken from ${name}`, () =>
    commanding(nodeRed, { command, tab: nodes }, async (emulator) => {
      await answer(message);
      const [executed] = emulator.commands;
      const { target } = executed?.content as { target: number };
      deepEqual([executed?.deviceName, Math.floor(target)], ["meter-02", 25]);
    }));
}

for (const type of ["flow", "global"] as const) {
  test(`device and data are taken from the ${type} context, also from a slow store`, () => {
    const fields = { deviceType: type, data: "#:(slow)::data", dataType: type };
    const command = { ...fields, device: "#:(slow)::device" };
    const set = (id: string, property: string, from: string) => ({
      ...{ t: "set", p: property, pt: type, to: from, tot: "msg", id },
    });
    const rules = [set("1", "#:(slow)::device", "device"), set("2", "#:(slow)::data", "data")];
    const writer = { id: "writer", type: "change", rules, wires: [["written"]] };
    const written = { id: "written", type: "test-probe", kind: "written" };
    return commanding(nodeRed, { command, others: [writer, written] }, async (emulator) => {
      nodeRed.hand("writer", { device: DEVICE, data: { target: 25.5 } });
      await nodeRed.next("written");
      await answer({});
      deepEqual(emulator.commands[0]?.content, { target: 25.5 });
    });
  });
}

test("a store that fails is an error, and nothing is sent", () => {
  const command = { data: "#:(slow)::data", dataType: "global" };
  return commanding(nodeRed, { command }, async (emulator) => {
    nodeRed.storeMode("failing");
    try {
      const { code, text } = await failure({ device: DEVICE });
      equal(code, "STORE_FAILED");
      match(text, /slow/);
    } finally {
      nodeRed.storeMode("working");
    }
    equal(emulator.commands.length, 0);
  });
});

test("typed JSON and text arrive unchanged: 25.0 keeps its decimal, 25 has none", () => {
  const log: string[] = [];
  const command = { data: '{"target": 25.0}', dataType: "json" };
  const emulator = { log: (line: string) => log.push(line) };
  const warnings = () => log.filter((line) => line.includes("without a decimal")).length;
  return commanding(nodeRed, { command, emulator }, async (running) => {
    await answer({ device: DEVICE });
    equal(warnings(), 0);
    await deployCommand(nodeRed, commandFlow(running));
    await answer({ device: DEVICE, payload: '{"target": 25.0}' });
    equal(warnings(), 0);
    await answer({ device: DEVICE, payload: { target: 25.0 } });
    equal(warnings(), 1);
  });
});

const BAD: readonly (readonly [string, Message, Message, ErrorCode, RegExp])[] = [
  ["no device", {}, { payload: { switch: 1 } }, "INPUT_INVALID", /msg\.device.*empty/],
  ["no data", {}, { device: DEVICE }, "INPUT_INVALID", /msg\.payload/],
  ["data that is a list", {}, { device: DEVICE, payload: [1] }, "INPUT_INVALID", /\[…\]/],
  [
    "a path that leads nowhere",
    { data: "a.b.c" },
    { device: DEVICE },
    "INPUT_INVALID",
    /msg\.a\.b\.c/,
  ],
  [
    "too much to publish",
    { action: "publish", topic: "user/get" },
    { device: DEVICE, payload: "x".repeat(300_000) },
    "INPUT_TOO_LARGE",
    /300000 bytes/,
  ],
  [
    "too much to set",
    {},
    { device: DEVICE, payload: { switch: "x".repeat(300_000) } },
    "INPUT_TOO_LARGE",
    /data/,
  ],
  [
    "an unknown device",
    {},
    { device: { ...DEVICE, deviceName: "nobody" }, payload: { switch: 1 } },
    "DEVICE_NOT_FOUND",
    /nobody/,
  ],
  [
    "a read-only property",
    {},
    { device: DEVICE, payload: { temperature: 20.5 } },
    "DATA_REFUSED",
    /read-only/,
  ],
];

for (const [what, command, message, code, says] of BAD) {
  test(`${what} is ${code} for Catch, with the message and what it asked for`, () =>
    commanding(nodeRed, { command }, async (emulator) => {
      const told = await failure({ ...message, reply: { code: 200 }, note: "mine" });
      equal(told.code, code);
      match(told.text, says);
      deepEqual([told.message["note"], "reply" in told.message], ["mine", false]);
      const { action } = told.message["command"] as Message;
      equal(action, command["action"] ?? "set-properties");
      deepEqual(told.message["payload"], message["payload"]);
      equal(emulator.commands.length, 0);
      equal(nodeRed.taken("answer").length + nodeRed.taken("complete").length, 0);
    }));
}
