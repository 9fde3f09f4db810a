import { deepEqual, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn } from "../support/node-red/example";
import { soon } from "../support/time/until";
import type { ExampleChange, RunningExample } from "../support/node-red/example";
import type { FlowNode } from "../support/node-red/node-red";

const NAME = "Keep the tank level";
const PRODUCT = "k1demoPk01";
/** Half full tanks: what the devices report by themselves after a command calls for none. */
const DEVICES: ExampleChange = { emulator: { devices: 2, random: () => 0.5 } };

const withExample = examplesOn();

interface Report {
  readonly device?: string;
  readonly level: number;
  readonly pump: 0 | 1;
  /** ms since the epoch. Default: now. */
  readonly time?: number;
}

/** Lets a device report, and waits until its state has gone to the rule. */
async function report({ emulator, nodeRed }: RunningExample, report: Report): Promise<void> {
  const { device = "meter-01", level, pump, time = Date.now() } = report;
  const items = { level: { value: level, time }, switch: { value: pump, time } };
  emulator.push({ topic: `/${PRODUCT}/${device}/thing/event/property/post`, payload: { items } });
  const isIt = (state: unknown) => JSON.stringify(state).includes(`"level":{"value":${level},`);
  await nodeRed.next("state of each device", ({ message }) => isIt(message?.["payload"]));
}

interface Decision {
  readonly device: { readonly deviceName: string };
  readonly payload: { readonly switch: 0 | 1 };
  readonly level: number;
}

/** What the rule has decided for meter-01; the other device's is the last to come. */
async function decisions(example: RunningExample): Promise<string[]> {
  await report(example, { device: "meter-02", level: 1, pump: 0 });
  const made: string[] = [];
  for (;;) {
    const { message } = await example.nodeRed.next("start or stop?");
    const { device, payload, level } = message as unknown as Decision;
    if (device.deviceName === "meter-02") break;
    made.push(`${level} %: ${payload.switch}`);
  }
  const isOther = (text: unknown) => String(text).startsWith("meter-02");
  await example.payload("what became of it", ({ message }) => isOther(message?.["payload"]));
  return made;
}

/** Waits for the outcome of a command to meter-01. */
async function outcome({ payload }: RunningExample, text: RegExp): Promise<void> {
  match(String(await payload("what became of it")), text);
}

/** Lets the wall clock go on, so that what comes is newer than what was, and a pause is over. */
async function later(ms: number): Promise<void> {
  const endMs = Date.now() + ms;
  await soon(() => Date.now() > endMs, { sentence: () => "The clock stands" });
}

/** After a failure the rule waits so long, in place of 30 s. */
function pausing(node: FlowNode, pauseMs: number): FlowNode {
  const { func } = node;
  if (node["name"] !== "start or stop?" || typeof func !== "string") return node;
  const changed = func.replace("PAUSE_MS = 30 * 1000", `PAUSE_MS = ${pauseMs}`);
  ok(changed !== func);
  return { ...node, func: changed };
}

test("the tank example starts the pump below the low limit and stops it above the high one, once each", () =>
  withExample(
    NAME,
    async (example) => {
      await report(example, { level: 50, pump: 0 });
      await report(example, { level: 29, pump: 0 });
      await outcome(example, /^meter-01 at 29 %: pump on$/);
      await later(1);
      // A pump that was switched by hand stays as it is.
      await report(example, { level: 28, pump: 0 });
      await report(example, { level: 60, pump: 1 });
      await report(example, { level: 71, pump: 1 });
      await outcome(example, /^meter-01 at 71 %: pump off$/);
      await later(1);
      await report(example, { level: 72, pump: 1 });
      await report(example, { level: 31, pump: 0 });
      deepEqual(await decisions(example), ["29 %: 1", "71 %: 0"]);
      const told = example.emulator.commands.filter(({ deviceName }) => deviceName === "meter-01");
      deepEqual(
        told.map(({ content }) => content),
        [{ switch: 1 }, { switch: 0 }],
      );
    },
    DEVICES,
  ));

test("the tank example does nothing on old values, for a pump that is right, and while the device is offline", () =>
  withExample(
    NAME,
    async (example) => {
      const { emulator, nodeRed } = example;
      await report(example, { level: 10, pump: 0, time: Date.now() - 61_000 });
      await report(example, { level: 11, pump: 1 });
      await report(example, { level: 71, pump: 0 });
      // Newer than that the device is online.
      const status = { status: "offline", utcTime: new Date(Date.now() + 1_000).toISOString() };
      emulator.push({ topic: `/as/mqtt/status/${PRODUCT}/meter-01`, payload: status });
      const isOffline = (state: unknown) => JSON.stringify(state).includes('"online":false');
      await nodeRed.next("state of each device", ({ message }) => isOffline(message?.["payload"]));
      await report(example, { level: 12, pump: 0 });
      deepEqual(await decisions(example), []);
    },
    DEVICES,
  ));

test("the tank example tries again only if a newer report shows the pump in the wrong state", () =>
  withExample(
    NAME,
    async (example) => {
      const { emulator } = example;
      emulator.fault({ fault: "fail-command", how: "offline" });
      const old = Date.now();
      await report(example, { level: 20, pump: 0, time: old });
      await outcome(example, /^meter-01 at 20 %: pump on failed: .*offline/);
      await later(50);
      await report(example, { level: 19, pump: 0, time: old + 1 });
      emulator.fault({ fault: "fail-command", how: "no-answer" });
      await report(example, { level: 18, pump: 0 });
      await outcome(example, /^meter-01 at 18 %: pump on failed: .*no reply/);
      await later(100);
      // It has obeyed, but did not reply.
      await report(example, { level: 21, pump: 1 });
      deepEqual(await decisions(example), ["20 %: 1", "18 %: 1"]);
    },
    {
      ...DEVICES,
      node: (node) =>
        node.type === "aliyun-iot-command" ? { ...node, waitForReply: 1 } : pausing(node, 10),
      codes: ["DEVICE_OFFLINE", "REPLY_MISSING"],
    },
  ));

test("the tank example pauses after a failure, whatever the device reports", () =>
  withExample(
    NAME,
    async (example) => {
      example.emulator.fault({ fault: "fail-command", how: "offline" });
      await report(example, { level: 20, pump: 0 });
      await outcome(example, /offline/);
      await later(1);
      await report(example, { level: 19, pump: 0 });
      deepEqual(await decisions(example), ["20 %: 1"]);
    },
    { ...DEVICES, codes: ["DEVICE_OFFLINE"] },
  ));
