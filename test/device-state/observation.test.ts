import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { MessageError } from "../../src/errors/error";
import { observationsOf } from "../../src/device-state/observation";
import type { FlowMessage } from "../../src/protocol/flow-message";
import { tells } from "../support/english";

const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-07" };
const MS = Date.parse("2024-05-06T12:15:30.120Z");

const observe = (message: FlowMessage) => observationsOf(message, MS + 9);

const of = (messageType: string, payload: object): FlowMessage => ({
  ...{ messageType, device: DEVICE, payload: { ...DEVICE, ...payload } },
});

/** What a message says, without the device if it is the usual one. */
function said(message: FlowMessage): unknown[] {
  return observe(message).map(({ device, ...rest }) => {
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
  const [online, ...more] = observe(
    of("device-status", { status: "offline", time: "2024-05-06 20:15:30.120" }),
  );
  deepEqual([online?.timeMs, more], [MS, []]);
});

test("a status whose UTC time is empty or unreadable is read by its local time, in text or in digits", () => {
  for (const utcTime of ["", "soon", null]) {
    for (const time of ["2024-05-06 20:15:30.120", String(MS)]) {
      const [offline] = observe(of("device-status", { status: "offline", utcTime, time }));
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
  ok(!JSON.stringify(observe(of("device-lifecycle", created))).includes("s3cret"));
});

const heard = (timeMs: number) => [{ timeMs, kind: "heard" }];

test("any message of a device is a sign of life, when the platform had it, whatever it holds", () => {
  const own = ["event-post", "event-batch-post", "event-history-post", "downlink-reply"];
  for (const type of [...own, "sub-device-found", "ota-progress"]) {
    deepEqual(said({ ...of(type, { gmtCreate: MS }), generateTime: MS + 1 }), heard(MS), type);
    deepEqual(said({ ...of(type, {}), payload: 7, generateTime: MS + 1 }), heard(MS + 1), type);
  }
  const custom = { topic: "/k1demoPk01/meter-07/user/a", payload: { gmtCreate: 7 } };
  deepEqual(said({ ...custom, generateTime: MS + 1 }), heard(MS + 1));
  deepEqual(said({ ...custom, payload: Buffer.from([0xff]) }), heard(MS + 9));
  deepEqual(observe({ topic: "/a/b", payload: {} }), []);
});

test("what the platform says in a device's place is no sign of life", () => {
  for (const code of [9200, 9201]) deepEqual(said(of("downlink-reply", { code })), []);
  const upgrade = (status: string) => said(of("ota-upgrade", { status, messageCreateTime: MS }));
  deepEqual(upgrade("FAILED"), []);
  deepEqual(upgrade("SUCCEEDED"), heard(MS));
  deepEqual(said(of("ota-job-status", { messageCreateTime: MS })), []);
});

const DAY_MS = 24 * 3_600_000;
const report = (type: string, time: number, received: object = { gmtCreate: MS }) =>
  said(of(type, { ...received, items: { p: { value: 1, time } } })).at(0);
const counted = (timeMs: number, minorMs: number) => ({
  ...{ timeMs, minorMs, kind: "value", part: "properties", name: "p", value: 1 },
});

test("a live value is of its own time if that is at most 30 days late, else of the time of its receipt", () => {
  for (const type of ["property-post", "property-batch-post"]) {
    for (const time of [MS, MS - 3_600_000, MS - 30 * DAY_MS]) {
      deepEqual(report(type, time), counted(time, time));
    }
    for (const time of [0, Date.parse("2000-01-01"), MS - 31 * DAY_MS, MS + 1, MS + 9e11]) {
      deepEqual(report(type, time), counted(MS, time));
    }
    // Nothing says when the platform had it.
    deepEqual(report(type, 5, {}), counted(MS + 9, 5));
  }
});

test("a value of the past is of its own time, however old, but never later than its receipt", () => {
  for (const time of [0, MS - 31 * DAY_MS]) {
    deepEqual(report("property-history-post", time), counted(time, time));
  }
  deepEqual(report("property-history-post", MS + 9e11), counted(MS, MS + 9e11));
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
      () => observe(of(messageType, payload)),
      (error) => error instanceof MessageError && error.code === "MESSAGE_MALFORMED",
    );
  });
}

test("an error tells a field that is missing from one that is wrong, and quotes no more than it needs", () => {
  const action = (value: string) => () =>
    observe(of("device-lifecycle", { action: value, messageCreateTime: MS }));
  throws(action("explode"), tells(/“action” cannot be “explode”/));
  throws(action("x".repeat(1_000)), tells(/“action” cannot be “x{40}”/));
  throws(
    () => observe(of("device-lifecycle", { messageCreateTime: MS })),
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
    throws(() => observe(of(messageType, payload)), tells(said));
  });
}

test("a message that names no device is malformed", () => {
  throws(
    () =>
      observe({
        messageType: "property-post",
        payload: { items: { p: { value: 1, time: 1 } } },
      }),
    tells(/no product key/),
  );
});
