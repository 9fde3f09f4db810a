// What keeping the last known state of 10,000 devices with 20 properties takes, for each kind of
// context store: `npm run bench`. Redis is left out where redis-server is not installed.
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ContextStore } from "../nodes/device-state/context-store";
import { Redis, REDIS_MISSING } from "../test/support/programs/redis";
import type { Context } from "../nodes/device-state/context-store";
import { DeviceStates } from "../src/device-state/device-states";
import { observationsOf } from "../src/device-state/observation";
import { systemClock } from "../src/clock";
import type { FlowMessage } from "../src/protocol/flow-message";

const DEVICES = 10_000;
const PROPERTIES = 20;
const ALL = { productKey: undefined, online: undefined, silentMs: undefined };
/** The first report of a device; the second one is a minute later. */
const START_MS = 1_715_000_000_000;

type Callback = (error: unknown, ...values: readonly unknown[]) => void;

/** What Node-RED asks of the module of a context store. */
interface StoreModule {
  open(): Promise<void>;
  close(): Promise<void>;
  get(scope: string, keys: readonly string[], callback: Callback): void;
  set(scope: string, key: string, value: unknown, callback: Callback): void;
  keys(scope: string, callback: Callback): void;
}

type MakeStore = (config: object) => StoreModule;

const load = createRequire(__filename);
const say = (line: string) => process.stdout.write(`${line}\n`);

function globalContext(module: StoreModule): Context {
  return {
    get: (keys, _store, callback) => {
      module.get("global", keys, callback);
    },
    set: (...[key, value, , callback]) => {
      module.set("global", key, value, callback);
    },
    keys: (_store, callback) => {
      module.keys("global", callback);
    },
  };
}

function report(device: number, round: number): FlowMessage {
  const time = START_MS + round * 60_000;
  const items = Object.fromEntries(
    Array.from({ length: PROPERTIES }, (_, index) => [
      `property${index}`,
      { value: device + index / 10 + round, time },
    ]),
  );
  const named = { productKey: "k1demoPk01", deviceName: `meter-${device}` };
  return {
    topic: `/k1demoPk01/meter-${device}/thing/event/property/post`,
    payload: { ...named, gmtCreate: time, items },
  };
}

/** µs for each device to report once, one after another. */
async function round(states: DeviceStates, number: number): Promise<number> {
  let changes = 0;
  const startMs = performance.now();
  for (let device = 0; device < DEVICES; device += 1) {
    await states.update(observationsOf(report(device, number), 0), DEVICES, () => (changes += 1));
  }
  if (changes !== DEVICES) throw new Error(`${changes} changes`);
  return ((performance.now() - startMs) * 1_000) / DEVICES;
}

function heapMib(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

async function measure(name: string, module: StoreModule): Promise<void> {
  await module.open();
  const before = heapMib();
  const store = new ContextStore({ context: globalContext(module), store: name }, systemClock);
  const states = new DeviceStates(store, "devices");
  const first = await round(states, 0);
  const next = await round(states, 1);
  const memory = heapMib() - before;
  const startMs = performance.now();
  const { length } = await states.list(ALL, systemClock.now());
  const listMs = performance.now() - startMs;
  say(
    `${name}: ${first.toFixed(0)} µs for the first report of a device, ${next.toFixed(0)} µs for ` +
      `the next; ${memory.toFixed(0)} MiB of heap; a list of ${length} in ${listMs.toFixed(0)} ms`,
  );
  store.close();
  await module.close();
}

async function main(): Promise<void> {
  say(`${DEVICES} devices with ${PROPERTIES} properties, Node.js ${process.version}`);
  const stores = "@node-red/runtime/lib/nodes/context";
  await measure("memory", (load(`${stores}/memory`) as MakeStore)({}));
  const dir = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    await measure("file", (load(`${stores}/localfilesystem`) as MakeStore)({ dir }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  if (REDIS_MISSING !== false) {
    say(`redis: left out, ${REDIS_MISSING}`);
    return;
  }
  const redis = await Redis.start();
  try {
    process.env["TEST_REDIS_PORT"] = String(redis.port);
    const settings = load("../test/support/node-red/probe/context-stores.cjs") as (
      names: string,
    ) => { redis: { module: MakeStore; config: object } };
    const { module, config } = settings("redis").redis;
    await measure("redis", module(config));
  } finally {
    await redis.stop();
  }
}

void main();
