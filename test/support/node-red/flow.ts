import type { FlowNode } from "./node-red";
import type { ProbeEvent } from "./probe-events";

export const SUBSCRIBER = "subscriber00000";
const INSTANCE = "instance0000000";
/** Node-RED takes a node without a place for a config node. */
export const PLACE = { z: "tab000000000000", x: 100, y: 100 };
export const ACK = "ack000000000000";
const TLS_CONFIG = "tls000000000000";

/** Flows in which nothing runs. */
export const EMPTY_FLOW: readonly FlowNode[] = [{ id: PLACE.z, type: "tab", label: "empty" }];

/** The subscriber has just been shown as connected, with all its connections. */
export const isConnected = ({ id, status }: ProbeEvent): boolean =>
  id === SUBSCRIBER &&
  status?.shape === "dot" &&
  // In a flow that settles by hand and has no ack node it is yellow.
  (status.fill === "green" || status.text?.endsWith(": no ack node") === true);

/** What differs from a subscriber that receives from the emulator with its defaults. */
export interface FlowSettings {
  readonly port: number;
  readonly instance?: Readonly<Record<string, unknown>>;
  readonly credentials?: Readonly<Record<string, unknown>>;
  readonly subscribe?: Readonly<Record<string, unknown>>;
  /** PEM of an authority to trust, by a tls-config node. */
  readonly ca?: string;
  /** Or the file that has it. */
  readonly caFile?: string;
}

/**
 * A subscriber with its instance, wired to probes: its messages are events of kind `message`, what
 * Catch gets `catch`, what the Status node gets `status`.
 */
export function subscriberFlow(settings: FlowSettings): FlowNode[] {
  const { port, instance, credentials, subscribe, ca, caFile = "" } = settings;
  const probe = (kind: string) => ({ id: `${kind}-probe`, type: "test-probe", kind, ...PLACE });
  const nodes: FlowNode[] = [
    { id: PLACE.z, type: "tab", label: "test" },
    {
      id: INSTANCE,
      type: "aliyun-iot-instance",
      name: "",
      host: "127.0.0.1",
      port,
      iotInstanceId: "",
      signMethod: "hmacsha1",
      useTls: false,
      tls: ca === undefined && caFile === "" ? "" : TLS_CONFIG,
      credentials: {
        accessKeyId: "testAccessKeyId",
        accessKeySecret: "testAccessKeySecret",
        // Node-RED keeps a credential that a deploy leaves out.
        securityToken: "",
        ...credentials,
      },
      ...instance,
    },
    {
      id: SUBSCRIBER,
      type: "aliyun-iot-subscribe",
      ...PLACE,
      name: "",
      instance: INSTANCE,
      consumerGroupId: "DEFAULT_GROUP",
      ...subscribe,
      wires: [["message-probe"]],
    },
    probe("message"),
    { id: "catch", type: "catch", ...PLACE, scope: null, wires: [["catch-probe"]] },
    probe("catch"),
    { id: "status", type: "status", ...PLACE, scope: null, wires: [["status-probe"]] },
    probe("status"),
  ];
  if (ca === undefined && caFile === "") return nodes;
  const tls = { id: TLS_CONFIG, type: "tls-config", name: "", verifyservercert: true };
  const files = { cert: "", key: "", ca: caFile, certname: "", keyname: "", caname: "" };
  return [...nodes, { ...tls, ...files, servername: "", credentials: { cadata: ca ?? "" } }];
}

/** How messages get from the subscriber to the ack node. */
export interface SettlingSettings extends FlowSettings {
  /** The ack node's own settings. */
  readonly ack?: Readonly<Record<string, unknown>>;
  /** Nodes in a row between the two; without any the test hands the messages on. */
  readonly path?: readonly FlowNode[];
}

/**
 * A subscriber in manual mode and an ack node: what that passes on are events of kind `settled`,
 * what the Complete node gets `complete`.
 */
export function settlingFlow({ ack, path = [], ...settings }: SettlingSettings): FlowNode[] {
  const subscribe = { settleMode: "manual", ...settings.subscribe };
  const probe = (kind: string) => ({ id: `${kind}-probe`, type: "test-probe", kind, ...PLACE });
  const ids = [...path.map(({ id }) => id), ACK];
  const wired = path.map((node, index) => ({ ...node, ...PLACE, wires: [[ids[index + 1]]] }));
  const nodes = subscriberFlow({ ...settings, subscribe }).map((node) =>
    node.id === SUBSCRIBER && path.length > 0
      ? { ...node, wires: [["message-probe", ids[0]]] }
      : node,
  );
  return [
    ...nodes,
    ...wired,
    { id: ACK, type: "aliyun-iot-ack", ...PLACE, ...ack, wires: [["settled-probe"]] },
    probe("settled"),
    {
      id: "complete",
      type: "complete",
      ...PLACE,
      scope: [ACK, SUBSCRIBER],
      wires: [["complete-probe"]],
    },
    probe("complete"),
  ];
}
