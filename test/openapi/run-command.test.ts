import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/clock";
import { createApiClient } from "../../src/openapi/client";
import { Replies } from "../../src/openapi/replies";
import { runCommand } from "../../src/openapi/run-command";
import { answer, withApi } from "../support/api/api-server";
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

const CASES: readonly {
  readonly name: string;
  readonly command: Command;
  readonly body: JsonObject | string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly result: Omit<CommandResult, "command"> & { readonly messageId?: string };
}[] = [
  {
    name: "set-properties sends the JSON text as it is",
    command: { action: "set-properties", device: DEVICE, data: '{"t":25.0}', qos: 1 },
    body: { Data: { MessageId: "1234567" } },
    action: "SetDeviceProperty",
    parameters: {
      ProductKey: "k1demoPk01",
      DeviceName: "meter-07",
      Items: '{"t":25.0}',
      Qos: "1",
    },
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
    body: '{"Success":true,"RequestId":"57144BCF-09B8-4C40-9C5D-1D0C1D6C4A01","MessageId":889455942124347329}',
    action: "Pub",
    parameters: {
      ProductKey: "k1demoPk01",
      TopicFullName: "/k1demoPk01/meter-07/user/get",
      MessageContent: "eyJ0IjoyMX0=",
      Qos: "0",
    },
    result: { payload: {}, messageId: "889455942124347329" },
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
