import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { MessageError } from "../../src/errors/error";
import { observationsOf } from "../../src/device-state/observation";
import { MESSAGE_TYPES } from "../../src/protocol/topic";
import type { FlowMessage } from "../../src/protocol/flow-message";
import { tells } from "../support/english";

const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-07" };
const MS = Date.parse("2024-05-06T12:15:30.120Z");

const of = (messageType: string, payload: object): FlowMessage => ({
  ...{ messageType, device: DEVICE, payload: { ...DEVICE, ...payload } },
});

/** What a message says, without the device if it is the usual one. */
function said(message: FlowMessage): unknown[] {
  return observationsOf(message).map(({ device, ...rest }) => {
    deepEqual(device, DEVICE);
    return rest;
  });
}

test("online and offline are told by the UTC time of the change, and offline by its last contact", () => {
  const status = {
    ...{ time: "2024-05-06 20:15:30.120", utcTime: "2024-05-06T12:15:30.120Z" },
    ...{ lastTime: "2024-05-06 20:13:58.004", utcLastTime: "2024-05-06T12:13:58.004Z" },
  };
  const lastMs = Date.parse(status.utcLastTime);
  const value = { timeMs: MS, minorMs: lastMs, kind: "value", part: "online", name: "" };
  deepEqual(said(of("device-status", { status: "online", ...status })), [
    { ...value, value: true },
    { timeMs: MS, kind: "heard" },
  ]);
  deepEqual(said(of("device-status", { status: "offline", ...status })), [
    { ...value, value: false },
    { timeMs: lastMs, kind: "heard" },
  ]);
});

test("a status without UTC times is read in the zone of China, and one without a last contact is no sign of life", () => {
  const [online, ...more] = observationsOf(
    of("device-status", { status: "offline", time: "2024-05-06 20:15:30.120" }),
  );
  deepEqual([online?.timeMs, more], [MS, []]);
});

test("a status whose UTC time is empty or unreadable is read by its local time, in text or in digits", () => {
  for (const utcTime of ["", "soon", null]) {
    for (const time of ["2024-05-06 20:15:30.120", String(MS)]) {
      const [offline] = observationsOf(of("device-status", { status: "offline", utcTime, time }));
      equal(offline?.timeMs, MS);
    }
  }
});

test("lifecycle, topology, tags and versions are told by the time that the platform gives", () => {
  const at = { timeMs: MS, minorMs: 0, kind: "value" };
  const messageCreateTime = MS;
  const lifecycle = (action: string) => said(of("device-lifecycle", { action, messageCreateTime }));
  deepEqual(lifecycle("create"), [{ ...at, part: "enabled", name: "", value: true }]);
  deepEqual(lifecycle("disable"), [{ ...at, part: "enabled", name: "", value: false }]);
  deepEqual(lifecycle("delete"), [{ timeMs: MS, kind: "deleted" }]);
  const gateway = { gwProductKey: "g", gwDeviceName: "g1", devices: [DEVICE], messageCreateTime };
  const topology = (action: string) => said(of("topology-lifecycle", { action, ...gateway }));
  const value = { productKey: "g", deviceName: "g1" };
  deepEqual(topology("create"), [{ ...at, part: "gateway", name: "", value }]);
  deepEqual(topology("remove"), [{ ...at, part: "gateway", name: "", value: null }]);
  const tag = { value: [{ attrKey: "room", attrValue: "A-12" }], messageCreateTime };
  deepEqual(said(of("device-tag-update", tag)), [
    { ...at, part: "tags", name: "room", value: "A-12" },
  ]);
  const version = { moduleVersion: "1.1.0", messageCreateTime };
  deepEqual(said(of("ota-version", version)), [
    { ...at, part: "modules", name: "default", value: "1.1.0" },
    { timeMs: MS, kind: "heard" },
  ]);
});

test("a device secret of a lifecycle message is not kept", () => {
  const created = { action: "create", deviceSecret: "s3cret", messageCreateTime: MS };
  ok(!JSON.stringify(observationsOf(of("device-lifecycle", created))).includes("s3cret"));
});

test("the other message types say nothing of states, whatever they hold", () => {
  const telling = ["property", "device-status", "device-lifecycle", "topology", "device-tag"];
  const silent = MESSAGE_TYPES.filter(
    (type) => type !== "ota-version" && !telling.some((start) => type.startsWith(start)),
  );
  equal(silent.length, 10);
  for (const messageType of silent) deepEqual(observationsOf({ messageType, payload: 7 }), []);
});

const MALFORMED: readonly (readonly [string, object])[] = [
  ["device-status", { status: "asleep", utcTime: "2024-05-06T12:15:30.120Z" }],
  ["device-status", { status: "online" }],
  ["device-status", { status: "online", utcTime: "soon" }],
  ["device-lifecycle", { action: "create" }],
  ["device-lifecycle", { action: "constructor", messageCreateTime: MS }],
  ["topology-lifecycle", { action: "create", devices: [], messageCreateTime: MS }],
  ["topology-lifecycle", { gwProductKey: "g", gwDeviceName: "g", action: "constructor" }],
  [
    "topology-lifecycle",
    {
      ...{ gwProductKey: "g", gwDeviceName: "g", action: "create", messageCreateTime: MS },
      devices: [{ productKey: "k" }],
    },
  ],
  ["device-tag-update", { value: "room", messageCreateTime: MS }],
  ["device-tag-update", { value: [7], messageCreateTime: MS }],
  ["device-tag-update", { value: [{ attrValue: "A" }], messageCreateTime: MS }],
  ["ota-version", { moduleVersion: 7, messageCreateTime: MS }],
];

for (const [messageType, payload] of MALFORMED) {
  test(`a message of type ${messageType} with ${JSON.stringify(payload)} is malformed`, () => {
    throws(
      () => observationsOf(of(messageType, payload)),
      (error) => error instanceof MessageError && error.code === "MESSAGE_MALFORMED",
    );
  });
}

test("an error tells a field that is missing from one that is wrong, and quotes no more than it needs", () => {
  const action = (value: string) => () =>
    observationsOf(of("device-lifecycle", { action: value, messageCreateTime: MS }));
  throws(action("explode"), tells(/“action” cannot be “explode”/));
  throws(action("x".repeat(1_000)), tells(/“action” cannot be “x{40}”/));
  throws(
    () => observationsOf(of("device-lifecycle", { messageCreateTime: MS })),
    tells(/“action” is missing/),
  );
});

const messageCreateTime = MS;
const GATEWAY = { gwProductKey: "g", gwDeviceName: "g1", action: "create", messageCreateTime };

for (const [messageType, payload, said] of [
  ["topology-lifecycle", { ...GATEWAY, devices: ["x"] }, /“devices\[0\]” cannot be “x”/],
  [
    "topology-lifecycle",
    { ...GATEWAY, devices: [DEVICE, { productKey: "k" }] },
    /“devices\[1\]\.deviceName” is missing/,
  ],
  [
    "topology-lifecycle",
    { ...GATEWAY, devices: [{ ...DEVICE, productKey: 7 }] },
    /“devices\[0\]\.productKey” cannot be 7/,
  ],
  [
    "topology-lifecycle",
    { ...GATEWAY, gwProductKey: undefined, devices: [DEVICE] },
    /“gwProductKey” is missing/,
  ],
  [
    "device-tag-update",
    { value: [{ attrKey: 5 }], messageCreateTime },
    /“value\[0\]\.attrKey” cannot be 5/,
  ],
  ["device-tag-update", { value: [{}], messageCreateTime }, /“value\[0\]\.attrKey” is missing/],
] as const) {
  test(`an error names the one value that is wrong: ${said.source}`, () => {
    throws(() => observationsOf(of(messageType, payload)), tells(said));
  });
}

test("a message that names no device is malformed", () => {
  throws(
    () =>
      observationsOf({
        messageType: "property-post",
        payload: { items: { p: { value: 1, time: 1 } } },
      }),
    tells(/no product key/),
  );
});
