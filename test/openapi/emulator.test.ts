import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { isJsonObject } from "../../src/protocol/json";
import { createApiClient } from "../../src/openapi/client";
import { Replies } from "../../src/openapi/replies";
import { runCommand } from "../../src/openapi/run-command";
import { systemClock } from "../../src/clock";
import { apiAt, failureOf } from "../support/api/calls";
import { ScaledClock } from "../support/time/scaled-clock";
import { withEmulator } from "../support/emulator/with-emulator";
import { withSubscription } from "../support/emulator/with-subscription";
import type { Emulator } from "../../src/emulator/emulator";
import type { FaultRequest } from "../../src/emulator/faults/fault-table";
import type { IotAmqpError } from "../../src/errors/error";
import type { ApiEnvironment } from "../../src/openapi/client";
import type { CommandResult } from "../../src/openapi/run-command";
import type { Command, CommandAction } from "../../src/protocol/command";
import type { ApiOptions } from "../../src/settings/api";

const OPTIONS = { httpPort: 0, devices: 3, rate: 0 };
const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-01" };
const SET: Command = {
  action: "set-properties",
  device: DEVICE,
  data: '{"target":25.0,"switch":1}',
  qos: 0,
};

/** A program that sends to an emulator, and hears its replies. */
class Sender {
  readonly replies = new Replies(systemClock);
  readonly warnings: IotAmqpError[] = [];
  waitForReplyMs = 0;
  readonly #options: ApiOptions;

  constructor(emulator: Emulator) {
    this.#options = {
      ...apiAt(emulator.httpPort ?? 0, { protocol: "http:" }),
      accessKeyId: "testAccessKeyId",
      accessKeySecret: "testAccessKeySecret",
    };
  }

  async run(
    command: Command,
    { changes = {}, environment = {} }: SenderOptions = {},
  ): Promise<CommandResult> {
    const warn = (error: IotAmqpError) => this.warnings.push(error);
    const client = createApiClient({ ...this.#options, ...changes }, { warn, ...environment });
    const { replies, waitForReplyMs } = this;
    try {
      return await runCommand(command, { client, replies, timeoutMs: 8_000, waitForReplyMs });
    } finally {
      client.close();
    }
  }
}

interface SenderOptions {
  readonly changes?: Partial<ApiOptions>;
  readonly environment?: Partial<ApiEnvironment>;
}

/** Runs a test with a sender to which a subscriber tells replies. */
async function sending(work: (sender: Sender, emulator: Emulator) => Promise<void>): Promise<void> {
  await withEmulator(OPTIONS, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const sender = new Sender(emulator);
      subscription.on("reply", (message) => {
        sender.replies.hear(message);
      });
      await work(sender, emulator);
      equal(sender.replies.size, 0);
    }),
  );
}

test("a device obeys each command, and answers", () =>
  sending(async (sender, emulator) => {
    sender.waitForReplyMs = 20_000;
    const set = await sender.run(SET);
    equal(set.reply?.code, 200);
    match(String(set.command.messageId), /^\d+$/);

    const known = await sender.run({ action: "get-properties", device: DEVICE });
    const { payload, times = {} } = known;
    equal(isJsonObject(payload) && payload["target"], 25);
    equal(isJsonObject(payload) && payload["switch"], 1);
    equal(typeof times["target"], "number");

    const status = await sender.run({ action: "get-status", device: DEVICE });
    equal(isJsonObject(status.payload) && status.payload["status"], "online");

    const content = Buffer.from('{"ask":1}');
    const asked = await sender.run({
      action: "request",
      device: DEVICE,
      topic: undefined,
      content,
    });
    match(String(asked.command.messageId), /^\d+$/);

    const topic = "/k1demoPk01/meter-01/user/get";
    await sender.run({ action: "publish", device: DEVICE, topic, content, qos: 1 });
    const tested = await sender.run({
      action: "invoke-service",
      device: DEVICE,
      identifier: "selfTest",
      data: "{}",
      qos: 0,
    });
    equal(isJsonObject(tested.payload), true);

    deepEqual(
      emulator.commands.map(({ action }) => action),
      ["SetDeviceProperty", "RRpc", "Pub", "InvokeThingService"],
    );
  }));

for (const how of ["early", "twice"] as const) {
  test(`a reply that comes ${how} is found`, () =>
    sending(async (sender, emulator) => {
      sender.waitForReplyMs = 20_000;
      emulator.fault({ fault: "odd-reply", how });
      equal((await sender.run(SET)).reply?.code, 200);
      equal((await sender.run(SET)).reply?.code, 200);
    }));
}

const ENDS: readonly (readonly [FaultRequest, CommandAction, string, number])[] = [
  [{ fault: "fail-command", how: "offline" }, "set-properties", "DEVICE_OFFLINE", 0],
  [{ fault: "fail-command", how: "offline-reply" }, "set-properties", "DEVICE_OFFLINE", 0],
  [{ fault: "fail-command", how: "code", code: 460 }, "set-properties", "DEVICE_REFUSED", 0],
  [{ fault: "fail-command", how: "no-answer" }, "set-properties", "REPLY_MISSING", 1],
  [{ fault: "fail-command", how: "half-connected" }, "request", "DEVICE_OFFLINE", 0],
  [{ fault: "break-call", how: "cut" }, "set-properties", "OUTCOME_UNKNOWN", 1],
  [{ fault: "break-call", how: "cut", executed: false }, "set-properties", "OUTCOME_UNKNOWN", 0],
  [{ fault: "break-call", how: "500" }, "set-properties", "OUTCOME_UNKNOWN", 1],
  [{ fault: "break-call", how: "503", executed: false }, "set-properties", "OUTCOME_UNKNOWN", 0],
  [
    { fault: "refuse-call", reason: "no-permission" },
    "set-properties",
    "API_PERMISSION_MISSING",
    0,
  ],
];

for (const [fault, action, code, carriedOut] of ENDS) {
  test(`${JSON.stringify(fault)} is ${code}, and ${carriedOut} were carried out`, () =>
    sending(async (sender, emulator) => {
      sender.waitForReplyMs = 500;
      emulator.fault(fault);
      const content = Buffer.from("?");
      const command: Command =
        action === "request" ? { action, device: DEVICE, topic: undefined, content } : SET;
      equal((await failureOf(sender.run(command))).code, code);
      equal(emulator.commands.length, carriedOut);
      equal((await sender.run(SET)).reply?.code, 200, "the next is not touched");
    }));
}

test("a throttled command is carried out once, in a later try", () =>
  sending(async (sender, emulator) => {
    emulator.fault({ fault: "refuse-call", reason: "throttled", count: 2 });
    await sender.run(SET, { environment: { clock: new ScaledClock(10) } });
    equal(emulator.commands.length, 1);
  }));

test("errors in other forms are read as well", () =>
  sending(async (sender, emulator) => {
    for (const form of ["status-400", "lower-case"] as const) {
      emulator.fault({ fault: "answer-form", form });
      const nobody: Command = { ...SET, device: { ...DEVICE, deviceName: "meter-99" } };
      equal((await failureOf(sender.run(nobody))).code, "DEVICE_NOT_FOUND", form);
    }
    emulator.fault({ fault: "answer-form", form: "bare-message-id" });
    const topic = "/k1demoPk01/meter-01/user/get";
    const content = Buffer.from("x");
    const sent = await sender.run({ action: "publish", device: DEVICE, topic, content, qos: 0 });
    match(String(sent.command.messageId), /^\d{17,}$/);
    emulator.fault({ fault: "answer-form", form: "whole-reply" });
    const tested = await sender.run({
      action: "invoke-service",
      device: DEVICE,
      identifier: "selfTest",
      data: "{}",
      qos: 0,
    });
    equal(tested.reply?.code, 200);
  }));

test("a wrong clock is corrected and told once; wrong keys are told apart", () =>
  sending(async (sender, emulator) => {
    equal(
      (await failureOf(sender.run(SET, { changes: { accessKeyId: "testNobody" } }))).code,
      "API_KEY_REFUSED",
    );
    equal(
      (await failureOf(sender.run(SET, { changes: { accessKeySecret: "testWrong" } }))).code,
      "API_SIGNATURE_REFUSED",
    );
    equal(
      (await failureOf(sender.run(SET, { changes: { iotInstanceId: "iot-other" } }))).code,
      "API_INSTANCE_REFUSED",
    );
    emulator.fault({ fault: "clock-off", offSeconds: -1200 });
    await sender.run(SET);
    await sender.run(SET);
    deepEqual(
      sender.warnings.map(({ code, details }) => [code, details["reasonCode"]]),
      [["API_CLOCK_CORRECTED", "clockAhead"]],
    );
  }));

test("many commands at once are all carried out, each with its own reply", () =>
  sending(async (sender) => {
    sender.waitForReplyMs = 20_000;
    const all = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        const device = { ...DEVICE, deviceName: `meter-0${(index % 3) + 1}` };
        return sender.run({ ...SET, device });
      }),
    );
    equal(new Set(all.map(({ command }) => command.messageId)).size, 100);
    equal(
      all.every(({ reply }) => reply?.code === 200),
      true,
    );
  }));
