import { deepEqual, ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { EMULATOR_DEFAULTS } from "../../../src/settings/emulator";
import { withEditor } from "../browser/editor";
import { EMPTY_FLOW } from "./flow";
import { touchingNodes } from "../browser/layout";
import { NodeRed } from "./node-red";
import { withEmulator } from "../emulator/with-emulator";
import type { Browser } from "playwright-core";
import type { Emulator } from "../../../src/emulator/emulator";
import type { EmulatorOptions } from "../../../src/emulator/options";
import type { FlowNode, NodeRedOptions } from "./node-red";
import type { ProbeEvent } from "./probe-events";

/** Files of the example flows. */
export const EXAMPLES = readdirSync("examples");

/** Where an emulator listens, and on which port its HTTP control, if it has one. */
type Ports = Pick<Emulator, "port" | "httpPort">;

/** An example's nodes as its file has them. */
export function readExample(file: string): FlowNode[] {
  return JSON.parse(readFileSync(`examples/${file}`, "utf8")) as FlowNode[];
}

/** An example's nodes for an emulator on other ports. */
export function exampleOn(file: string, { port, httpPort }: Ports): FlowNode[] {
  const { host, httpPort: usual } = EMULATOR_DEFAULTS;
  const elsewhere = (value: unknown) =>
    typeof value === "string" && httpPort !== undefined
      ? value.replace(`${host}:${usual}`, `${host}:${httpPort}`)
      : value;
  return readExample(file).map((node) => ({
    ...node,
    ...(node.type === "aliyun-iot-instance" && { port }),
    ...("apiEndpoint" in node && { apiEndpoint: elsewhere(node["apiEndpoint"]) }),
    ...("url" in node && { url: elsewhere(node["url"]) }),
  }));
}

/** The IDs of the consumer groups that an example's subscribers name. */
export function groupsOf(nodes: readonly FlowNode[]): string[] {
  const subscribers = nodes.filter(({ type }) => type === "aliyun-iot-subscribe");
  return subscribers.map((node) => String(node["consumerGroupId"]));
}

/** A subscriber receives, or has paused because what it feeds is not there. */
function isConnected({ status }: ProbeEvent): boolean {
  return status?.fill === "green" || (status?.fill === "grey" && status.shape === "dot");
}

/** Imports an example as a user would, for an emulator on a free port, and deploys it. */
export function tryExample(browser: Browser, nodeRed: NodeRed, file: string): Promise<void> {
  const consumerGroupIds = groupsOf(readExample(file));
  return withEmulator({ consumerGroupIds }, async (emulator) => {
    try {
      await withEditor({ browser, url: nodeRed.url }, async (editor) => {
        await editor.import(exampleOn(file, emulator));
        await editor.deploy();
        const tab = readExample(file).find(({ type }) => type === "tab");
        deepEqual(await touchingNodes(editor, String(tab?.["label"])), []);
        await nodeRed.next("shown", isConnected);
      });
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

/** The nodes with a probe of kind `<name or type>` behind each output, and one for every error. */
function probed(nodes: readonly FlowNode[]): FlowNode[] {
  const z = nodes.find(({ type }) => type === "tab")?.id;
  const place = { z, x: 0, y: 0 };
  const probes: FlowNode[] = [];
  const behind = (kind: string): string => {
    const id = `probe-${probes.length}`;
    probes.push({ id, type: "test-probe", kind, ...place, wires: [] });
    return id;
  };
  const changed = nodes.map((node): FlowNode => {
    const { name = "", wires } = node;
    if (!Array.isArray(wires) || wires.length === 0) return node;
    const kind = typeof name === "string" && name !== "" ? name : node.type;
    const outputs = wires.map((targets: unknown, index) => {
      const label = wires.length === 1 ? kind : `${kind} ${index + 1}`;
      const before: readonly unknown[] = Array.isArray(targets) ? targets : [];
      return [...before, behind(label)];
    });
    return { ...node, wires: outputs };
  });
  const errors = behind("an error");
  const all: FlowNode = { id: "all", type: "catch", ...place, scope: null, wires: [[errors]] };
  return [...changed, ...probes, all];
}

type NodeStatus = NonNullable<ProbeEvent["status"]>;

/** A deployed example. */
export interface RunningExample {
  readonly emulator: Emulator;
  readonly nodeRed: NodeRed;
  /** Presses an inject node's button. */
  readonly press: (name: string) => void;
  /** The payload of the next wanted message behind an output: `<name or type>`, of several `… 2`. */
  readonly payload: (kind: string, wanted?: (event: ProbeEvent) => boolean) => Promise<unknown>;
  /** Waits until the status of a node, by its name, is wanted. */
  readonly shown: (name: string, wanted: (status: NodeStatus) => boolean) => Promise<void>;
}

/** How an example is run otherwise than it is imported. */
export interface ExampleChange {
  /** Changes nodes before they are deployed, so that a test need not wait for a time. */
  readonly node?: (node: FlowNode) => FlowNode;
  /** False: its subscribers need not receive at once. Default: all have to. */
  readonly isReady?: boolean;
  /** Codes of our errors that it may meet. Default: none. */
  readonly codes?: readonly string[];
  /** What the emulator is started with besides. Its devices say nothing by themselves but that they are online. */
  readonly emulator?: Partial<EmulatorOptions>;
}

/** Deploys an example on an emulator, runs `work` once it receives, and lets nothing fail. */
type WithExample = (
  name: string,
  work: (example: RunningExample) => Promise<void>,
  change?: ExampleChange,
) => Promise<void>;

function running(
  nodes: readonly FlowNode[],
  { nodeRed, emulator }: Pick<RunningExample, "nodeRed" | "emulator">,
): RunningExample {
  const idOf = (name: string) => nodes.find((node) => node["name"] === name)?.id ?? "";
  return {
    emulator,
    nodeRed,
    press(name) {
      nodeRed.hand(idOf(name), {});
    },
    async payload(kind, wanted) {
      return (await nodeRed.next(kind, wanted)).message?.["payload"];
    },
    async shown(name, wanted) {
      const id = idOf(name);
      const isWanted = (event: ProbeEvent) =>
        event.id === id && event.status !== undefined && wanted(event.status);
      await nodeRed.next("shown", isWanted);
    },
  };
}

/** Errors with a code are ours; what an example provokes itself it shows by a Catch node of its own. */
function codeOf({ message }: ProbeEvent): string | undefined {
  const error = message?.["error"];
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return String(error.code);
}

/** Starts one Node-RED for the tests of a file; what is returned runs examples on it. */
export function examplesOn(options: NodeRedOptions = {}): WithExample {
  const nodeRed = NodeRed.forFile(options);
  return (name, work, { node: change, isReady = true, codes = [], emulator: more } = {}) => {
    const file = `${name}.json`;
    const consumerGroupIds = groupsOf(readExample(file));
    const settings = { backlogRetryMs: 20, httpPort: 0, consumerGroupIds, rate: 0, ...more };
    return withEmulator(settings, async (emulator) => {
      const imported = exampleOn(file, emulator);
      const nodes = change === undefined ? imported : imported.map(change);
      const subscribers = nodes.filter(({ type }) => type === "aliyun-iot-subscribe");
      try {
        await nodeRed.deploy(probed(nodes));
        for (const { id } of isReady ? subscribers : []) {
          await nodeRed.next("shown", (event) => event.id === id && event.status?.fill === "green");
        }
        await work(running(nodes, { nodeRed, emulator }));
        const met = nodeRed.taken("an error").map(codeOf);
        const ours = met.filter((code) => code !== undefined && !codes.includes(code));
        deepEqual(ours, []);
        ok(!/missing|unknown/i.test(nodeRed.output), nodeRed.output);
      } finally {
        await nodeRed.deploy(EMPTY_FLOW);
      }
    });
  };
}
