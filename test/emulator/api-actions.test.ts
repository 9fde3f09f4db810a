import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { isJsonObject } from "../../src/protocol/json";
import { parseThingModel } from "../../src/protocol/thing-model";
import { ApiCaller } from "../support/emulator/api-caller";
import { Inbox, withSubscription } from "../support/emulator/with-subscription";
import { ManualClock } from "../support/time/manual-clock";
import { misfits } from "../support/messages/payload-check";
import { until } from "../support/time/until";
import { withEmulator } from "../support/emulator/with-emulator";
import type { Emulator } from "../../src/emulator/emulator";
import type { Json, JsonObject } from "../../src/protocol/json";

const PK = "k1demoPk01";
const DEVICE = { ProductKey: PK, DeviceName: "meter-01" };
const OPTIONS = { httpPort: 0, devices: 2, rate: 0 };
const GET_TOPIC = `/${PK}/meter-01/user/get`;

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A value inside of objects. */
function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (inner, name) => (isJsonObject(inner) ? inner[name] : undefined),
    value,
  );
}

/** A text inside of objects; empty if there is none. */
function textAt(value: Json | undefined, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === "string" ? found : "";
}

/** Calls an action and returns the body of its answer. */
async function call(emulator: Emulator, action: string, query: Readonly<Record<string, string>>) {
  return (await new ApiCaller(emulator).call(action, query)).body;
}

const set = (
  emulator: Emulator,
  items: string,
  device: Readonly<Record<string, string>> = DEVICE,
) => call(emulator, "SetDeviceProperty", { ...device, Items: items });

/** Runs a test with the messages that devices send after they came online. */
async function withMessages(
  work: (
    emulator: Emulator,
    next: () => Promise<{ type: string; payload: JsonObject }>,
  ) => Promise<void>,
): Promise<void> {
  await withEmulator(OPTIONS, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      const next = async () => {
        const { message } = await inbox.next();
        deepEqual(misfits(message.messageType, message.payload), []);
        return { type: message.messageType, payload: message.payload as JsonObject };
      };
      equal((await next()).type, "device-status");
      equal((await next()).type, "device-status");
      await work(emulator, next);
    }),
  );
}

test("a device sets its properties, reports them, and replies with the message ID of the call", () =>
  withMessages(async (emulator, next) => {
    const answer = await set(emulator, '{"switch":0,"target":25.0}');
    const messageId = at(answer, "Data", "MessageId");
    match(JSON.stringify(messageId), /^"\d{1,10}"$/);
    const report = await next();
    equal(report.type, "property-post");
    deepEqual(
      ["switch", "target"].map((name) => at(report.payload, "items", name, "value")),
      [0, 25],
    );
    const power = Number(at(report.payload, "items", "power", "value"));
    equal(power < 100, true, `the pump is off and takes ${power} W`);
    const { type, payload } = await next();
    equal(type, "downlink-reply");
    const { requestId, code, message, deviceName, topic, data } = payload;
    deepEqual(
      { requestId, code, message, deviceName, topic, data },
      {
        requestId: messageId,
        code: 200,
        message: "success",
        deviceName: "meter-01",
        topic: `/sys/${PK}/meter-01/thing/service/property/set_reply`,
        data: {},
      },
    );
    const [done] = emulator.commands;
    deepEqual(
      [done?.action, done?.deviceName, done?.messageId, done?.requestId, done?.content],
      ["SetDeviceProperty", "meter-01", messageId, answer["RequestId"], { switch: 0, target: 25 }],
    );
  }));

test("a synchronous service has its result in the answer, an asynchronous one in a reply", () =>
  withMessages(async (emulator, next) => {
    const invoke = (Identifier: string, Args: string) =>
      call(emulator, "InvokeThingService", { ...DEVICE, Identifier, Args });
    const before = await invoke("selfTest", "{}");
    match(textAt(before, "Data", "Result"), /^\{"passed":1,"durationMs":\d{3}\}$/);
    const opened = await invoke("openValve", '{"seconds":10}');
    equal(at(opened, "Data", "Result"), undefined);
    equal((await next()).type, "property-post", "nothing came of the self test");
    const { payload } = await next();
    deepEqual(
      [payload["requestId"], payload["code"], payload["topic"]],
      [at(opened, "Data", "MessageId"), 200, `/sys/${PK}/meter-01/thing/service/openValve_reply`],
    );
    equal(typeof at(payload, "data", "level"), "number");
  }));

test("what is published on user/get, a device answers on user/update", () =>
  withMessages(async (emulator, next) => {
    const publish = (topic: string, content: string) =>
      call(emulator, "Pub", {
        ProductKey: PK,
        TopicFullName: topic,
        MessageContent: base64(content),
      });
    const quiet = await publish(`/${PK}/meter-01/user/other`, "x");
    const published = await publish(GET_TOPIC, '{"t":21}');
    for (const { MessageId } of [quiet, published]) match(JSON.stringify(MessageId), /^"\d{19}"$/);
    const { type, payload } = await next();
    equal(type, "custom");
    deepEqual(payload["request"], { t: 21 });
    equal(typeof at(payload, "properties", "temperature"), "number");
    deepEqual(
      emulator.commands.map(({ content }) => content),
      ["x", '{"t":21}'],
    );
  }));

test("a question is answered with itself and the device's properties, on either topic", () =>
  withEmulator(OPTIONS, async (emulator) => {
    for (const topic of [{}, { Topic: GET_TOPIC }]) {
      const query = { ...DEVICE, Timeout: "5000", ...topic };
      const form = { RequestBase64Byte: base64("are you there?") };
      const { body } = await new ApiCaller(emulator).call("RRpc", query, { form });
      deepEqual([body["Success"], body["RrpcCode"]], [true, "SUCCESS"]);
      match(JSON.stringify(body["MessageId"]), /^"\d{19}"$/);
      const answer = Buffer.from(textAt(body, "PayloadBase64Byte"), "base64").toString();
      match(answer, /^\{"request":"are you there\?","properties":\{"temperature":/);
    }
  }));

test("status and last reported values are told, by name and by IotId", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const status = await call(emulator, "GetDeviceStatus", { IotId: "Xq3demo0002" });
    equal(at(status, "Data", "Status"), "ONLINE");
    equal(typeof at(status, "Data", "Timestamp"), "number");
    const values = async () => {
      const body = await call(emulator, "QueryDevicePropertyStatus", DEVICE);
      return at(body, "Data", "List", "PropertyStatusInfo") as readonly JsonObject[];
    };
    deepEqual(
      (await values()).find(({ Identifier }) => Identifier === "target"),
      {
        Identifier: "target",
        Name: "Target temperature",
        DataType: "double",
        Unit: "°C",
      },
    );
    await withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      await set(emulator, '{"target":18.5}');
      for (let type = ""; type !== "property-post";)
        type = (await inbox.next()).message.messageType;
    });
    const target = (await values()).find(({ Identifier }) => Identifier === "target");
    match(textAt(target, "Time"), /^\d{13}$/);
    equal(target?.["Value"], "18.5");
  }));

test("the published thing model has what can be set and called, and every reported property", () =>
  withEmulator(OPTIONS, async (emulator) => {
    const body = await call(emulator, "QueryThingModelPublished", { ProductKey: PK });
    equal(body["ProductKey"], PK);
    const model = parseThingModel(textAt(body, "Data", "ThingModelJson"));
    const writable = model?.properties.filter(({ rwFlag }) => rwFlag === "READ_WRITE");
    deepEqual(
      writable?.map(({ identifier, dataType }) => [identifier, dataType]),
      [
        ["switch", "BOOL"],
        ["target", "DOUBLE"],
      ],
    );
    deepEqual(
      model?.services.map(({ identifier, callType }) => [identifier, callType]),
      [
        ["selfTest", "SYNC"],
        ["openValve", "ASYNC"],
      ],
    );
    const asked = { ...DEVICE, Timeout: "5000", RequestBase64Byte: "" };
    const form = { RequestBase64Byte: base64("?") };
    const { body: answer } = await new ApiCaller(emulator).call("RRpc", asked, { form });
    const payload = Buffer.from(textAt(answer, "PayloadBase64Byte"), "base64").toString();
    const { properties } = JSON.parse(payload) as { properties: JsonObject };
    deepEqual(
      new Set(Object.keys(properties)),
      new Set(model.properties.map(({ identifier }) => identifier)),
    );
  }));

const SET = { ...DEVICE, Items: '{"switch":1}' };
const SERVICE = { ...DEVICE, Identifier: "openValve", Args: '{"seconds":5}' };
const PUB = { ProductKey: PK, TopicFullName: GET_TOPIC, MessageContent: "eA==" };
const RRPC = { ...DEVICE, Timeout: "1000", RequestBase64Byte: "eA==" };

const REFUSED: readonly [string, Readonly<Record<string, string>>, string][] = [
  ["GetDeviceStatus", {}, "iot.prod.NullProductKey"],
  ["GetDeviceStatus", { ...DEVICE, ProductKey: "k1other" }, "iot.prod.NotExistedProduct"],
  ["GetDeviceStatus", { ProductKey: PK }, "iot.device.NullDeviceName"],
  ["GetDeviceStatus", { ...DEVICE, DeviceName: "meter-99" }, "iot.device.NotExistedDevice"],
  ["GetDeviceStatus", { ...DEVICE, IotId: "nobody" }, "iot.device.InvalidIoTId"],
  ["GetDeviceStatus", { ...DEVICE, IotInstanceId: "iot-other" }, "iot.Sre.IotInstanceNotFound"],
  ["SetDeviceProperty", DEVICE, "MissingItems"],
  [
    "SetDeviceProperty",
    { ...SET, Items: "{" },
    "iot.device.InvalidFormattedDevicePropertiesString",
  ],
  [
    "SetDeviceProperty",
    { ...SET, Items: "[1]" },
    "iot.device.InvalidFormattedDevicePropertiesString",
  ],
  ["SetDeviceProperty", { ...SET, Items: "{}" }, "iot.device.NoneDeviceProperties"],
  ["SetDeviceProperty", { ...SET, Items: '{"power":1}' }, "iot.device.CanNotSetReadOnlyProperty"],
  ["SetDeviceProperty", { ...SET, Items: '{"speed":1}' }, "iot.device.SetDevicePropertyFailed"],
  ["SetDeviceProperty", { ...SET, Items: '{"switch":true}' }, "iot.device.SetDevicePropertyFailed"],
  ["SetDeviceProperty", { ...SET, Items: '{"switch":2}' }, "iot.device.SetDevicePropertyFailed"],
  ["SetDeviceProperty", { ...SET, Items: '{"target":36.0}' }, "iot.device.SetDevicePropertyFailed"],
  ["SetDeviceProperty", { ...SET, Items: '{"target":"25"}' }, "iot.device.SetDevicePropertyFailed"],
  ["SetDeviceProperty", { ...SET, Qos: "2" }, "iot.common.InvalidFormattedParameter"],
  ["InvokeThingService", { ...SERVICE, Identifier: "" }, "MissingIdentifier"],
  ["InvokeThingService", { ...DEVICE, Identifier: "openValve" }, "MissingArgs"],
  [
    "InvokeThingService",
    { ...SERVICE, Identifier: "dance" },
    "iot.device.InvokeThingServiceFailed",
  ],
  ["InvokeThingService", { ...SERVICE, Args: "no" }, "iot.device.InvokeThingServiceFailed"],
  ["InvokeThingService", { ...SERVICE, Args: "{}" }, "iot.device.InvokeThingServiceFailed"],
  [
    "InvokeThingService",
    { ...SERVICE, Args: '{"seconds":5.5}' },
    "iot.device.InvokeThingServiceFailed",
  ],
  [
    "InvokeThingService",
    { ...SERVICE, Args: '{"seconds":5,"x":1}' },
    "iot.device.InvokeThingServiceFailed",
  ],
  ["Pub", { ...PUB, MessageContent: "" }, "MissingMessageContent"],
  ["Pub", { ...PUB, MessageContent: "***" }, "iot.messagebroker.MessageContentIsNotBase64Encode"],
  [
    "Pub",
    { ...PUB, TopicFullName: `/${PK}/meter-01/thing/x` },
    "iot.messagebroker.InvalidFormattedTopicName",
  ],
  [
    "Pub",
    { ...PUB, TopicFullName: `/${PK}/meter-01/user/#` },
    "iot.messagebroker.InvalidFormattedTopicName",
  ],
  [
    "Pub",
    { ...PUB, TopicFullName: `/other/meter-01/user/get` },
    "iot.messagebroker.InvalidFormattedTopicName",
  ],
  ["Pub", { ...PUB, TopicFullName: `/${PK}/meter-99/user/get` }, "iot.device.NotExistedDevice"],
  ["RRpc", { ...DEVICE, RequestBase64Byte: "eA==" }, "MissingTimeout"],
  ["RRpc", { ...RRPC, Timeout: "soon" }, "InvalidTimeout"],
  ["RRpc", { ...RRPC, Timeout: "999" }, "iot.messagebroker.InvalidTimeoutValue"],
  ["RRpc", { ...RRPC, Timeout: "8001" }, "iot.messagebroker.InvalidTimeoutValue"],
  ["RRpc", { ...RRPC, Topic: "user/get" }, "iot.messagebroker.InvalidFormattedTopicName"],
  [
    "RRpc",
    { ...RRPC, RequestBase64Byte: "*" },
    "iot.messagebroker.MessageContentIsNotBase64Encode",
  ],
  ["QueryThingModelPublished", { ProductKey: "k1other" }, "iot.prod.NotExistedProduct"],
];

test("each wrong parameter is refused with its code, in the product's form, and nothing is done", () =>
  withEmulator(OPTIONS, async (emulator) => {
    for (const [action, query, code] of REFUSED) {
      const { status, body } = await new ApiCaller(emulator).call(action, query);
      const isProduct = code.startsWith("iot.");
      deepEqual(
        [body["Code"], status, body["Success"]],
        [code, isProduct ? 200 : 400, isProduct ? false : undefined],
        `${action} ${JSON.stringify(query)}`,
      );
    }
    deepEqual(emulator.commands, []);
  }));

test("an instance with an ID must be named: without one, it says that there is no such product", () =>
  withEmulator({ ...OPTIONS, iotInstanceId: "iot-060demo" }, async (emulator) => {
    const ask = (instance: Readonly<Record<string, string>>) =>
      call(emulator, "GetDeviceStatus", { ...DEVICE, ...instance });
    equal((await ask({}))["Code"], "iot.prod.NotExistedProduct");
    equal((await ask({ IotInstanceId: "iot-other" }))["Code"], "iot.Sre.IotInstanceNotFound");
    equal((await ask({ IotInstanceId: "iot-060demo" }))["Success"], true);
  }));

test("a number without its decimal point is taken, and the log warns of it", async () => {
  const lines: string[] = [];
  await withEmulator({ ...OPTIONS, log: (line) => lines.push(line) }, async (emulator) => {
    for (const items of ['{"target":25.0}', '{"target" : 25e0}', '{"switch":1}']) {
      equal((await set(emulator, items))["Success"], true);
    }
    deepEqual(
      lines.filter((line) => line.includes("decimal")),
      [],
    );
    equal((await set(emulator, '{"switch":0,\n "target": 25 }'))["Success"], true);
    deepEqual(
      lines.filter((line) => line.includes("decimal")),
      [
        "API: SetDeviceProperty: target is a number without a decimal point: the platform wants 10.0",
      ],
    );
  });
});

test("no answer is late, and no timer is left, when the emulator stops amid calls", async () => {
  const clock = new ManualClock();
  await withEmulator({ ...OPTIONS, clock }, async (emulator) => {
    await set(emulator, '{"switch":0}');
    const service = { ...DEVICE, Identifier: "selfTest", Args: "{}" };
    const waiting = new ApiCaller(emulator).call("InvokeThingService", service);
    const ended = waiting.then(
      () => "answered",
      () => "cut",
    );
    await until(() => emulator.commands.length === 2, "the device does its self test");
    await emulator.stop();
    equal(await ended, "cut");
    equal(clock.timers, 0);
  });
});
