import { deepEqual, equal, match, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { COMMAND, commanding, DEVICE, failureIn } from "../support/node-red/command-flow";
import { EMPTY_FLOW, PLACE } from "../support/node-red/flow";
import { NodeRed } from "../support/node-red/node-red";
import type { CommandFlowSettings } from "../support/node-red/command-flow";
import type { ErrorCode } from "../../src/errors/error";

const nodeRed = NodeRed.forFile();
const MESSAGE = { device: DEVICE, payload: { switch: 1 } };

/** The next status of the command node. */
async function shown(of: NodeRed = nodeRed) {
  return (await of.next("shown", ({ id }) => id === COMMAND)).status;
}

test("the status names the device while it sends, then when it was done or what went wrong", () =>
  commanding(nodeRed, {}, async (emulator) => {
    nodeRed.hand(COMMAND, MESSAGE);
    deepEqual(await shown(), { fill: "yellow", shape: "dot", text: "sending meter-01" });
    const { text = "", ...done } = (await shown()) ?? {};
    deepEqual(done, { fill: "green", shape: "dot" });
    match(text, /^meter-01 \d\d:\d\d:\d\d$/);
    emulator.fault({ fault: "fail-command", how: "offline" });
    nodeRed.hand(COMMAND, MESSAGE);
    const failed = await nodeRed.next("shown", ({ status }) => status?.fill === "red");
    deepEqual(failed.status, { fill: "red", shape: "ring", text: "meter-01 offline" });
  }));

test("several commands under way are counted, and a deploy clears the status", () =>
  commanding(nodeRed, {}, async (emulator) => {
    emulator.fault({ fault: "delay-call", seconds: 2, count: 3 });
    for (let count = 0; count < 3; count += 1) nodeRed.hand(COMMAND, MESSAGE);
    deepEqual((await shown())?.text, "sending meter-01");
    deepEqual((await shown())?.text, "sending 3 commands");
    await nodeRed.deploy(EMPTY_FLOW);
    deepEqual(await shown(), {});
  }));

test("a long name is shortened", () =>
  commanding(nodeRed, {}, async () => {
    const deviceName = "a-device-with-the-longest-name-32";
    nodeRed.hand(COMMAND, { ...MESSAGE, device: { ...DEVICE, deviceName } });
    equal((await shown())?.text, "sending a-device-with-t…");
    const { text = "" } = (await shown()) ?? {};
    ok(text.length <= 40 && text.endsWith("…"), text);
  }));

/** Settings that are wrong at the deploy: what the status says, and what Catch gets. */
const WRONG: readonly (readonly [string, CommandFlowSettings, ErrorCode, string, RegExp])[] = [
  ["no instance", { command: { instance: "" } }, "SETTING_MISSING", "Instance missing", /Instance/],
  [
    "an instance that is gone",
    { command: { instance: "nowhere" } },
    "NODE_MISSING",
    "Instance missing",
    /Instance/,
  ],
  [
    "a disabled instance",
    { instance: { d: true } },
    "NODE_DISABLED",
    "Instance disabled",
    /Instance.*disabled.*Enable/,
  ],
  [
    "no region and no endpoint",
    { instance: { apiEndpoint: "" } },
    "SETTING_MISSING",
    "Region missing",
    /region/,
  ],
  [
    "plain HTTP to another computer",
    { instance: { apiEndpoint: "http://iot.example.com" } },
    "SETTING_INVALID",
    "API endpoint invalid",
    /apiEndpoint/,
  ],
  [
    "no secret",
    { credentials: { accessKeySecret: "" } },
    "SETTING_MISSING",
    "AccessKey Secret missing",
    /accessKeySecret/,
  ],
  [
    "a time-out that is too long",
    { command: { timeout: 61 } },
    "SETTING_INVALID",
    "Timeout (s) invalid",
    /timeout.*1.*60/,
  ],
  [
    "an action that there is not",
    { command: { action: "reboot" } },
    "SETTING_INVALID",
    "Action invalid",
    /action.*set-properties/,
  ],
  [
    "an environment variable that is not set",
    { command: { device: "${NOPE_VAR}" } },
    "ENV_MISSING",
    "${NOPE_VAR} not set",
    /NOPE_VAR/,
  ],
];

for (const [what, flow, code, text, says] of WRONG) {
  test(`${what} is shown and told at the deploy, and each message is told`, () =>
    commanding(nodeRed, flow, async (emulator) => {
      deepEqual(await shown(), { fill: "red", shape: "ring", text });
      for (let count = 0; count < 3; count += 1) {
        if (count > 0) nodeRed.hand(COMMAND, MESSAGE);
        const told = failureIn(await nodeRed.next("catch"));
        equal(told.code, code);
        match(told.text, says);
      }
      equal(emulator.commands.length, 0);
    }));
}

test("a wrong secret is an error without any secret in it, and the log has none", () => {
  const credentials = { accessKeySecret: "wrongSecret0123456789abcdef" };
  return commanding(nodeRed, { credentials }, async () => {
    nodeRed.hand(COMMAND, MESSAGE);
    const { code, message } = failureIn(await nodeRed.next("catch"));
    equal(code, "API_SIGNATURE_REFUSED");
    const everything = nodeRed.output + JSON.stringify(message);
    ok(!/wrongSecret|testAccessKeySecret|Signature=/.test(everything), everything);
  });
});

test("a clock that is off is put right for the call, and the log says so once", () =>
  commanding(nodeRed, {}, async (emulator) => {
    emulator.fault({ fault: "clock-off", offSeconds: 1_200 });
    for (let count = 0; count < 2; count += 1) {
      nodeRed.hand(COMMAND, MESSAGE);
      await nodeRed.next("answer");
    }
    const warnings = nodeRed.taken("log").filter(({ type }) => type === "aliyun-iot-instance");
    equal(warnings.length, 1);
    // The date in an answer has whole seconds.
    match(warnings[0]?.text ?? "", /clock.* 1(199|200|201) s/);
  }));

/** A message that no test can send over a pipe: a function node makes it. */
function hostile(func: string): CommandFlowSettings {
  const maker = { id: "maker", type: "function", func, outputs: 1, ...PLACE, wires: [[COMMAND]] };
  return { others: [maker], command: { data: "data" } };
}
const DEVICE_TEXT = JSON.stringify(DEVICE);

const HOSTILE: Readonly<Record<string, string>> = {
  "data that is circular": "msg.data = { switch: 1 }; msg.data.self = msg.data; return msg;",
  "data with a BigInt": "msg.data = { switch: 1n }; return msg;",
  "data whose getter throws":
    "Object.defineProperty(msg, 'data', { enumerable: true, get() { throw new Error('no'); } }); return msg;",
  "data that throws when it is read":
    "msg.data = Object.defineProperty({}, 'switch', { enumerable: true, get() { throw null; } }); return msg;",
  "data that is not a number": "msg.data = { switch: NaN }; return msg;",
};

for (const [what, func] of Object.entries(HOSTILE)) {
  test(`${what} ends as an error, and Node-RED lives on`, () =>
    commanding(nodeRed, hostile(`msg.device = ${DEVICE_TEXT}; ${func}`), async (emulator) => {
      nodeRed.hand("maker", {});
      deepEqual((await shown())?.text, "Data invalid");
      nodeRed.hand(COMMAND, { device: DEVICE, data: { switch: 1 } });
      equal((await nodeRed.next("answer")).message?.["data"] !== undefined, true);
      equal(emulator.commands.length, 1);
    }));
}

test("a frozen message cannot take the answer: a copy of it goes on", () => {
  // It arrives a moment after it was sent.
  const func = `msg.device = ${DEVICE_TEXT}; msg.data = { switch: 1 };
    node.send(msg, false); Object.freeze(msg);`;
  return commanding(nodeRed, hostile(func), async () => {
    nodeRed.hand("maker", { note: "mine" });
    const { message = {} } = await nodeRed.next("answer");
    deepEqual([message["payload"], message["note"]], [{}, "mine"]);
  });
});

describe("in Chinese", () => {
  const chinese = NodeRed.forFile({ language: "zh-CN" });

  test("status and errors are Chinese, the code is the same", () =>
    commanding(chinese, {}, async (emulator) => {
      emulator.fault({ fault: "fail-command", how: "offline" });
      chinese.hand(COMMAND, MESSAGE);
      equal((await shown(chinese))?.text, "正在发送 meter-01");
      equal((await shown(chinese))?.text, "meter-01 离线");
      const { code, text } = failureIn(await chinese.next("catch"));
      equal(code, "DEVICE_OFFLINE");
      match(text, /^设备 meter-01 离线.*命令没有被执行。请/);
    }));
});
