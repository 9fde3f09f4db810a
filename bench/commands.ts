/*
 * What sending 200 commands a second takes, compared with the vendor's client: `npm run
 * bench:commands`. BENCH_SECONDS says how long each run is measured, BENCH_PAIRS how often the two
 * are compared. The emulator is a process of its own, as is each run.
 */
import Iot, * as models from "@alicloud/iot20180120";
import { Config } from "@alicloud/openapi-client";
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { Emulator } from "../src/emulator/emulator";
import { createApiClient } from "../src/openapi/client";
import { EMULATOR_DEFAULTS } from "../src/settings/emulator";
import type { ChildProcess } from "node:child_process";

const PER_SECOND = 200;
const WARM_UP_SECONDS = 5;
const SECONDS = Number(process.env["BENCH_SECONDS"] ?? 10);
const PAIRS = Number(process.env["BENCH_PAIRS"] ?? 3);
/** Calls are started in bunches of this length. */
const BEAT_MS = 10;

const CLIENTS = ["ours", "vendor"] as const;
type ClientName = (typeof CLIENTS)[number];

/** What one run took. */
interface Figures {
  readonly calls: number;
  readonly cpuMsPerCall: number;
  readonly medianMs: number;
}

const { accessKeyId, accessKeySecret } = EMULATOR_DEFAULTS;
const COMMAND = { ProductKey: "k1demoPk01", DeviceName: "meter-01", Items: '{"target":25.0}' };

function oursAt(port: number): () => Promise<unknown> {
  const client = createApiClient({
    endpoint: { protocol: "http:", host: "127.0.0.1", port },
    iotInstanceId: "",
    accessKeyId,
    accessKeySecret,
    securityToken: undefined,
    tls: {},
  });
  return () => client.call({ action: "SetDeviceProperty", parameters: COMMAND, timeoutMs: 10_000 });
}

function vendorAt(port: number): () => Promise<unknown> {
  const endpoint = `127.0.0.1:${port}`;
  const client = new Iot(new Config({ accessKeyId, accessKeySecret, endpoint, protocol: "HTTP" }));
  const { ProductKey: productKey, DeviceName: deviceName, Items: items } = COMMAND;
  return () =>
    client.setDeviceProperty(
      new models.SetDevicePropertyRequest({ productKey, deviceName, items }),
    );
}

/** Sends at the rate for so long; gives how long each call took, in ms. */
async function send(call: () => Promise<unknown>, seconds: number): Promise<number[]> {
  const took: number[] = [];
  const all: Promise<void>[] = [];
  const startMs = performance.now();
  const one = async () => {
    const sinceMs = performance.now();
    await call();
    took.push(performance.now() - sinceMs);
  };
  while (all.length < seconds * PER_SECOND) {
    const due = ((performance.now() - startMs) / 1_000) * PER_SECOND;
    while (all.length < Math.min(due, seconds * PER_SECOND)) all.push(one());
    await pause(BEAT_MS);
  }
  await Promise.all(all);
  return took.sort((a, b) => a - b);
}

async function measure(name: ClientName, port: number): Promise<Figures> {
  const call = name === "ours" ? oursAt(port) : vendorAt(port);
  await send(call, WARM_UP_SECONDS);
  const before = process.cpuUsage();
  const took = await send(call, SECONDS);
  const { user, system } = process.cpuUsage(before);
  const calls = took.length;
  const cpuMsPerCall = (user + system) / 1_000 / calls;
  return { calls, cpuMsPerCall, medianMs: took[Math.floor(calls / 2)] ?? NaN };
}

async function messageOf<T>(child: ChildProcess): Promise<T> {
  const [message] = (await once(child, "message")) as [T];
  return message;
}

async function compare(): Promise<void> {
  const emulator = fork(__filename, ["emulator"]);
  const port = await messageOf<number>(emulator);
  const runs: Record<ClientName, Figures[]> = { ours: [], vendor: [] };
  for (let pair = 0; pair < PAIRS; pair += 1) {
    for (const name of CLIENTS) {
      const child = fork(__filename, [name, String(port)]);
      const figures = await messageOf<Figures>(child);
      runs[name].push(figures);
      const { calls, cpuMsPerCall, medianMs } = figures;
      process.stdout.write(
        `${name.padEnd(6)} ${calls} calls, ${cpuMsPerCall.toFixed(3)} ms of CPU each, answered in ${medianMs.toFixed(1)} ms (median)\n`,
      );
    }
  }
  emulator.kill();
  const [ours, vendor] = CLIENTS.map((name) => Math.min(...runs[name].map((r) => r.cpuMsPerCall)));
  const ratio = (vendor ?? NaN) / (ours ?? NaN);
  process.stdout.write(
    `best of ${PAIRS}: ours ${ours?.toFixed(3)} ms, vendor ${vendor?.toFixed(3)} ms of CPU a call: ${ratio.toFixed(2)} times as much\n`,
  );
}

async function main([role, port]: readonly string[]): Promise<void> {
  if (role === "emulator") {
    const emulator = await Emulator.start({ httpPort: 0, port: 0, devices: 1, rate: 0 });
    process.send?.(emulator.httpPort);
  } else if (role === "ours" || role === "vendor") {
    process.send?.(await measure(role, Number(port)), () => process.exit());
  } else await compare();
}

void main(process.argv.slice(2));
