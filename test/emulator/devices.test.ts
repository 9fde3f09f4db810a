import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { seeded } from "../../src/emulator/random";
import { MESSAGE_KINDS } from "../../src/emulator/devices/device-messages";
import { Device, HOT } from "../../src/emulator/devices/device";
import { Devices } from "../../src/emulator/devices/devices";
import { MESSAGE_TYPES, parseTopic } from "../../src/protocol/topic";
import { ManualClock } from "../support/time/manual-clock";
import { attached } from "../support/emulator/raw-client";
import { withEmulator } from "../support/emulator/with-emulator";
import type { NewMessage } from "../../src/emulator/groups/message";

async function simulate(count: number, rate: number, seconds: number) {
  const clock = new ManualClock();
  const pushed: NewMessage[] = [];
  const push = (message: NewMessage) => void pushed.push(message);
  const devices = new Devices({ devices: count, rate, clock, random: seeded(1) }, push);
  devices.start();
  await clock.advance(seconds * 1_000);
  devices.stop();
  equal(clock.timers, 0);
  return pushed;
}

test("the table has every message type that the platform pushes, with the topic of its type", () => {
  const device = new Device(7, 0, () => 0.5);
  const types = MESSAGE_KINDS.map(({ messageType }) => messageType);
  deepEqual(new Set(types), new Set(MESSAGE_TYPES.filter((type) => type !== "unknown")));
  for (const { messageType, topic } of MESSAGE_KINDS) {
    equal(parseTopic(topic(device)).messageType, messageType);
  }
});

test("every payload is plain JSON that names its device as its topic does", () => {
  const nowMs = 1_715_000_130_190;
  const device = new Device(7, nowMs - 92_116, () => 0.5);
  const moment = { nowMs, requestId: "901", random: () => 0.5 };
  for (const { messageType, topic, payload } of MESSAGE_KINDS) {
    const body = payload(device, moment) as Record<string, unknown>;
    deepEqual(JSON.parse(JSON.stringify(body)), body, messageType);
    const named = parseTopic(topic(device)).device;
    if (messageType === "custom" || named === undefined) continue;
    const productKey = body["productKey"] ?? body["gwProductKey"];
    const deviceName = body["deviceName"] ?? body["gwDeviceName"];
    deepEqual({ productKey, deviceName }, named, messageType);
  }
});

test("an event names itself as its topic does", async () => {
  const events = (await simulate(3, 50, 20)).filter(
    ({ topic }) => parseTopic(topic).messageType === "event-post",
  );
  const seen = new Set<unknown>();
  for (const { topic, payload } of events) {
    const event = payload as { identifier: string; type: string };
    equal(event.identifier, parseTopic(topic).event?.identifier);
    equal(event.type, event.identifier === "overheat" ? "alert" : "info");
    seen.add(event.identifier);
  }
  deepEqual(seen, new Set(["overheat", "selfTest"]));
});

interface Measured {
  readonly items: { readonly temperature: { readonly value: number; readonly time: number } };
}

test("an alert of heat says what the device has reported last, which is hot, and then it cools down", async () => {
  const reported = new Map<string, Measured["items"]["temperature"]>();
  const alerts: [string, unknown][] = [];
  for (const { topic, payload } of await simulate(3, 20, 200)) {
    const { messageType, device, event } = parseTopic(topic);
    const name = device?.deviceName ?? "";
    if (messageType === "property-post") {
      reported.set(name, (payload as Measured).items.temperature);
    } else if (event?.identifier === "overheat") {
      const { time, value } = payload as { time: number; value: { celsius: number } };
      deepEqual({ value: value.celsius, time }, reported.get(name));
      equal(value.celsius >= HOT, true, `${value.celsius} °C`);
      alerts.push([name, value]);
    }
  }
  equal(alerts.length > 5 && alerts.length < 50, true, `${alerts.length} alerts`);
  const device = new Device(1, 0, seeded(3));
  device.overheat(0);
  equal(device.measure(0).temperature >= HOT, true);
  equal(device.measure(-1).temperature < 30, true, "it was not hot before");
  equal(device.measure(300_000).temperature < 30, true, "it stays hot");
});

test("a status message tells local time of UTC+8 and the time before", () => {
  const device = new Device(7, Date.UTC(2024, 4, 6, 12, 13, 58, 4), () => 0.5);
  const status = MESSAGE_KINDS.find(({ messageType }) => messageType === "device-status");
  const nowMs = Date.UTC(2024, 4, 6, 12, 15, 30, 120);
  const body = status?.payload(device, { nowMs, requestId: "1", random: () => 0.5 });
  deepEqual(body, {
    status: "online",
    iotId: "Xq3demo0007",
    productKey: "k1demoPk01",
    deviceName: "meter-07",
    time: "2024-05-06 20:15:30.120",
    utcTime: "2024-05-06T12:15:30.120Z",
    lastTime: "2024-05-06 20:13:58.004",
    utcLastTime: "2024-05-06T12:13:58.004Z",
    clientIp: "192.0.2.8",
  });
});

test("measurements move a little at a time, within a plausible range, each device its own way", () => {
  const random = seeded(3);
  const [first, second] = [new Device(1, 0, random), new Device(2, 0, random)];
  let last = first.measure(0).temperature;
  const seen = new Set<number>();
  for (let minute = 1; minute <= 1_440; minute += 1) {
    const { temperature, humidity, power } = first.measure(minute * 60_000);
    equal(Math.abs(temperature - last) < 2, true);
    equal(temperature > 10 && temperature < 35 && humidity > 20 && humidity < 80, true);
    equal(power >= 0 && power <= 3_000, true);
    last = temperature;
    seen.add(temperature);
  }
  equal(seen.size > 40, true, "over a day it must move");
  notEqual(first.measure(0).power, second.measure(0).power);
});

test("a tank fills while its pump runs and drains while it does not, within its walls", () => {
  const device = new Device(1, 0, seeded(3));
  const level = (seconds: number) => device.measure(seconds * 1_000).level;
  const start = level(0);
  equal(start > 20 && start < 80, true, `it begins with ${start} %`);
  equal(level(-100), start, "of the past nothing is known");
  equal(level(10), start + 5);
  device.set({ switch: 0 }, 10_000);
  equal(device.measure(10_000).switch, 0);
  equal(level(20), start);
  equal(level(3_600), 0);
  device.set({ switch: 1 }, 3_600_000);
  equal(level(3_620), 10);
  equal(level(7_200), 100);
  device.openValve(10, 7_200_000);
  equal(level(7_210), 85, "the valve takes more than the pump brings");
  equal(level(7_220), 90, "then it is closed");
});

test("the pump takes most of the power, and the temperature goes to its target", () => {
  const device = new Device(1, 0, seeded(3));
  const mean = (name: "power" | "temperature", fromMs: number) => {
    const values = Array.from({ length: 50 }, () => device.measure(fromMs)[name]);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const [power, temperature] = [mean("power", 0), mean("temperature", 0)];
  device.set({ switch: 0, target: 30 }, 0);
  equal(device.measure(0).target, 30);
  equal(mean("power", 0) < power / 10, true);
  equal(Math.abs(mean("temperature", 0) - temperature) < 1, true, "not at once");
  const [later, last] = [mean("temperature", 60_000), mean("temperature", 600_000)];
  equal(later > temperature + 3 && later < last - 1, true);
  equal(Math.abs(last - temperature - 8) < 1, true, `from 22 to 30: ${last}`);
});

test("devices come online first and send at their rate, properties most, every type sometimes", async () => {
  const pushed = await simulate(3, 20, 500);
  const types = pushed.map(({ topic }) => parseTopic(topic).messageType);
  deepEqual(types.slice(0, 3), ["device-status", "device-status", "device-status"]);
  for (const { payload } of pushed.slice(0, 3)) match(JSON.stringify(payload), /"online"/);
  equal(pushed.length, 3 + 20 * 500);
  const share = types.filter((type) => type === "property-post").length / types.length;
  equal(share > 0.7 && share < 0.85, true, `property posts: ${share}`);
  deepEqual(new Set(types), new Set(MESSAGE_KINDS.map(({ messageType }) => messageType)));
});

test("a device that is offline sends nothing until it is online again", async () => {
  const online = new Map<string, boolean>();
  for (const { topic, payload } of await simulate(5, 50, 200)) {
    const { messageType, device } = parseTopic(topic);
    if (device?.deviceName.startsWith("meter-") !== true) continue;
    const status = Reflect.get(Object(payload) as object, "status") as unknown;
    if (messageType === "device-status") online.set(device.deviceName, status === "online");
    else equal(online.get(device.deviceName), true, messageType);
  }
});

test("rates below one a second and above a thousand are kept", async () => {
  equal((await simulate(1, 0.1, 100)).length, 1 + 10);
  equal((await simulate(2, 2_000, 3)).length, 2 + 6_000);
  equal((await simulate(2, 0, 100)).length, 2);
  equal((await simulate(0, 10, 10)).length, 0);
});

test("an emulator with devices sends their messages to its consumers", () =>
  withEmulator({ devices: 2, rate: 100 }, async (emulator) => {
    const client = await attached(emulator.port, 20);
    const received = await client.have(10);
    const ids = received.map(({ messageId }) => messageId);
    equal(new Set(ids).size, received.length);
  }));
