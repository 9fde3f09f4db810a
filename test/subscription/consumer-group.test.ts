import { equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { consumerGroup } from "../../src/subscription/consumer-group";

const instance = { host: "h", port: 5671, iotInstanceId: "iot-1" };

test("all subscriptions of a process to one consumer group share its limiter and duplicates", () => {
  equal(consumerGroup({ ...instance }, "g"), consumerGroup({ ...instance }, "g"));
});

for (const [what, other] of [
  ["host", { host: "i" }],
  ["port", { port: 5672 }],
  ["instance", { iotInstanceId: "iot-2" }],
] as const) {
  test(`a consumer group of another ${what} is another one`, () => {
    notEqual(consumerGroup({ ...instance, ...other }, "g"), consumerGroup(instance, "g"));
  });
}

test("a consumer group of another consumer group ID is another one", () => {
  notEqual(consumerGroup(instance, "g2"), consumerGroup(instance, "g"));
});
