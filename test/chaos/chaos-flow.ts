import { CERTIFICATES } from "../support/certificates";
import { ACK, PLACE } from "../support/node-red/flow";
import { receiving } from "./load";
import type { FlowNode } from "../support/node-red/node-red";

export const CONNECTIONS = 4;

/** How the flow treats messages: a share of each outcome, some at once, most later. */
const DECISIONS = {
  shares: { accepted: 0.86, released: 0.06, rejected: 0.04, none: 0.04 },
  atOnce: 0.3,
  longestMs: 400,
};

/** What differs from one deploy to the next. */
interface ChaosFlow {
  readonly port: number;
  readonly seed: number;
  readonly skipDuplicates: boolean;
  /** Another name is a change: without one nothing would be restarted. */
  readonly name: string;
}

/** A subscriber whose messages are settled by chance; what becomes of them is journalled. */
export function chaosFlow({ port, seed, skipDuplicates, name }: ChaosFlow): FlowNode[] {
  const subscribe = {
    ...{ connections: CONNECTIONS, heartbeat: 30, creditWindow: 100, settleMode: "manual" },
    ...{ ackTimeout: 2, skipDuplicates, name },
  };
  const recorder = (kind: string) => ({ id: kind, type: "test-recorder", kind, ...PLACE });
  // TLS, as the platform wants it: it alone tells bytes that were altered on their way.
  const tls = { ca: CERTIFICATES.ca, instance: { host: "localhost", useTls: true } };
  return [
    ...receiving({ port, subscribe, ...tls }, "decider"),
    { id: "decider", type: "test-decider", ...PLACE, seed, ...DECISIONS, wires: [[ACK]] },
    { id: ACK, type: "aliyun-iot-ack", ...PLACE, outcome: "msg", wires: [["settled"]] },
    recorder("settled"),
    { id: "catch", type: "catch", ...PLACE, scope: [ACK], wires: [["error"]] },
    recorder("error"),
  ];
}
