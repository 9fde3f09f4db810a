import { setTimeout as pause } from "node:timers/promises";
import type { Emulator } from "../../src/emulator/emulator";
import { SUBSCRIBER, subscriberFlow } from "../support/node-red/flow";
import { soon } from "../support/time/until";
import type { FlowSettings } from "../support/node-red/flow";
import type { FlowNode } from "../support/node-red/node-red";

/** How often is looked whether more is due. */
const LOOK_EVERY_MS = 10;

/**
 * A subscriber with its instance, wired to one node. Without the probes of other tests: they hand
 * each message to the test, which would be most of the work.
 */
export function receiving(settings: FlowSettings, next: string): FlowNode[] {
  return subscriberFlow(settings)
    .filter(({ type }) => /^(tab|tls-config|aliyun-iot-.*)$/.test(type))
    .map((node) => (node.id === SUBSCRIBER ? { ...node, wires: [[next]] } : node));
}

/** Calls `push` for so many messages, evenly at that rate. */
export async function pushEvenly(
  messages: number,
  perSecond: number,
  push: () => void,
): Promise<void> {
  const startMs = performance.now();
  let pushed = 0;
  while (pushed < messages) {
    const due = Math.min(messages, ((performance.now() - startMs) * perSecond) / 1_000);
    for (; pushed < due; pushed += 1) push();
    await pause(LOOK_EVERY_MS);
  }
}

/** Waits until no message waits and none is unsettled: all have been accepted. */
export function allAccepted(emulator: Emulator, withinMs: number): Promise<void> {
  const group = () => emulator.groups()[0];
  return soon(() => group()?.backlog === 0 && group()?.unsettled === 0, {
    withinMs,
    sentence: () => `not all is accepted: ${JSON.stringify(group())}`,
  });
}
