import { equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { consumerGroup } from "../../src/subscription/consumer-group";

const name = { host: "h", port: 5671, iotInstanceId: "iot-1", consumerGroupId: "g" };

test("all subscriptions of a process to one consumer group share its limiter and duplicates", () => {
  equal(consumerGroup({ ...name }), consumerGroup({ ...name }));
});

for (const [what, other] of [
  ["host", { host: "i" }],
  ["port", { port: 5672 }],
  ["instance", { iotInstanceId: "iot-2" }],
  ["consumer group ID", { consumerGroupId: "g2" }],
] as const) {
  test(`a consumer group of another ${what} is another one`, () => {
    notEqual(consumerGroup({ ...name, ...other }), consumerGroup(name));
  });
}
