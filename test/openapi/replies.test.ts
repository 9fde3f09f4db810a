import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { createApiClient } from "../../src/openapi/client";
import { Replies } from "../../src/openapi/replies";
import { runCommand } from "../../src/openapi/run-command";
import { normalise } from "../../src/protocol/message";
import { answer, withApi } from "../support/api/api-server";
import { failureOf } from "../support/api/calls";
import { ManualClock, settled } from "../support/time/manual-clock";
import { until } from "../support/time/until";
import type { ApiClient } from "../../src/openapi/client";
import type { CommandResult } from "../../src/openapi/run-command";
import type { Command } from "../../src/protocol/command";
import type { JsonObject } from "../../src/protocol/json";
import type { DeviceMessage } from "../../src/protocol/message";
import type { PayloadFormat } from "../../src/protocol/payload";
import type { ApiServer, Script } from "../support/api/api-server";

const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-07" };
const OTHER = { productKey: "k1demoPk01", deviceName: "meter-08" };
const OK_REPLY = { code: 200, message: "success", data: {} };

/** A device's reply as a subscriber receives it. */
function reply(
  requestId: string | number,
  changes: JsonObject = {},
  format: PayloadFormat = "auto",
): DeviceMessage {
  const device = { ...DEVICE, ...changes };
  const topic = `/${device.productKey}/${device.deviceName}/thing/downlink/reply/message`;
  const payload = { iotId: "i1", gmtCreate: 1, requestId, topic: "t", ...OK_REPLY, ...device };
  const body = { section: "data", chunks: [Buffer.from(JSON.stringify(payload))] } as const;
  return normalise(
    { messageId: null, properties: { topic, messageId: "1" }, typed: new Map(), body },
    format,
  ).message;
}

const accepted = (messageId: string | number): Script =>
  answer({ Success: true, RequestId: "r1", Data: { MessageId: messageId } });

class Bench {
  readonly clock = new ManualClock();
  readonly replies = new Replies(this.clock);
  readonly #server: ApiServer;
  #answered = 0;

  constructor(server: ApiServer) {
    this.#server = server;
  }

  async set(device = DEVICE): Promise<CommandResult> {
    const inner = createApiClient(this.#server.options(), { clock: this.clock });
    const client: ApiClient = {
      call: async (call) => {
        const answered = await inner.call(call);
        this.#answered += 1;
        return answered;
      },
      close: () => {
        inner.close();
      },
    };
    const command: Command = { action: "set-properties", device, data: '{"power":1}', qos: 0 };
    try {
      return await runCommand(command, {
        client,
        replies: this.replies,
        timeoutMs: 10_000,
        waitForReplyMs: 30_000,
      });
    } finally {
      client.close();
    }
  }

  /** When so many of the platform's answers have been read. */
  async answered(count = 1): Promise<void> {
    await until(() => this.#answered >= count, "it was answered");
    await settled();
  }

  end(): void {
    equal(this.clock.timers, 0, "no timer is left");
    equal(this.replies.size, 0, "nobody waits");
  }
}

/** A platform that answers when it is told to. */
function held(messageId: string): { readonly script: Script; readonly release: () => void } {
  let release: () => void = () => undefined;
  return {
    script: (seen, response, socket) => {
      release = () => {
        accepted(messageId)(seen, response, socket);
      };
    },
    release: () => {
      release();
    },
  };
}

for (const format of ["auto", "json", "string", "buffer", "base64"] as const) {
  test(`a command ends with its device's reply, received as ${format}`, () =>
    withApi([accepted("1234567")], async (server) => {
      const bench = new Bench(server);
      const result = bench.set();
      await bench.answered();
      const data = { power: 1 };
      bench.replies.hear(reply("1234567", { data, message: "done" }, format));
      deepEqual(await result, {
        payload: data,
        command: { action: "set-properties", requestId: "r1", messageId: "1234567" },
        reply: { code: 200, message: "done" },
      });
      bench.end();
    }));
}

test("a reply may come before the platform's answer, and among others of the device", () => {
  const { script, release } = held("7");
  return withApi([script], async (server) => {
    const bench = new Bench(server);
    const result = bench.set();
    await until(() => server.seen.length === 1, "it was sent");
    bench.replies.hear(reply("6", { message: "of an earlier one" }));
    bench.replies.hear(reply("7", { message: "first" }));
    bench.replies.hear(reply("7", { message: "second" }));
    release();
    deepEqual((await result).reply, { code: 200, message: "first" });
    bench.end();
  });
});

test("an ID that is a number finds its reply, whichever of the two has it as text", () =>
  withApi([accepted(7), accepted("8")], async (server) => {
    const bench = new Bench(server);
    const first = bench.set();
    await bench.answered();
    bench.replies.hear(reply("7"));
    equal((await first).command.messageId, "7");
    const second = bench.set();
    await bench.answered(2);
    bench.replies.hear(reply(8));
    equal((await second).command.messageId, "8");
    bench.end();
  }));

test("a reply goes to its own command only: another device, ID or type is passed over", () =>
  withApi([accepted("7"), accepted("8"), accepted("7")], async (server) => {
    const bench = new Bench(server);
    const commands = [bench.set()];
    await bench.answered(1);
    commands.push(bench.set());
    await bench.answered(2);
    commands.push(bench.set(OTHER));
    await bench.answered(3);
    bench.replies.hear(reply("9"));
    bench.replies.hear({ ...reply("7"), messageType: "property-post" });
    bench.replies.hear({ ...reply("7"), payload: "no JSON" });
    bench.replies.hear({ ...reply("7"), payload: null });
    bench.replies.hear(reply("7", { code: "none" }));
    equal(bench.replies.size, 3);
    bench.replies.hear(reply("8", { message: "b" }));
    bench.replies.hear(reply("7", { message: "c", deviceName: "meter-08" }));
    bench.replies.hear(reply("7", { message: "a" }));
    const heard = await Promise.all(commands);
    deepEqual(
      heard.map((result) => result.reply?.message),
      ["a", "b", "c"],
    );
    bench.end();
  }));

for (const [code, error, details] of [
  [460, "DEVICE_REFUSED", { deviceName: "meter-07", replyCode: 460, reason: "bad" }],
  [100_001, "DEVICE_REFUSED", { deviceName: "meter-07", replyCode: 100_001, reason: "bad" }],
  [9201, "DEVICE_OFFLINE", { deviceName: "meter-07", apiCode: "9201" }],
  [9200, "DEVICE_INACTIVE", { deviceName: "meter-07", apiCode: "9200" }],
] as const) {
  test(`a reply with code ${code} is ${error}`, () =>
    withApi([accepted("7")], async (server) => {
      const bench = new Bench(server);
      const failed = failureOf(bench.set());
      await bench.answered();
      bench.replies.hear(reply("7", { code, message: "bad\n." }));
      const { code: told, details: given } = await failed;
      equal(told, error);
      deepEqual(given, details);
      bench.end();
    }));
}

test("a reply that does not come in time is missing, and harms nothing when it comes late", () =>
  withApi([accepted("7")], async (server) => {
    const bench = new Bench(server);
    const failed = failureOf(bench.set());
    await bench.answered();
    await bench.clock.advance(29_999);
    equal(bench.replies.size, 1);
    await bench.clock.advance(1);
    const { code, details } = await failed;
    equal(code, "REPLY_MISSING");
    deepEqual(details, { deviceName: "meter-07", seconds: 30 });
    bench.replies.hear(reply("7"));
    bench.end();
  }));

test("a command that the platform refuses waits for nothing", () =>
  withApi(
    [answer({ Success: false, RequestId: "r1", Code: "iot.prod.NotExistedProduct" })],
    async (server) => {
      const bench = new Bench(server);
      equal((await failureOf(bench.set())).code, "PRODUCT_NOT_FOUND");
      bench.end();
    },
  ));

test("close ends those who wait, and leaves no timer", () =>
  withApi([accepted("7"), accepted("8")], async (server) => {
    const bench = new Bench(server);
    const failed = failureOf(bench.set());
    await bench.answered(1);
    const other = failureOf(bench.set(OTHER));
    await bench.answered(2);
    bench.replies.close();
    equal((await failed).code, "REPLY_MISSING");
    equal((await other).code, "REPLY_MISSING");
    bench.end();
  }));

test("close ends a command that is under way when its answer comes", () => {
  const { script, release } = held("7");
  return withApi([script], async (server) => {
    const bench = new Bench(server);
    const failed = failureOf(bench.set());
    await until(() => server.seen.length === 1, "it was sent");
    bench.replies.close();
    release();
    equal((await failed).code, "REPLY_MISSING");
    bench.end();
  });
});

test("replies to nobody are not kept, and those that wait are bounded", async () => {
  const clock = new ManualClock();
  const replies = new Replies(clock);
  replies.hear(reply("7"));
  const watches = Array.from({ length: 10_000 }, () => replies.watch(DEVICE));
  throws(() => replies.watch(DEVICE), { code: "COMMANDS_FULL" });
  const [first] = watches;
  const waited = rejects(first?.reply("7", 1_000) ?? Promise.resolve(), { code: "REPLY_MISSING" });
  await clock.advance(1_000);
  await waited;
  for (const watch of watches) watch.end();
  equal(replies.size, 0);
  equal(clock.timers, 0);
});
