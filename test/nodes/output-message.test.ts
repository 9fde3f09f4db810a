import { deepEqual, match, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { toMessage, toRawMessage } from "../../nodes/subscribe/output-message";
import { DecodeError } from "../../src/errors/error";
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
