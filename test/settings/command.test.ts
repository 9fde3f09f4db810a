import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { isIotAmqpError, RequestError, SettingError } from "../../src/errors/error";
import { COMMAND_DEFAULTS, resolveCommand } from "../../src/settings/command";
import { commandFrom, MAX_CONTENT_BYTES } from "../../src/settings/command-values";
import { checkTyped } from "../../src/settings/typed-value";
import { english } from "../support/english";
import type { IotAmqpError } from "../../src/errors/error";
import type { CommandField } from "../../src/settings/command";
import type { CommandValues } from "../../src/settings/command-values";
import type { Stored } from "../../src/settings/read";

const device = { productKey: "a1B2", deviceName: "meter-07" };

function thrown(action: () => unknown): IotAmqpError {
  try {
    action();
  } catch (error) {
    ok(isIotAmqpError(error), String(error));
    return error;
  }
  throw new Error("nothing was refused");
}

function command(stored: Stored, values: CommandValues) {
  return commandFrom(resolveCommand(stored), { device, ...values });
}

function wrong(stored: Stored, values: CommandValues): RequestError {
  const error = thrown(() => command(stored, values));
  ok(error instanceof RequestError, String(error));
  return error;
}

test("a command node left at its defaults sets properties from msg.payload of msg.device", () => {
  deepEqual(resolveCommand({}), {
    action: "set-properties",
    device: { type: "msg", value: "device" },
    identifier: { type: "str", value: "" },
    topic: { type: "str", value: "" },
    data: { type: "msg", value: "payload" },
    qos: 0,
    timeoutMs: 10_000,
    waitForReplyMs: 0,
  });
  deepEqual(resolveCommand(COMMAND_DEFAULTS), resolveCommand({}));
});

test("a request waits 8 s by default, and longer is refused, as the platform does", () => {
  equal(resolveCommand({ action: "request" }).timeoutMs, 8_000);
  const error = thrown(() => resolveCommand({ action: "request", timeout: 10 }));
  deepEqual([error.code, error.details["setting"]], ["SETTING_INVALID", "timeout"]);
  ok(english(error).includes("1 to 8"), english(error));
});

test("only what a device answers through the subscription waits for a reply", () => {
  const waiting = (action: string) => resolveCommand({ action, waitForReply: 5 }).waitForReplyMs;
  deepEqual(
    ["set-properties", "invoke-service", "publish", "request", "get-status"].map(waiting),
    [5_000, 5_000, 0, 0, 0],
  );
});

test("numbers may be text, as an environment variable gives them", () => {
  const { qos, timeoutMs } = resolveCommand({ qos: "1", timeout: "20" });
  deepEqual([qos, timeoutMs], [1, 20_000]);
});

test("each wrong setting is named", () => {
  for (const [setting, value] of [
    ["action", "reboot"],
    ["deviceType", "json"],
    ["topicType", "jsonata"],
    ["dataType", "bin"],
    ["qos", 2],
    ["timeout", 0],
    ["waitForReply", 601],
  ] as const) {
    const error = thrown(() => resolveCommand({ [setting]: value }));
    ok(error instanceof SettingError);
    equal(error.details["setting"], setting);
  }
});

test("a device is an object as the subscriber sends it, or text", () => {
  const data = { switch: 1 };
  for (const given of [device, { ...device, iotId: "x" }, "a1B2/meter-07", " /a1B2/meter-07 "]) {
    deepEqual(command({}, { device: given, data }).device, device);
  }
  for (const given of [
    undefined,
    "",
    "meter-07",
    { deviceName: "meter-07" },
    7,
    ["a", "b"],
    "a/b/c",
  ]) {
    const error = wrong({}, { device: given, data });
    deepEqual([error.code, error.details["setting"]], ["INPUT_INVALID", "device"]);
    ok(english(error).includes("msg.device"), english(error));
  }
});

test("an object becomes JSON, and JSON text stays as it is: 25.0 is not 25", () => {
  const data = (value: unknown) => {
    const made = command({}, { data: value });
    return "data" in made ? made.data : undefined;
  };
  equal(data({ switch: 1, target: 25.5 }), '{"switch":1,"target":25.5}');
  equal(
    data(' {"target": 25.0, "id": 1724442618569203714} '),
    '{"target": 25.0, "id": 1724442618569203714}',
  );
  equal(data(Buffer.from('{"target":25.0}')), '{"target":25.0}');
});

test("data that is no JSON object, or that JSON would change, is refused", () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  for (const data of [
    undefined,
    "on",
    "[1]",
    1,
    true,
    [1],
    { a: NaN },
    { a: 1n },
    circular,
    () => 1,
    Buffer.from('{"mode":"\xce\xc2\xb6\xc8"}', "latin1"), // GBK: as UTF-8 it would be mangled
  ]) {
    equal(wrong({}, { data }).details["setting"], "data");
  }
});

test("a service without arguments needs no data, and needs an identifier", () => {
  const stored = { action: "invoke-service" };
  deepEqual(command(stored, { identifier: "reboot" }), {
    action: "invoke-service",
    device,
    identifier: "reboot",
    data: "{}",
    qos: 0,
  });
  equal(wrong(stored, {}).details["setting"], "identifier");
  equal(wrong(stored, { identifier: "re boot" }).details["setting"], "identifier");
  equal(wrong(stored, { identifier: "reboot", data: 5 }).details["setting"], "data");
});

test("a topic is a short name of the device's, or whole: then it names the device", () => {
  const publish = (topic: unknown, values: CommandValues = {}) =>
    command({ action: "publish" }, { topic, data: "x", ...values });
  const whole = "/a1B2/meter-08/user/get";
  deepEqual(publish("user/get"), {
    action: "publish",
    device,
    topic: "/a1B2/meter-07/user/get",
    content: Buffer.from("x"),
    qos: 0,
  });
  const other = publish(whole, { device: undefined });
  deepEqual([other.device.deviceName, "topic" in other && other.topic], ["meter-08", whole]);
  equal(publish("/broadcast/a1B2/all", { device: undefined }).device.productKey, "a1B2");
  for (const topic of ["", undefined, "user/+", "user/#", "a b", "/", "/a1B2", 5]) {
    equal(wrong({ action: "publish" }, { topic, data: "x" }).details["setting"], "topic");
  }
});

test("content is text, bytes, or what becomes JSON; never empty, at most 256 KB", () => {
  const content = (data: unknown) => {
    const made = command({ action: "request" }, { data });
    return "content" in made ? made.content : undefined;
  };
  deepEqual(content("℃"), Buffer.from("℃"));
  deepEqual(content(Buffer.of(0xff)), Buffer.of(0xff));
  deepEqual(content({ a: 1 }), Buffer.from('{"a":1}'));
  deepEqual(content(5), Buffer.from("5"));
  equal(content(Buffer.alloc(MAX_CONTENT_BYTES))?.length, MAX_CONTENT_BYTES);
  for (const data of ["", undefined, Buffer.alloc(0), null]) {
    equal(wrong({ action: "request" }, { data }).code, "INPUT_INVALID");
  }
  const large = wrong({ action: "request" }, { data: Buffer.alloc(MAX_CONTENT_BYTES + 1) });
  deepEqual([large.code, large.details["size"]], ["INPUT_TOO_LARGE", MAX_CONTENT_BYTES + 1]);
});

test("a request may go to the system topic or to a custom one", () => {
  const request = command({ action: "request" }, { data: "x" });
  equal("topic" in request && request.topic, undefined);
  const custom = command({ action: "request" }, { data: "x", topic: "user/ask" });
  equal("topic" in custom && custom.topic, "/a1B2/meter-07/user/ask");
});

test("an error says where the value came from, in the words of the form", () => {
  const fromForm = { deviceType: "str", device: "meter" };
  ok(english(wrong(fromForm, { device: "meter", data: {} })).includes("taken from the form"));
  const fromFlow = { dataType: "flow", data: "target" };
  ok(english(wrong(fromFlow, { data: 5 })).includes("flow.target"));
});

test("what is typed into a form is checked by the rules of what comes with a message", () => {
  const check = (stored: Stored, field: CommandField) => {
    checkTyped(resolveCommand(stored), field);
  };
  const typed = (field: CommandField, value: string, more: Stored = {}): Stored => ({
    [`${field}Type`]: "str",
    [field]: value,
    ...more,
  });
  const publish = { action: "publish" };
  const json = { dataType: "json" };
  for (const [field, stored] of [
    ["device", typed("device", "a1B2/meter-07")],
    ["device", {}],
    ["identifier", typed("identifier", "pump:start")],
    ["topic", typed("topic", "user/get")],
    ["topic", typed("topic", "", { action: "request" })],
    ["data", typed("data", '{"target": 25.0}')],
    ["data", typed("data", "", { action: "invoke-service" })],
    ["data", typed("data", "on", publish)],
    ["data", typed("data", "${any}", publish)],
    ["device", { topicType: "str", topic: "left/${behind}" }],
    ["data", typed("data", "[1]", { ...publish, ...json })],
  ] as const) {
    check(stored, field);
  }
  for (const [field, stored, code] of [
    ["device", typed("device", "meter-07"), "SETTING_INVALID"],
    ["device", typed("device", "a1B2/${SITE}-07"), "ENV_PARTIAL"],
    ["device", { device: "" }, "SETTING_MISSING"],
    ["identifier", typed("identifier", ""), "SETTING_MISSING"],
    ["identifier", typed("identifier", "start now"), "SETTING_INVALID"],
    ["topic", typed("topic", "", publish), "SETTING_MISSING"],
    ["topic", typed("topic", "user/#", publish), "SETTING_INVALID"],
    ["topic", typed("topic", "user/${SITE}", publish), "ENV_PARTIAL"],
    ["topic", typed("topic", "user/{site}", publish), "SETTING_INVALID"],
    ["topic", typed("topic", "/a1B2", publish), "SETTING_INVALID"],
    ["data", typed("data", "on"), "SETTING_INVALID"],
    ["data", typed("data", ""), "SETTING_MISSING"],
    ["data", typed("data", "on", { ...publish, ...json }), "SETTING_INVALID"],
  ] as const) {
    const error = thrown(() => {
      check(stored, field);
    });
    deepEqual([error.code, error.details["setting"]], [code, field]);
  }
});
