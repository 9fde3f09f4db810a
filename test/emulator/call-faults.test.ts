import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import { isJsonObject } from "../../src/protocol/json";
import { ApiCaller } from "../support/emulator/api-caller";
import { Inbox, withSubscription } from "../support/emulator/with-subscription";
import { ManualClock, settled } from "../support/time/manual-clock";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { JsonObject } from "../../src/protocol/json";
import type { ApiAnswer } from "../support/emulator/api-caller";

const PK = "k1demoPk01";
const DEVICE = { ProductKey: PK, DeviceName: "meter-01" };
const OTHER = { ProductKey: PK, DeviceName: "meter-02" };
const OPTIONS = { httpPort: 0, devices: 2, rate: 0 };

const set = (emulator: Emulator, device = DEVICE) =>
  new ApiCaller(emulator).call("SetDeviceProperty", { ...device, Items: '{"target":25.0}' });
const status = (emulator: Emulator, device = DEVICE) =>
  new ApiCaller(emulator).call("GetDeviceStatus", device);
const invoke = (emulator: Emulator, Identifier: string, Args = "{}") =>
  new ApiCaller(emulator).call("InvokeThingService", { ...DEVICE, Identifier, Args });
const ask = (emulator: Emulator, Timeout = "1000") =>
  new ApiCaller(emulator).call("RRpc", { ...DEVICE, Timeout, RequestBase64Byte: "eA==" });
const publish = (emulator: Emulator) =>
  new ApiCaller(emulator).call("Pub", {
    ProductKey: PK,
    TopicFullName: `/${PK}/meter-01/user/get`,
    MessageContent: "eA==",
  });

const codeOf = ({ status: http, body }: ApiAnswer) => [http, body["Code"]];
const executed = ({ commands }: Emulator) => commands.map(({ deviceName }) => deviceName);
/** The type of a message and, of a reply, its code. */
type Heard = readonly [type: string, code: unknown];

/** Runs a test that hears what devices send after they came online. */
async function hearing(
  options: Parameters<typeof withEmulator>[0],
  work: (emulator: Emulator, next: () => Promise<Heard>) => Promise<void>,
): Promise<void> {
  await withEmulator({ ...OPTIONS, ...options }, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      const next = async () => {
        const { messageType, payload } = (await inbox.next()).message;
        return [messageType, isJsonObject(payload) ? payload["code"] : undefined] as const;
      };
      equal((await next())[0], "device-status");
      equal((await next())[0], "device-status");
      await work(emulator, next);
    }),
  );
}

test("a refused call is not carried out, and only as many and such calls are refused", () =>
  withEmulator(OPTIONS, async (emulator) => {
    deepEqual(emulator.fault({ fault: "refuse-call", count: 2, action: "SetDeviceProperty" }), {
      refusing: 2,
    });
    equal((await status(emulator)).body["Success"], true, "another action");
    for (let count = 0; count < 2; count += 1) {
      deepEqual(codeOf(await set(emulator)), [400, "Throttling.User"]);
    }
    deepEqual(executed(emulator), []);
    emulator.fault({ fault: "refuse-call", reason: "no-permission", device: "meter-02" });
    equal((await set(emulator)).body["Success"], true, "another device");
    deepEqual(codeOf(await set(emulator, OTHER)), [200, "iot.common.RamActionPermissionDeny"]);
    equal((await set(emulator, OTHER)).body["Success"], true);
    deepEqual(executed(emulator), ["meter-01", "meter-02"]);
    equal(emulator.endFaults(), 0);
  }));

test("a call that breaks is carried out, or not, as the fault says; the client cannot tell", () =>
  withEmulator(OPTIONS, async (emulator) => {
    for (const isExecuted of [false, true]) {
      const before = emulator.commands.length;
      emulator.fault({ fault: "break-call", executed: isExecuted });
      await rejects(set(emulator), { code: "ECONNRESET" });
      for (const [how, code] of [
        ["500", "InternalError"],
        ["503", "ServiceUnavailable"],
      ] as const) {
        emulator.fault({ fault: "break-call", how, executed: isExecuted });
        deepEqual(codeOf(await set(emulator)), [Number(how), code]);
      }
      equal(emulator.commands.length - before, isExecuted ? 3 : 0);
    }
  }));

test("a delayed call is carried out after the wait, or before it", async () => {
  const clock = new ManualClock();
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    for (const isExecuted of [false, true]) {
      const before = emulator.commands.length;
      const timers = clock.timers;
      emulator.fault({ fault: "delay-call", seconds: 3, executed: isExecuted });
      let isAnswered = false;
      const answer = set(emulator).finally(() => (isAnswered = true));
      await until(() => clock.timers > timers, "the call waits");
      equal(emulator.commands.length - before, isExecuted ? 1 : 0);
      await clock.advance(2_999);
      await settled(20);
      equal(isAnswered, false);
      await clock.advance(1);
      equal((await answer).body["Success"], true);
      equal(emulator.commands.length - before, 1);
    }
  });
});

test("a device that is offline refuses every command, whatever it could not do with it", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const calls = [set, (each: Emulator) => invoke(each, "selfTest"), ask];
    for (const [how, name] of [
      ["offline", "OFFLINE"],
      ["half-connected", "HALFCONN"],
    ] as const) {
      emulator.fault({ fault: "fail-command", how, count: 4 });
      for (const call of calls) {
        const { body } = await call(emulator);
        deepEqual([body["Success"], body["Code"]], [false, `iot.messagebroker.${name}`]);
        if (call === ask) equal(body["RrpcCode"], name);
      }
      equal((await publish(emulator)).body["Success"], true, "the platform has taken it");
    }
    deepEqual(executed(emulator), []);
    equal((await status(emulator)).body["Success"], true);
  }));

test("a device may be offline as a reply says, with another code, or not reply at all", () =>
  hearing({}, async (emulator, next) => {
    emulator.fault({ fault: "fail-command", how: "offline-reply" });
    equal((await set(emulator)).body["Success"], true);
    deepEqual(await next(), ["downlink-reply", 9201]);
    emulator.fault({ fault: "fail-command", how: "code", code: 460 });
    await ask(emulator); // a question has no such code: the fault waits for a command that has one
    equal((await invoke(emulator, "openValve", '{"seconds":1}')).body["Success"], true);
    deepEqual(await next(), ["downlink-reply", 460]);
    deepEqual(
      emulator.commands.map(({ action }) => action),
      ["RRpc"],
    );
    emulator.fault({ fault: "fail-command", how: "no-answer" });
    equal((await set(emulator)).body["Success"], true);
    deepEqual(await next(), ["property-post", undefined]);
    // Had there been a reply, it would come before those of the next command.
    await set(emulator);
    deepEqual(await next(), ["property-post", undefined]);
    deepEqual(await next(), ["downlink-reply", 200]);
    equal(emulator.commands.length, 3);
  }));

test("a synchronous service that fails says so in the answer", () =>
  withEmulator(OPTIONS, async (emulator) => {
    emulator.fault({ fault: "fail-command", how: "code", code: 100_005 });
    const { body } = await invoke(emulator, "selfTest");
    equal(body["Code"], "iot.device.InvokeThingServiceFailed");
    match(JSON.stringify(body["ErrorMessage"]), /100005/);
    deepEqual(executed(emulator), []);
  }));

test("a question and a synchronous service time out if the device does not answer", async () => {
  const clock = new ManualClock();
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    emulator.fault({ fault: "fail-command", how: "no-answer", count: 2 });
    const answered: string[] = [];
    const question = ask(emulator, "3000").then(({ body }) => {
      answered.push("question");
      return body;
    });
    const service = invoke(emulator, "selfTest").then(({ body }) => {
      answered.push("service");
      return body;
    });
    await until(() => emulator.commands.length === 2, "both devices have heard");
    await clock.advance(2_999);
    await settled(20);
    deepEqual(answered, []);
    await clock.advance(1);
    const { Code, RrpcCode, Success } = await question;
    deepEqual([Code, RrpcCode, Success], ["iot.messagebroker.TIMEOUT", "TIMEOUT", false]);
    deepEqual(answered, ["question"]);
    await clock.advance(4_999);
    await settled(20);
    deepEqual(answered, ["question"]);
    await clock.advance(1);
    equal((await service)["Code"], "iot.messagebroker.TIMEOUT");
  });
});

test("a reply may come twice, and before the answer to its call", () =>
  hearing({}, async (emulator, next) => {
    emulator.fault({ fault: "odd-reply" });
    await ask(emulator); // has no reply: the fault is not used up
    await set(emulator);
    deepEqual(
      [await next(), await next(), await next()],
      [
        ["property-post", undefined],
        ["downlink-reply", 200],
        ["downlink-reply", 200],
      ],
    );
    emulator.fault({ fault: "odd-reply", how: "early" });
    const order: string[] = [];
    const answer = set(emulator).then(() => order.push("answer"));
    equal((await next())[0], "property-post");
    equal((await next())[0], "downlink-reply");
    order.push("reply");
    await answer;
    deepEqual(order, ["reply", "answer"]);
  }));

test("product errors come with status 400 or in lower case, and other answers do not use that up", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const wrong = () => status(emulator, { ...DEVICE, DeviceName: "meter-99" });
    emulator.fault({ fault: "answer-form", form: "status-400" });
    emulator.fault({ fault: "answer-form", form: "lower-case" });
    equal((await status(emulator)).body["Success"], true);
    deepEqual(codeOf(await wrong()), [400, "iot.device.NotExistedDevice"]);
    const { status: http, body } = await wrong();
    deepEqual(
      [http, Object.keys(body), body["code"]],
      [200, ["requestId", "success", "code", "errorMessage"], "iot.device.NotExistedDevice"],
    );
    deepEqual(codeOf(await wrong()), [200, "iot.device.NotExistedDevice"]);
  }));

test("a message ID comes as a number beyond 2^53, and a service's result as the whole reply", () =>
  withEmulator(OPTIONS, async (emulator) => {
    emulator.fault({ fault: "answer-form", form: "bare-message-id", count: 2 });
    for (const call of [publish, ask]) match((await call(emulator)).text, /"MessageId":\d{19}[,}]/);
    match((await publish(emulator)).text, /"MessageId":"\d{19}"/);
    emulator.fault({ fault: "answer-form", form: "whole-reply" });
    const { body } = await invoke(emulator, "selfTest");
    const { Result: result, MessageId: id } = body["Data"] as JsonObject;
    const reply = JSON.parse(result as string) as JsonObject;
    deepEqual(
      { ...reply, data: Object.keys(reply["data"] as JsonObject) },
      { code: 200, data: ["passed", "durationMs"], id, message: "success", version: "1.0" },
    );
  }));

test("a clock that is off refuses right dates, and tells its own in the answer", async () => {
  const clock = new ManualClock(Date.UTC(2026, 0, 2, 3, 0, 0));
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    emulator.fault({ fault: "clock-off", seconds: 60 });
    const refused = await status(emulator);
    deepEqual(codeOf(refused), [400, "InvalidTimeStamp.Expired"]);
    equal(refused.headers["date"], "Fri, 02 Jan 2026 03:20:00 GMT");
    emulator.fault({ fault: "clock-off", offSeconds: -1_200, seconds: 60 });
    equal((await status(emulator)).headers["date"], "Fri, 02 Jan 2026 02:40:00 GMT");
    await clock.advance(60_000);
    equal((await status(emulator)).body["Success"], true);
    emulator.fault({ fault: "clock-off" });
    equal(emulator.endFaults(), 1);
    equal((await status(emulator)).body["Success"], true);
    emulator.fault({ fault: "clock-off", seconds: 60 });
    equal(emulator.endFaults(), 1);
    equal(clock.timers, 0);
  });
});
