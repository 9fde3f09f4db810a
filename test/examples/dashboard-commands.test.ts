import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { examplesOn, readExample } from "../support/node-red/example";
import type { ExampleChange, RunningExample } from "../support/node-red/example";
import type { FlowNode } from "../support/node-red/node-red";

const NAME = "Dashboard";
const PRODUCT = "k1demoPk01";
const DEVICES: ExampleChange = { emulator: { devices: 2, random: () => 0.5 } };
const SENDER = readExample(`${NAME}.json`).find(({ name }) => name === "what to send")?.id ?? "";

const withExample = examplesOn({ environment: { TEST_DASHBOARD: "true" } });

interface Control {
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
  readonly command?: {
    readonly json: string;
    readonly state: "sending" | "done" | "failed";
    readonly code?: string;
  };
}

interface Row {
  readonly device: string;
  readonly controls: readonly Control[];
}

/** Sends what the page sends. */
function set({ nodeRed }: RunningExample, device: string, values: Record<string, unknown>): void {
  for (const [property, value] of Object.entries(values)) {
    const payload = { product: PRODUCT, device, property, value };
    nodeRed.hand(SENDER, { topic: "command", payload });
  }
}

/** `meter-01 switch 1`, and what became of the last command. */
function lines(rows: unknown): string[] {
  return (rows as readonly Row[]).flatMap(({ device, controls }) =>
    controls.map(({ name, value, command }) => {
      const outcome = command && `${command.json} ${command.code ?? command.state}`;
      return [device, name, String(value), ...(outcome === undefined ? [] : [outcome])].join(" ");
    }),
  );
}

/** Waits until all lines are as wanted. */
async function shown({ payload }: RunningExample, wanted: readonly string[]): Promise<void> {
  await payload("rows and numbers 1", ({ message }) => {
    return JSON.stringify(lines(message?.["payload"])) === JSON.stringify(wanted);
  });
}

/** Lets each device report a pump that runs and a target of 22, and waits for the rows. */
async function report({ emulator, payload }: RunningExample): Promise<unknown> {
  const time = Date.now() - 60_000;
  const [running, target, level] = [1, 22, 50].map((value) => ({ value, time }));
  const items = { switch: running, target, level };
  for (const device of ["meter-01", "meter-02"]) {
    emulator.push({ topic: `/${PRODUCT}/${device}/thing/event/property/post`, payload: { items } });
  }
  return payload("rows and numbers 1", ({ message }) => lines(message?.["payload"]).length === 4);
}

test("the dashboard offers what a device reports and the flow names, with the values of the report", () =>
  withExample(
    NAME,
    async (example) => {
      const rows = await report(example);
      deepEqual((rows as readonly Row[])[0]?.controls, [
        { name: "switch", type: "switch", value: 1, command: undefined },
        { name: "target", type: "number", value: 22, command: undefined },
      ]);
    },
    DEVICES,
  ));

test("the dashboard says of each command that it is sent and then done, and shows what the device reports", () =>
  withExample(
    NAME,
    async (example) => {
      const { emulator } = example;
      await report(example);
      set(example, "meter-01", { switch: false });
      await shown(example, [
        "meter-01 switch 1 0 sending",
        "meter-01 target 22",
        "meter-02 switch 1",
        "meter-02 target 22",
      ]);
      // Four at once, as of several viewers.
      set(example, "meter-01", { target: "24.5" });
      set(example, "meter-02", { switch: false, target: 21 });
      await shown(example, [
        "meter-01 switch 0 0 done",
        "meter-01 target 24.5 24.5 done",
        "meter-02 switch 0 0 done",
        "meter-02 target 21 21.0 done",
      ]);
      deepEqual(
        emulator.commands.map(({ deviceName, content }) => [deviceName, content]),
        [
          ["meter-01", { switch: 0 }],
          ["meter-01", { target: 24.5 }],
          ["meter-02", { switch: 0 }],
          ["meter-02", { target: 21 }],
        ],
      );
    },
    DEVICES,
  ));

test("the dashboard keeps apart what went wrong and what went well, and the older of two commands from the newer", () =>
  withExample(
    NAME,
    async (example) => {
      const { emulator, nodeRed } = example;
      await report(example);
      emulator.fault({ fault: "fail-command", how: "offline", device: "meter-01" });
      emulator.fault({ fault: "delay-call", seconds: 1, device: "meter-01" });
      set(example, "meter-01", { switch: false });
      set(example, "meter-02", { switch: false });
      await shown(example, [
        "meter-01 switch 1 0 sending",
        "meter-01 target 22",
        "meter-02 switch 0 0 done",
        "meter-02 target 22",
      ]);
      set(example, "meter-02", { target: "a lot" });
      await nodeRed.next("it failed");
      await nodeRed.next("it failed");
      await shown(example, [
        "meter-01 switch 1 0 DEVICE_OFFLINE",
        "meter-01 target 22",
        "meter-02 switch 0 0 done",
        "meter-02 target 22 NaN INPUT_INVALID",
      ]);

      emulator.fault({ fault: "fail-command", how: "code", device: "meter-01" });
      const late = { seconds: 1, executed: true, device: "meter-01" };
      emulator.fault({ fault: "delay-call", ...late });
      set(example, "meter-01", { target: 23 });
      set(example, "meter-01", { target: 24 });
      await nodeRed.next("it failed");
      await shown(example, [
        "meter-01 switch 1 0 DEVICE_OFFLINE",
        "meter-01 target 24 24.0 done",
        "meter-02 switch 0 0 done",
        "meter-02 target 22 NaN INPUT_INVALID",
      ]);
    },
    { ...DEVICES, codes: ["DEVICE_OFFLINE", "DEVICE_REFUSED", "INPUT_INVALID"] },
  ));

test("the dashboard sends only what its flow names, whatever a page asks for", () =>
  withExample(
    NAME,
    async (example) => {
      const { emulator, nodeRed } = example;
      set(example, "meter-01", { level: 100, constructor: 1, toString: 1 });
      nodeRed.hand(SENDER, { topic: "command", payload: null });
      set(example, "meter-01", { switch: false });
      await nodeRed.next("set the property");
      deepEqual(
        emulator.commands.map(({ content }) => content),
        [{ switch: 0 }],
      );
    },
    DEVICES,
  ));

/** A second in place of a minute. */
function impatient(node: FlowNode): FlowNode {
  const { func, name } = node;
  if (name !== "rows and numbers" || typeof func !== "string") return node;
  const changed = func.replace("OUTCOME_MS = 60 *", "OUTCOME_MS =");
  ok(changed !== func);
  return { ...node, func: changed };
}

test("the dashboard says for a while that a command is done, and as long as it is the last that it failed", () =>
  withExample(
    NAME,
    async (example) => {
      await report(example);
      example.emulator.fault({ fault: "fail-command", how: "offline", device: "meter-02" });
      set(example, "meter-01", { switch: false });
      set(example, "meter-02", { switch: false });
      const rest = ["meter-02 switch 1 0 DEVICE_OFFLINE", "meter-02 target 22"];
      await shown(example, ["meter-01 switch 0 0 done", "meter-01 target 22", ...rest]);
      await shown(example, ["meter-01 switch 0", "meter-01 target 22", ...rest]);
    },
    { ...DEVICES, node: impatient, codes: ["DEVICE_OFFLINE"] },
  ));
