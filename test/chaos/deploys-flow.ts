import { PLACE } from "../support/node-red/flow";
import { receiving } from "./load";
import type { DeployType, FlowNode } from "../support/node-red/node-red";

export const CONNECTIONS = 2;
/** Between the subscriber and the end, in this order. */
export const PATH = ["first", "second", "third"] as const;
const END = "end";
const ELSEWHERE = { ...PLACE, z: "tab000000000001" };

/** What is deployed, and how. */
export interface DeployKind {
  readonly type: DeployType;
  /** The node behind the subscriber is changed each time; or else one in another tab. */
  readonly changesNext: boolean;
  /** Whether Node-RED stops and starts the subscriber for it. */
  readonly restarts: boolean;
  /** Part of a test's name. */
  readonly title: string;
}

const NEXT = { changesNext: true, title: "with a change of the node behind the subscriber" };
const OTHER = { changesNext: false, title: "with a change in another tab" };

function kind(type: DeployType, change: typeof NEXT): DeployKind {
  const { changesNext, title } = change;
  const restarts = type === "full" || (type === "flows" && changesNext);
  return { type, changesNext, restarts, title: `deploys (${type}) ${title}` };
}

/** Each type of deploy, with and without a change of the node behind the subscriber. */
export const DEPLOY_KINDS: readonly DeployKind[] = (["full", "flows", "nodes"] as const).flatMap(
  (type) => [kind(type, NEXT), kind(type, OTHER)],
);

/** A function node that passes on what it gets; another remark in its code is a change. */
function passing(id: string, next: readonly string[], remark = ""): FlowNode {
  const code = { func: `// ${remark}\nreturn msg;`, initialize: "", finalize: "", libs: [] };
  return { id, type: "function", ...PLACE, outputs: 1, timeout: 0, ...code, wires: [next] };
}

/** What differs from one deploy to the next. */
interface DeploysFlow {
  readonly port: number;
  readonly skipDuplicates: boolean;
  /** In the code of the node behind the subscriber. */
  readonly next: number;
  /** In the code of the node in the other tab. */
  readonly elsewhere: number;
}

/** A subscriber in auto mode with four nodes in a row behind it, and a node in another tab. */
export function deploysFlow({ port, skipDuplicates, next, elsewhere }: DeploysFlow): FlowNode[] {
  const subscribe = { connections: CONNECTIONS, settleMode: "auto", skipDuplicates };
  const [first, second, third] = PATH;
  return [
    ...receiving({ port, subscribe }, first),
    passing(first, [second], String(next)),
    passing(second, [third]),
    passing(third, [END]),
    { id: END, type: "test-end", ...PLACE },
    { id: ELSEWHERE.z, type: "tab", label: "elsewhere" },
    { ...passing("elsewhere", [], String(elsewhere)), ...ELSEWHERE },
  ];
}

/**
 * The same nodes without credentials: Node-RED keeps those that it has, and takes a node that comes
 * with credentials for a changed one.
 */
export function withoutCredentials(nodes: readonly FlowNode[]): FlowNode[] {
  return nodes.map((node) => ({ ...node, credentials: undefined }));
}
