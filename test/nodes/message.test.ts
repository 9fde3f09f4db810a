import { deepEqual, equal, throws } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { replaced } from "../../nodes/lib/environment";
import { whenStarted } from "../../nodes/lib/flows-started";
import { toMessage, toRawMessage } from "../../nodes/lib/message";
import { DecodeError, SettingError } from "../../src/errors";
import type { DeviceMessage } from "../../src/index";

const MESSAGE: DeviceMessage = {
  topic: "/pk/dn/thing/event/alarm/post",
  payload: { value: 1 },
  messageId: "1790000000000000123",
  generateTime: 1_715_000_130_190,
  qos: 0,
  messageType: "event-post",
  device: { productKey: "pk", deviceName: "dn" },
  event: { identifier: "alarm" },
  properties: { topic: "/pk/dn/thing/event/alarm/post" },
};

test("a message carries a delivery in manual mode only, and it survives JSON", () => {
  deepEqual(toMessage({ token: "t1", message: MESSAGE }), MESSAGE);
  const manual = toMessage({ token: "t1", message: MESSAGE }, "n1");
  deepEqual(JSON.parse(JSON.stringify(manual)), {
    ...MESSAGE,
    delivery: { subscriber: "n1", token: "t1" },
  });
});

test("an undecodable message reaches Catch with its bytes", () => {
  const raw = new Uint8Array([0, 83, 255]);
  deepEqual(toRawMessage(new DecodeError("cut off", raw)), { payload: Buffer.from(raw) });
});

test("an environment variable that is not set is told as such, never a host or a secret", () => {
  const settings = { name: "${LABEL}", host: "h", port: "5671", topicFilters: ["/a/${b}/+"] };
  equal(replaced(settings), settings);
  const missing = (setting: string) => (error: unknown) =>
    error instanceof SettingError &&
    error.code === "ENV_MISSING" &&
    error.details["setting"] === setting;
  throws(() => replaced({ ...settings, host: "${HOST}" }), missing("host"));
  throws(() => replaced({ accessKeySecret: "$(SECRET)" }), missing("accessKeySecret"));
  throws(() => replaced({ topicFilters: ["${FILTER}"] }), missing("topicFilters"));
});

test("actions wait for the start of the flows, run once, and can be cancelled", () => {
  const events = new EventEmitter();
  const onceStarted = whenStarted(events);
  let ran: readonly string[] = [];
  const run = (name: string) => () => {
    ran = [...ran, name];
  };
  onceStarted(run("first"));
  onceStarted(run("cancelled"))();
  deepEqual(ran, []);
  events.emit("flows:started");
  events.emit("flows:started");
  deepEqual(ran, ["first"]);
  for (let node = 0; node < 20; node += 1) onceStarted(run("later"));
  equal(events.listenerCount("flows:started"), 1);
});
