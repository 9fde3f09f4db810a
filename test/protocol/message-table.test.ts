import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { temperatureOf } from "../../scripts/message-types-example";
import { MESSAGE_TABLE } from "../../src/protocol/message-table";
import { MESSAGE_TYPES, TOPIC_TABLE } from "../../src/protocol/topic";
import type { Device, MessageType } from "../../src/protocol/topic";
import type { DeviceMessage } from "../../src/protocol/message";
import type {
  MessageOf,
  OtaUpgrade,
  PlatformMessage,
  PropertyPost,
} from "../../src/protocol/message-table";
import type { Json } from "../../src/protocol/json";

type IsAny<A> = 0 extends 1 & A ? true : false;
/** Whether each of two types may stand for the other, and neither is `any`. */
type Same<A, B> = true extends IsAny<A> | IsAny<B>
  ? false
  : [A] extends [B]
    ? [B] extends [A]
      ? true
      : false
    : false;

interface Refused {
  readonly value: Json;
  readonly time: number;
  readonly code: number;
  readonly message: string;
}

test("the table has every message type, and every type but unknown has its topic", () => {
  deepEqual(Object.keys(MESSAGE_TABLE).sort(), [...MESSAGE_TYPES].sort());
  const withTopic = new Set<MessageType>(TOPIC_TABLE.map(({ messageType }) => messageType));
  deepEqual(withTopic, new Set(MESSAGE_TYPES.filter((type) => type !== "unknown")));
});

test("the type of a payload is made from the table, optional fields apart", () => {
  const items: Same<
    PropertyPost["items"],
    Readonly<Record<string, { readonly value: Json; readonly time: number }>>
  > = true;
  const refused: Same<
    NonNullable<PropertyPost["checkFailedData"]>,
    Readonly<Record<string, Refused>>
  > = true;
  const optional: Same<
    { [K in keyof PropertyPost as undefined extends PropertyPost[K] ? K : never]: 1 },
    { readonly requestId?: 1; readonly checkFailedData?: 1 }
  > = true;
  const open: Same<OtaUpgrade["status"], string> = true;
  const closed: Same<
    MessageOf<"device-lifecycle">["payload"]["action"],
    "create" | "delete" | "enable" | "disable"
  > = true;
  deepEqual([items, refused, optional, open, closed], Array(5).fill(true));
});

test("the type of a message knows what its topic names", () => {
  const device: Same<MessageOf<"event-post">["device"], Device> = true;
  const event: Same<MessageOf<"event-post">["event"], { readonly identifier: string }> = true;
  const noEvent: Same<MessageOf<"property-post">["event"], undefined> = true;
  const noDevice: Same<MessageOf<"ota-job-status">["device"], undefined> = true;
  const unread: Same<MessageOf<"unknown">["device"], undefined> = true;
  const bytes: Same<MessageOf<"custom">["payload"], DeviceMessage["payload"]> = true;
  deepEqual([device, event, noEvent, noDevice, unread, bytes], Array(6).fill(true));
});

test("a function that asks for the message type gets at the values without a cast", () => {
  const received = {
    topic: "/k1demoPk01/meter-07/thing/event/property/post",
    messageId: "1715000130190000001",
    generateTime: 1_715_000_130_190,
    qos: 0,
    device: { productKey: "k1demoPk01", deviceName: "meter-07" },
    properties: {},
  } as const;
  const post: PlatformMessage = {
    ...received,
    messageType: "property-post",
    payload: {
      iotId: "Xq3demo0007",
      productKey: "k1demoPk01",
      deviceName: "meter-07",
      deviceType: "Meter",
      gmtCreate: 1_715_000_130_190,
      items: { temperature: { value: 20.5, time: 1_715_000_130_120 } },
    },
  };
  equal(temperatureOf(post), 20.5);
  equal(temperatureOf({ ...received, messageType: "custom", payload: { t: 20.5 } }), undefined);
  // Whoever takes the message of any subscription takes this one.
  const general: DeviceMessage = post;
  equal(general.messageType, "property-post");
});
