import { PLACE, subscriberFlow, SUBSCRIBER } from "./flow";
import type { FlowNode } from "./node-red";
import type { FlowSettings } from "./flow";

export const STATE = "state0000000000";
const CATCH = "catch";

type Settings = Readonly<Record<string, unknown>>;

const probe = (kind: string, place: Settings): FlowNode => {
  return { id: `${kind}-probe`, type: "test-probe", kind, ...place };
};

/** A device state node with its settings. */
function stateNode(settings: Settings = {}): FlowNode {
  const node = { id: STATE, type: "aliyun-iot-device-state", ...PLACE, name: "" };
  return { ...node, context: "devices", contextType: "flow", maxDevices: 10_000, ...settings };
}

/**
 * Device state nodes without a subscriber: what the node `id` sends are events of kind `id`, what
 * Catch gets `catch`, what Complete gets `complete`.
 */
export function stateFlow(...states: readonly Settings[]): FlowNode[] {
  const nodes = states.map((settings) => stateNode(settings));
  const scope = nodes.map(({ id }) => id);
  return [
    { id: PLACE.z, type: "tab", label: "test" },
    ...nodes.flatMap((node) => [
      { ...node, wires: [[`${node.id}-probe`]] },
      probe(node.id, { ...PLACE, z: node["z"] }),
    ]),
    { id: CATCH, type: "catch", ...PLACE, scope: null, wires: [["catch-probe"]] },
    probe("catch", PLACE),
    { id: "complete", type: "complete", ...PLACE, scope, wires: [["complete-probe"]] },
    probe("complete", PLACE),
  ];
}

/**
 * A subscriber in manual mode, whose messages go to a device state node: accepted when that has
 * stored the state, released when it could not.
 */
export function settledStateFlow(settings: FlowSettings, state: Settings = {}): FlowNode[] {
  const subscribe = { settleMode: "manual", ...settings.subscribe };
  const ack = (outcome: string): FlowNode => {
    return {
      id: outcome,
      type: "aliyun-iot-ack",
      ...PLACE,
      outcome,
      wires: [[`${outcome}-probe`]],
    };
  };
  const nodes = subscriberFlow({ ...settings, subscribe });
  return [
    ...nodes.map((node): FlowNode => {
      if (node.id === SUBSCRIBER) return { ...node, wires: [[STATE]] };
      return node.id === CATCH
        ? { ...node, scope: [STATE], wires: [["released", "catch-probe"]] }
        : node;
    }),
    { ...stateNode(state), wires: [[`${STATE}-probe`]] },
    probe(STATE, PLACE),
    { id: "complete", type: "complete", ...PLACE, scope: [STATE], wires: [["accepted"]] },
    ...["accepted", "released"].flatMap((outcome) => [ack(outcome), probe(outcome, PLACE)]),
  ];
}
