import fc from "fast-check";
import type { FlowMessage } from "../../src/protocol/flow-message";

const PRODUCT = "k1";
const DEVICES = ["d1", "d2", "d3"];
/** Few times, so that many things happen at the same one. */
const time = fc.integer({ min: 1, max: 12 }).map((ms) => 1_790_000_000_000 + ms);
/** By the clock of a device, which has fallen back to 1970 at times. */
const ownTime = fc.oneof(time, fc.integer({ min: 1, max: 12 }));
const device = fc.constantFrom(...DEVICES);
const value = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom("a", true, null),
  fc.record({ a: fc.integer({ min: 0, max: 1 }), b: fc.constantFrom("x", "y") }),
  fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
);

const named = (deviceName: string) => ({ productKey: PRODUCT, deviceName });
const topic = (deviceName: string, rest: string) => `/${PRODUCT}/${deviceName}${rest}`;

const propertyPost = fc
  .record({
    deviceName: device,
    gmtCreate: time,
    items: fc.dictionary(
      fc.constantFrom("p", "q", "__proto__", "constructor"),
      fc.record({ value, time: ownTime }, { requiredKeys: ["value"] }),
      { minKeys: 1 },
    ),
  })
  .map(({ deviceName, ...rest }) => ({
    topic: topic(deviceName, "/thing/event/property/post"),
    payload: { ...named(deviceName), ...rest },
  }));

const batch = fc
  .record({
    deviceName: device,
    values: fc.array(fc.record({ value, time: ownTime }), { minLength: 1 }),
  })
  .map(({ deviceName, values }) => ({
    topic: topic(deviceName, "/thing/property/batch/post"),
    payload: { ...named(deviceName), payload: { p: values } },
  }));

const status = fc
  .record({
    deviceName: device,
    status: fc.constantFrom("online", "offline"),
    at: time,
    last: time,
  })
  .map(({ deviceName, status: said, at, last }) => ({
    topic: `/as/mqtt/status/${PRODUCT}/${deviceName}`,
    payload: {
      ...named(deviceName),
      status: said,
      utcTime: new Date(at).toISOString(),
      utcLastTime: new Date(last).toISOString(),
    },
  }));

const lifecycle = fc
  .record({
    deviceName: device,
    action: fc.constantFrom("create", "delete", "enable", "disable"),
    messageCreateTime: time,
  })
  .map(({ deviceName, ...rest }) => ({
    topic: topic(deviceName, "/thing/lifecycle"),
    payload: { ...named(deviceName), ...rest },
  }));

const topology = fc
  .record({
    gwDeviceName: fc.constantFrom("g1", "g2"),
    action: fc.constantFrom("create", "delete", "enable", "disable", "add", "remove"),
    names: fc.subarray(DEVICES),
    messageCreateTime: time,
  })
  .map(({ names, gwDeviceName, ...rest }) => ({
    topic: topic(gwDeviceName, "/thing/topo/lifecycle"),
    payload: { gwProductKey: "g", gwDeviceName, devices: names.map(named), ...rest },
  }));

const tags = fc
  .record({ deviceName: device, room: fc.constantFrom("A", "B"), messageCreateTime: time })
  .map(({ deviceName, room, messageCreateTime }) => ({
    topic: topic(deviceName, "/thing/deviceinfo/update"),
    payload: {
      ...named(deviceName),
      value: [{ attrKey: "room", attrValue: room }],
      messageCreateTime,
    },
  }));

const version = fc
  .record({
    deviceName: device,
    moduleName: fc.constantFrom("default", "mcu"),
    moduleVersion: fc.constantFrom("1.0.0", "1.1.0"),
    messageCreateTime: time,
  })
  .map(({ deviceName, ...rest }) => ({
    topic: topic(deviceName, "/ota/version/post"),
    payload: { ...named(deviceName), ...rest },
  }));

/** A message that says something of the state of devices, as the subscriber sends it. */
export const stateMessage: fc.Arbitrary<FlowMessage> = fc.oneof(
  { weight: 4, arbitrary: propertyPost },
  { weight: 1, arbitrary: batch },
  { weight: 3, arbitrary: status },
  { weight: 2, arbitrary: lifecycle },
  { weight: 1, arbitrary: topology },
  { weight: 1, arbitrary: tags },
  { weight: 1, arbitrary: version },
);
