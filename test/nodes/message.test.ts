import { deepEqual, equal, match, notEqual, throws } from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { replaced } from "../../nodes/shared/environment";
import { followFlows } from "../../nodes/subscribe/flows";
import { toMessage, toRawMessage } from "../../nodes/subscribe/message";
import { DecodeError, SettingError } from "../../src/errors/error";
import type { DeviceMessage } from "../../src/protocol/message";

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
  const { _msgid, ...auto } = toMessage({ token: "t1", message: MESSAGE });
  deepEqual(auto, MESSAGE);
  const manual = toMessage({ token: "t1", message: MESSAGE }, "n1");
  const delivery = { subscriber: "n1", token: "t1" };
  deepEqual(JSON.parse(JSON.stringify(manual)), { ...MESSAGE, _msgid: manual._msgid, delivery });
  match(_msgid ?? "", /^[0-9a-f]{16}$/);
  notEqual(manual._msgid, _msgid);
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

test("a node hears of each stop and start of the flows until it is closed, with one listener for all", () => {
  const events = new EventEmitter();
  const follow = followFlows(events);
  const heard: string[] = [];
  const follower = (name: string) => ({
    started: () => heard.push(`${name} started`),
    stopping: () => heard.push(`${name} stopping`),
  });
  const unfollow = follow(follower("first"));
  follow(follower("closed"))();
  deepEqual(heard, []);
  for (const event of ["flows:started", "flows:stopping", "flows:started"]) events.emit(event);
  deepEqual(heard, ["first started", "first stopping", "first started"]);
  unfollow();
  for (let node = 0; node < 20; node += 1) follow(follower("later"));
  for (const event of ["flows:started", "flows:stopping"]) equal(events.listenerCount(event), 1);
});
