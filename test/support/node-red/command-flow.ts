import { equal } from "node:assert/strict";
import { withEmulator } from "../emulator/with-emulator";
import { EMPTY_FLOW, isConnected, PLACE, SUBSCRIBER, subscriberFlow } from "./flow";
import type { Emulator } from "../../../src/emulator/emulator";
import type { EmulatorOptions } from "../../../src/emulator/options";
import type { FlowSettings } from "./flow";
import type { DeployType, FlowNode, NodeRed } from "./node-red";
import type { ProbeEvent } from "./probe-events";

export const COMMAND = "command00000000";
/** The first simulated device. */
export const DEVICE = { productKey: "k1demoPk01", deviceName: "meter-01" };

/** What differs from a command node with its defaults and no subscriber. */
export interface CommandFlowSettings extends Omit<FlowSettings, "port"> {
  readonly command?: Readonly<Record<string, unknown>>;
  /** Whether there is one that hears the replies. */
  readonly hasSubscriber?: boolean;
  /** The flow's own settings, such as its environment variables. */
  readonly tab?: Readonly<Record<string, unknown>>;
  readonly others?: readonly FlowNode[];
}

/**
 * A command node with its instance: what it sends are events of kind `answer`, what the Complete
 * node gets `complete`, what Catch gets `catch`.
 */
export function commandFlow(
  { port, httpPort = 0 }: Pick<Emulator, "port" | "httpPort">,
  { command, hasSubscriber = false, tab, others = [], ...settings }: CommandFlowSettings = {},
): FlowNode[] {
  const instance = { apiEndpoint: `http://127.0.0.1:${httpPort}`, ...settings.instance };
  const nodes = subscriberFlow({ ...settings, port, instance });
  const instanceId = nodes.find(({ type }) => type === "aliyun-iot-instance")?.id;
  const probe = (kind: string) => ({ id: `${kind}-probe`, type: "test-probe", kind, ...PLACE });
  return [
    ...nodes
      .filter(({ id }) => hasSubscriber || id !== SUBSCRIBER)
      .map((node) => (node.type === "tab" ? { ...node, ...tab } : node)),
    ...others.map((node) => ({ ...PLACE, ...node })),
    {
      id: COMMAND,
      type: "aliyun-iot-command",
      ...PLACE,
      name: "",
      instance: instanceId,
      ...command,
      wires: [["answer-probe"]],
    },
    probe("answer"),
    { id: "complete", type: "complete", ...PLACE, scope: [COMMAND], wires: [["complete-probe"]] },
    probe("complete"),
  ];
}

/** Deploys a command flow, and waits until its subscriber receives, if it has one. */
export async function deployCommand(
  nodeRed: NodeRed,
  nodes: readonly FlowNode[],
  type?: DeployType,
): Promise<void> {
  await nodeRed.deploy(nodes, type);
  if (nodes.some(({ id }) => id === SUBSCRIBER)) await nodeRed.next("shown", isConnected);
}

/** Runs `work` with a deployed command flow and an emulator whose devices obey. */
export async function commanding(
  nodeRed: NodeRed,
  {
    emulator: options,
    ...flow
  }: CommandFlowSettings & { readonly emulator?: Partial<EmulatorOptions> },
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  const settings = { httpPort: 0, devices: 2, rate: 0, backlogRetryMs: 20, ...options };
  await withEmulator(settings, async (emulator) => {
    try {
      await deployCommand(nodeRed, commandFlow(emulator, flow));
      await work(emulator);
      equal(nodeRed.output.includes("testAccessKeySecret"), false, "a secret is in the log");
    } finally {
      await nodeRed.deploy(EMPTY_FLOW);
    }
  });
}

/** The code of the error that Catch got, its text, and the message. */
export function failureIn({ message = {} }: ProbeEvent) {
  const { code, message: text } = message["error"] as { code: string; message: string };
  return { code, text, message };
}
