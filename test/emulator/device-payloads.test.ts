import { deepEqual, doesNotThrow } from "node:assert/strict";
import { test } from "node:test";
import { MESSAGE_KINDS, deviceMessage } from "../../src/emulator/devices/device-messages";
import { Device } from "../../src/emulator/devices/device";
import { misfits } from "../support/messages/payload-check";
import { Inbox, withSubscription } from "../support/emulator/with-subscription";
import { withEmulator } from "../support/emulator/with-emulator";
import { observationsOf } from "../../src/device-state/observation";

const NOW_MS = Date.UTC(2024, 4, 6, 12, 55, 30, 190);

test("of every message of a simulated device a subscription delivers the fields of the table, and they are read", () =>
  withEmulator({}, (emulator) =>
    withSubscription(emulator, {}, async (subscription) => {
      const inbox = new Inbox(subscription);
      const device = new Device(7, NOW_MS, () => 0.5);
      // Twice and with high numbers too: online and offline, upgrades that succeed and that fail.
      for (const chance of [0, 0.5, 0.99]) {
        const moment = { nowMs: NOW_MS, requestId: "901", random: () => chance };
        for (const kind of MESSAGE_KINDS) {
          emulator.push(deviceMessage(kind, device, moment));
          const { message } = await inbox.next();
          deepEqual(
            [message.messageType, ...misfits(message.messageType, message.payload)],
            [kind.messageType],
          );
          doesNotThrow(() => observationsOf({ ...message }, 0), kind.messageType);
        }
      }
    }),
  ));

test("a field that is missing, of another type or not in the table is found", () => {
  const device = { iotId: "Xq3demo0007", productKey: "k1demoPk01", deviceName: "meter-07" };
  const payload = {
    ...device,
    deviceType: "Meter",
    items: { temperature: { value: 21, time: 1_715_000_130 }, power: [] },
    checkFailedData: {},
    extra: 1,
  };
  deepEqual(misfits("property-post", payload), [
    "payload.extra is not in the table",
    "payload.gmtCreate is missing",
    "payload.items.temperature.time is no ms",
    "payload.items.power is no object",
  ]);
  const job = { productKey: "k1", moduleName: "m", packageId: "p", jobId: 7, status: "DONE" };
  deepEqual(misfits("ota-job-status", job), [
    "payload.jobId is no string",
    "payload.status is none of PLANNED,IN_PROGRESS,COMPLETED,CANCELED",
    "payload.messageCreateTime is missing",
  ]);
  const tags = { ...device, value: [{ attrKey: "room" }], messageCreateTime: 1_715_000_130_190 };
  deepEqual(misfits("device-tag-update", tags), ["payload.value[0].attrValue is missing"]);
});
