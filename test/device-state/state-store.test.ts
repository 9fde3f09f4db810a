import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isRecordKey, recordKey } from "../../src/device-state/state-store";

// What lies in a store of last year must still be found: these keys are for ever.
const KEYS = {
  devices_k1demoPk01_meter$2d07: { productKey: "k1demoPk01", deviceName: "meter-07" },
  devices_k1_a$5fb$2ec$40d$3ae: { productKey: "k1", deviceName: "a_b.c@d:e" },
  devices_k1_$e8$ae$be$e5$a4$87: { productKey: "k1", deviceName: "设备" },
};

test("a device has the key that it always had", () => {
  for (const [key, device] of Object.entries(KEYS)) equal(recordKey("devices", device), key);
});

const device = fc.record({
  productKey: fc.string({ minLength: 1, unit: "binary" }),
  deviceName: fc.string({ minLength: 1, unit: "binary" }),
});

test("no two devices share a key, and a key is an identifier that is told from those of other prefixes", () => {
  fc.assert(
    fc.property(device, device, (one, other) => {
      const key = recordKey("devices", one);
      ok(/^[A-Za-z][\w$]*$/.test(key), key);
      deepEqual(
        ["devices", "device", "devices_k1"].map((prefix) => isRecordKey(prefix, key)),
        [true, false, false],
      );
      const isSame = one.productKey === other.productKey && one.deviceName === other.deviceName;
      equal(key === recordKey("devices", other), isSame);
    }),
    { numRuns: 1_000 },
  );
});
