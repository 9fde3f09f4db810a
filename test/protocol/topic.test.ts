import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MESSAGE_TYPES, parseTopic, TOPIC_TABLE } from "../../src/protocol/topic";
import type { MessageType, Topic } from "../../src/protocol/topic";

const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-07" };

const DEVICE_TOPICS: readonly (readonly [string, MessageType, identifier?: string])[] = [
  ["/as/mqtt/status/k1demoPk01/meter-07", "device-status"],
  ["/k1demoPk01/meter-07/thing/event/property/post", "property-post"],
  ["/k1demoPk01/meter-07/thing/event/overheat/post", "event-post", "overheat"],
  ["/k1demoPk01/meter-07/thing/event/pump:overheat/post", "event-post", "pump:overheat"],
  ["/k1demoPk01/meter-07/thing/property/batch/post", "property-batch-post"],
  ["/k1demoPk01/meter-07/thing/event/batch/post", "event-batch-post"],
  ["/k1demoPk01/meter-07/thing/event/property/history/post", "property-history-post"],
  ["/k1demoPk01/meter-07/thing/event/overheat/history/post", "event-history-post", "overheat"],
  ["/k1demoPk01/meter-07/thing/downlink/reply/message", "downlink-reply"],
  ["/k1demoPk01/meter-07/thing/lifecycle", "device-lifecycle"],
  ["/k1demoPk01/meter-07/thing/topo/lifecycle", "topology-lifecycle"],
  ["/k1demoPk01/meter-07/thing/list/found", "sub-device-found"],
  ["/k1demoPk01/meter-07/ota/upgrade", "ota-upgrade"],
  ["/k1demoPk01/meter-07/ota/progress/post", "ota-progress"],
  ["/k1demoPk01/meter-07/ota/version/post", "ota-version"],
  ["/k1demoPk01/meter-07/thing/deviceinfo/update", "device-tag-update"],
  ["/k1demoPk01/meter-07/user/update", "custom"],
  ["/k1demoPk01/meter-07/user/thing/event/property/post", "custom"],
  ["/k1demoPk01/meter-07/user/ota/job/status", "custom"],
];

for (const [topic, messageType, identifier] of DEVICE_TOPICS) {
  test(`${topic} is of type ${messageType} and names its device`, () => {
    const event = identifier === undefined ? {} : { event: { identifier } };
    deepEqual(parseTopic(topic), { messageType, device: DEVICE, ...event } satisfies Topic);
  });
}

test("an OTA job's topic names no device, for its second level is a package", () => {
  deepEqual(parseTopic("/k1demoPk01/pkg-demo/job-demo/ota/job/status"), {
    messageType: "ota-job-status",
  });
});

const UNKNOWN_TOPICS = [
  "",
  "/",
  "k1demoPk01/meter-07/thing/event/property/post",
  "/sys/k1demoPk01/meter-07/thing/event/property/post",
  "/k1demoPk01/meter-07/thing/event/property/post/",
  "/k1demoPk01/meter-07/thing/event//post",
  "/k1demoPk01//thing/event/property/post",
  "//meter-07/user/update",
  "/as/mqtt/status/k1demoPk01/",
  "/k1demoPk01/meter-07/user",
  "/k1demoPk01/meter-07/thing/event/a/b/post",
  "/k1demoPk01/meter-07/edge/driver/7/point_post",
  "/K1demoPk01/meter-07/THING/lifecycle",
];

for (const topic of UNKNOWN_TOPICS) {
  test(`${JSON.stringify(topic)} is of type unknown, with neither device nor event`, () => {
    deepEqual(parseTopic(topic), { messageType: "unknown" });
  });
}

test("every message type but unknown has a row, and each row's own topic is of its type", () => {
  const missing = MESSAGE_TYPES.filter(
    (type) => type !== "unknown" && !TOPIC_TABLE.some((row) => row.messageType === type),
  );
  deepEqual(missing, []);
  for (const { messageType, pattern } of TOPIC_TABLE) {
    const topic = pattern.replace(/\{(\w+)\}/g, "x-$1").replace("#", "anything/below");
    equal(parseTopic(topic).messageType, messageType, pattern);
  }
});

test("product keys, device names and event identifiers come out as they went in", () => {
  const level = fc.string({ minLength: 1 }).filter((text) => !text.includes("/"));
  const event = level.filter((text) => text !== "property" && text !== "batch");
  fc.assert(
    fc.property(level, level, event, (productKey, deviceName, identifier) => {
      deepEqual(parseTopic(`/${productKey}/${deviceName}/thing/event/${identifier}/post`), {
        messageType: "event-post",
        device: { productKey, deviceName },
        event: { identifier },
      });
    }),
  );
});

test("any text at all has a message type", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (topic) => {
      ok(MESSAGE_TYPES.includes(parseTopic(topic).messageType));
    }),
  );
});
