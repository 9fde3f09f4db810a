// What a store that fails leaves behind, and what a flow may do with what it was told.
import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "./memory-store";
import { DeviceStates } from "../../src/device-state/device-states";
import { observationsOf } from "../../src/device-state/observation";
import type { DeviceState } from "../../src/device-state/device-state";
import type { StateChange } from "../../src/device-state/device-states";
import type { StateStore } from "../../src/device-state/state-store";

const ALL = { productKey: undefined, online: undefined, silentMs: undefined };
const TOPIC = "/k1/d1/thing/event/property/post";

const post = (value: unknown, time: number) => ({
  topic: TOPIC,
  payload: { gmtCreate: 1_000, items: { p: { value, time } } },
});

function update(
  states: DeviceStates,
  message: Readonly<Record<string, unknown>>,
  maxDevices = 10,
): Promise<StateChange[]> {
  const told: StateChange[] = [];
  const changed = (change: StateChange) => told.push(change);
  return states.update(observationsOf(message, 0), maxDevices, changed).then(() => told);
}

/** A store that does what it is asked for, and then says that it has not. */
class LyingStore extends MemoryStore {
  lies: "set" | "remove" | undefined;

  override readonly set = async (key: string, value: unknown): Promise<void> => {
    await this.put(key, value);
    if (this.lies === (value === undefined ? "remove" : "set")) throw new Error("no answer");
  };
}

test("a write that was done although it failed is told when the message comes again", async () => {
  const store = new LyingStore();
  const states = new DeviceStates(store, "devices");
  await update(states, post(1, 10));
  store.lies = "set";
  await rejects(update(states, post(2, 20)), /no answer/);
  store.lies = undefined;
  const [told, ...more] = await update(states, post(2, 20));
  deepEqual(told?.changes, [{ part: "properties", name: "p", value: 2, previous: 1, time: 20 }]);
  deepEqual(more, []);
  deepEqual(await update(states, post(2, 20)), []);
});

test("a change whose message failed because an older device could not go is told later", async () => {
  const store = new LyingStore();
  const states = new DeviceStates(store, "devices");
  await update(states, { ...post(1, 5), topic: TOPIC.replace("d1", "d0") }, 1);
  store.lies = "remove";
  await rejects(update(states, post(1, 10), 1), /no answer/);
  store.lies = undefined;
  equal((await update(states, post(1, 10), 1)).length, 1);
  equal(states.size, 1);
});

test("after a failure the store is read anew: it may have come back with nothing", async () => {
  let broken = false;
  const store = new MemoryStore(() => {
    if (broken) throw new Error("no connection");
  });
  const states = new DeviceStates(store, "devices");
  await update(states, post(1, 10));
  equal(states.size, 1);
  broken = true;
  await rejects(states.list(ALL, 0), /no connection/);
  broken = false;
  await store.set("devices_k1_d1", undefined);
  await states.open();
  equal(states.size, 0);
});

/** As Node-RED's memory store does: what it is given is what it has. */
function storeByReference(values = new Map<string, unknown>()): StateStore {
  return {
    name: "by reference",
    keys: () => Promise.resolve([...values.keys()]),
    get: (keys) => Promise.resolve(keys.map((key) => values.get(key))),
    set: (key, value) => {
      if (value === undefined) values.delete(key);
      else values.set(key, value);
      return Promise.resolve();
    },
  };
}

test("what a flow does to a message or a state does not change what is stored", async () => {
  const states = new DeviceStates(storeByReference(), "devices");
  const spoil = (state: DeviceState | undefined) => {
    Object.assign(state?.properties["p"]?.value as object, { lat: "spoilt" });
  };
  const position = { lat: 30, lon: 120 };
  const [told] = await update(states, post(position, 10));
  position.lat = 0;
  spoil(told?.state);
  Object.assign(told?.changes[0]?.value as object, { lat: "spoilt" });
  const device = { productKey: "k1", deviceName: "d1" };
  spoil(await states.get(device));
  deepEqual((await states.get(device))?.properties["p"]?.value, { lat: 30, lon: 120 });
});

test("idle resolves when all that was asked for has been done, also if that failed", async () => {
  const done: string[] = [];
  const states = new DeviceStates(
    new MemoryStore((what) => {
      done.push(what);
      if (what === "set") throw new Error("the disk is full");
    }),
    "devices",
  );
  const failing = rejects(update(states, post(1, 10)), /the disk is full/);
  void states.open();
  await states.idle();
  deepEqual(done, ["keys", "get", "set", "keys"]);
  await failing;
});

const register = { value: 1, timeMs: 10, minorMs: 0 };
const VALUES = { tags: { t: register } };
const RECORD = { productKey: "k1", deviceName: "d1", timeMs: 10 };

for (const [what, record] of [
  ["a register that is null", { ...RECORD, values: { properties: { t: null } } }],
  [
    "a register without a value",
    { ...RECORD, values: { properties: { t: { timeMs: 1, minorMs: 0 } } } },
  ],
  [
    "a register without its times",
    { ...RECORD, values: { properties: { t: { ...register, minorMs: "0" } } } },
  ],
  ["a part that is a list", { ...RECORD, values: { tags: [register] } }],
  ["a part that is null", { ...RECORD, values: { modules: null } }],
  ["no values", { ...RECORD, values: null }],
  ["a sign of life that is no number", { ...RECORD, heardMs: "now", values: VALUES }],
  ["a time that is no number", { ...RECORD, timeMs: NaN, values: VALUES }],
  ["a time without an end", { ...RECORD, timeMs: Infinity, values: VALUES }],
] as const) {
  test(`a record that somebody has edited counts as none, and is overwritten: ${what}`, async () => {
    const store = storeByReference(new Map([["devices_k1_d1", record]]));
    const states = new DeviceStates(store, "devices");
    const d0 = { ...post(1, 5), topic: TOPIC.replace("d1", "d0") };
    await update(states, d0);
    const names = async () => (await states.list(ALL, 0)).map(({ deviceName }) => deviceName);
    deepEqual(await names(), ["d0"]);
    const device = { productKey: "k1", deviceName: "d1" };
    equal(await states.get(device), undefined);
    await update(states, post(2, 20));
    equal((await states.get(device))?.properties["p"]?.value, 2);
    deepEqual(await names(), ["d0", "d1"]);
  });
}

test("records without an age, more than the bound allows, do not keep the process from going on", async () => {
  const records = ["d2", "d3"].map((deviceName): [string, unknown] => [
    `devices_k1_${deviceName}`,
    { ...RECORD, deviceName, timeMs: NaN, values: VALUES },
  ]);
  const states = new DeviceStates(storeByReference(new Map(records)), "devices");
  await update(states, post(1, 10), 1);
  equal(states.size, 1);
});
