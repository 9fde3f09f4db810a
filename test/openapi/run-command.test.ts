import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { createApiClient } from "../../src/openapi/client";
import { Replies } from "../../src/openapi/replies";
import { runCommand } from "../../src/openapi/run-command";
import { answer, withApi } from "../support/api/api-server";
import { failureOf } from "../support/api/calls";
import { ManualClock } from "../support/time/manual-clock";
import { until } from "../support/time/until";
import type { CommandResult } from "../../src/openapi/run-command";
import type { Command } from "../../src/protocol/command";
import type { Json, JsonObject } from "../../src/protocol/json";
import type { ApiServer } from "../support/api/api-server";

const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-07" };
const REQUEST_ID = "57144BCF-09B8-4C40-9C5D-1D0C1D6C4A01";

async function sent(server: ApiServer, command: Command): Promise<CommandResult> {
  const client = createApiClient(server.options());
  const replies = new Replies(systemClock);
  try {
    return await runCommand(command, { client, replies, timeoutMs: 8_000, waitForReplyMs: 0 });
  } finally {
    client.close();
  }
}

interface Case {
  readonly name: string;
  readonly command: Command;
  readonly body: JsonObject | string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly result: Omit<CommandResult, "command"> & { readonly messageId?: string };
}

const NAMED = { ProductKey: "k1demoPk01", DeviceName: "meter-07" };
const INVOKE: Command = {
  action: "invoke-service",
  device: DEVICE,
  identifier: "pump:flush",
  data: '{"level":1}',
  qos: 0,
};
const INVOKED = {
  command: INVOKE,
  action: "InvokeThingService",
  parameters: { ...NAMED, Identifier: "pump:flush", Args: '{"level":1}', Qos: "0" },
};
const REQUEST: Command = {
  action: "request",
  device: DEVICE,
  topic: undefined,
  content: Buffer.from([0xff, 0x00]),
};
const REQUESTED = {
  command: REQUEST,
  action: "RRpc",
  parameters: { ...NAMED, RequestBase64Byte: "/wA=", Timeout: "8000" },
};
const STATUS = {
  command: { action: "get-status", device: DEVICE },
  action: "GetDeviceStatus",
  parameters: NAMED,
} as const;

function requested(name: string, content: Buffer, payload: CommandResult["payload"]): Case {
  const body = `{"Success":true,"RequestId":"${REQUEST_ID}","RrpcCode":"SUCCESS","MessageId":889455942124347329,"PayloadBase64Byte":"${content.toString("base64")}"}`;
  return { ...REQUESTED, name, body, result: { payload, messageId: "889455942124347329" } };
}

function invoked(name: string, Result: string, result: Omit<CommandResult, "command">): Case {
  const body = { Data: { MessageId: "9", Result } };
  return { ...INVOKED, name, body, result: { ...result, messageId: "9" } };
}

const CASES: readonly Case[] = [
  {
    name: "set-properties sends the JSON text as it is",
    command: { action: "set-properties", device: DEVICE, data: '{"t":25.0}', qos: 1 },
    body: { Data: { MessageId: "1234567" } },
    action: "SetDeviceProperty",
    parameters: { ...NAMED, Items: '{"t":25.0}', Qos: "1" },
    result: { payload: {}, messageId: "1234567" },
  },
  {
    name: "publish sends base64, and a message ID that is a number stays exact",
    command: {
      action: "publish",
      device: DEVICE,
      topic: "/k1demoPk01/meter-07/user/get",
      content: Buffer.from('{"t":21}'),
      qos: 0,
    },
    body: `{"Success":true,"Code":"","RequestId":"${REQUEST_ID}","MessageId":889455942124347329}`,
    action: "Pub",
    parameters: {
      ProductKey: "k1demoPk01",
      TopicFullName: "/k1demoPk01/meter-07/user/get",
      MessageContent: "eyJ0IjoyMX0=",
      Qos: "0",
    },
    result: { payload: {}, messageId: "889455942124347329" },
  },
  {
    ...INVOKED,
    name: "an asynchronous service has no result yet",
    body: { Data: { MessageId: "a9" } },
    result: { payload: {}, messageId: "a9" },
  },
  invoked("a synchronous service brings the device's data", '{"done":1,"code":3}', {
    payload: { done: 1, code: 3 },
  }),
  invoked(
    "a synchronous service may bring the device's whole reply",
    '{"code":200,"data":{"done":1},"id":"9","message":"success","version":"1.0"}',
    { payload: { done: 1 }, reply: { code: 200, message: "success" } },
  ),
  invoked("a whole reply may be short", '{"code":200,"id":"9","version":"1.0"}', {
    payload: {},
    reply: { code: 200, message: "" },
  }),
  invoked("a result that is no JSON is text", "done", { payload: "done" }),
  requested("a request brings JSON parsed", Buffer.from('{"a":[1]}'), { a: [1] }),
  requested("a request brings text as text", Buffer.from("好"), "好"),
  requested("a request brings other bytes as they are", Buffer.from([0xff]), Buffer.from([0xff])),
  requested("a request may be answered with nothing", Buffer.alloc(0), ""),
  {
    ...REQUESTED,
    name: "a request may have a topic of its own",
    command: { ...REQUEST, topic: "/k1demoPk01/meter-07/user/ask" },
    parameters: { ...REQUESTED.parameters, Topic: "/k1demoPk01/meter-07/user/ask" },
    body: { RrpcCode: "SUCCESS", PayloadBase64Byte: "e30=", MessageId: "1" },
    result: { payload: {}, messageId: "1" },
  },
  ...["ONLINE", "OFFLINE", "UNACTIVE", "DISABLE"].map((Status) => ({
    ...STATUS,
    name: `get-status tells ${Status} in small letters, with its time`,
    body: { Data: { Status, Timestamp: 1_700_000_000_123 } },
    result: { payload: { status: Status.toLowerCase(), time: 1_700_000_000_123 } },
  })),
  {
    ...STATUS,
    name: "get-status goes without a time where there is none",
    body: { Data: { Status: "UNACTIVE" } },
    result: { payload: { status: "unactive" } },
  },
  {
    command: { action: "get-properties", device: DEVICE },
    action: "QueryDevicePropertyStatus",
    parameters: NAMED,
    name: "get-properties gives values by their data types, with their times",
    body: {
      Data: {
        List: {
          PropertyStatusInfo: [
            { Identifier: "i", DataType: "int", Value: "25", Time: "1700000000001" },
            { Identifier: "f", DataType: "float", Value: "25.50", Time: "1700000000003" },
            { Identifier: "d", DataType: "double", Value: "-1e3", Time: "1700000000002" },
            { Identifier: "long", DataType: "int", Value: "9007199254740993" },
            { Identifier: "odd", DataType: "int", Value: "many" },
            { Identifier: "b", DataType: "bool", Value: "1", Time: "1700000000001" },
            { Identifier: "e", DataType: "enum", Value: "3", Time: 1_700_000_000_001 },
            { Identifier: "t", DataType: "text", Value: "12" },
            { Identifier: "at", DataType: "date", Value: "1700000000000" },
            { Identifier: "a", DataType: "array", Value: "[1,2]" },
            { Identifier: "s", DataType: "STRUCT", Value: '{"x":1}' },
            { Identifier: "bad", DataType: "struct", Value: "{" },
            { Identifier: "never", DataType: "int", Name: "never reported" },
            { Identifier: "empty", DataType: "int", Value: "" },
          ],
        },
      },
    },
    result: {
      payload: {
        i: 25,
        f: 25.5,
        d: -1000,
        long: "9007199254740993",
        odd: "many",
        b: 1,
        e: 3,
        t: "12",
        at: "1700000000000",
        a: [1, 2],
        s: { x: 1 },
        bad: "{",
      },
      timestamp: 1_700_000_000_003,
      times: {
        i: 1_700_000_000_001,
        f: 1_700_000_000_003,
        d: 1_700_000_000_002,
        b: 1_700_000_000_001,
        e: 1_700_000_000_001,
      },
    },
  },
  {
    command: { action: "get-properties", device: DEVICE },
    action: "QueryDevicePropertyStatus",
    parameters: NAMED,
    name: "get-properties of a device that never reported is empty",
    body: { Data: { List: { PropertyStatusInfo: [] } } },
    result: { payload: {} },
  },
];

for (const { name, command, body, action, parameters, result } of CASES) {
  test(name, () => {
    const whole: Json =
      typeof body !== "string" ? { Success: true, RequestId: REQUEST_ID, ...body } : body;
    return withApi([answer(whole)], async (server) => {
      const { command: said, ...rest } = await sent(server, command);
      equal(server.seen[0]?.action, action);
      deepEqual(server.seen[0].parameters, parameters);
      const { messageId, ...wanted } = result;
      deepEqual(rest, wanted);
      const identified = messageId === undefined ? {} : { messageId };
      deepEqual(said, { action: command.action, requestId: REQUEST_ID, ...identified });
    });
  });
}

test("a synchronous service whose device says no is refused, with the device's words", () => {
  const Result = '{"code":460,"data":{},"id":"9","message":"level is wrong","version":"1.0"}';
  const script = answer({ Success: true, RequestId: REQUEST_ID, Data: { MessageId: "9", Result } });
  return withApi([script], async (server) => {
    const error = await failureOf(sent(server, INVOKE));
    equal(error.code, "DEVICE_REFUSED");
    deepEqual(error.details, {
      deviceName: "meter-07",
      replyCode: 460,
      reason: "level is wrong",
    });
  });
});

test("a synchronous service has answered: nobody waits for its reply", () => {
  const script = answer({ Success: true, RequestId: "r1", Data: { MessageId: "9", Result: "{}" } });
  return withApi([script], async (server) => {
    const clock = new ManualClock();
    const client = createApiClient(server.options(), { clock });
    const replies = new Replies(clock);
    const run = { client, replies, timeoutMs: 8_000, waitForReplyMs: 30_000 };
    deepEqual((await runCommand(INVOKE, run)).payload, {});
    equal(replies.size, 0);
    equal(clock.timers, 0);
    client.close();
  });
});

for (const [name, command, timeoutMs, wantedMs] of [
  ["a request gets 5 s more than the device", REQUEST, 3_000, 8_000],
  ["a service gets 10 s at least, as it may be synchronous", INVOKE, 1_000, 10_000],
  ["a service gets as long as asked for", INVOKE, 20_000, 20_000],
  ["a query gets as long as asked for", STATUS.command, 1_000, 1_000],
] as const) {
  test(name, () =>
    withApi([() => undefined], async (server) => {
      const clock = new ManualClock();
      const client = createApiClient(server.options(), { clock, random: () => 0 });
      const replies = new Replies(clock);
      const run = { client, replies, timeoutMs, waitForReplyMs: 0 };
      const ended = failureOf(runCommand(command, run));
      await until(() => server.seen.length === 1, "it was sent");
      await clock.advance(wantedMs - 1);
      equal(server.open, 1, "it waits");
      await clock.advance(1);
      await until(() => server.open === 0, "it was given up");
      for (const tries of command.action === "get-status" ? [2, 3] : []) {
        await clock.advance(1_600);
        await until(() => server.seen.length === tries, "it was sent again");
        await clock.advance(wantedMs);
      }
      const { code, details } = await ended;
      equal(code, command.action === "get-status" ? "API_UNAVAILABLE" : "OUTCOME_UNKNOWN");
      equal(details["seconds"], wantedMs / 1_000);
      client.close();
    }),
  );
}
