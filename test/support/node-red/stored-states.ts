import { equal, match } from "node:assert/strict";
import { isConnected } from "./flow";
import { settledStateFlow, STATE } from "./state-flow";
import { withEmulator } from "../emulator/with-emulator";
import type { Emulator } from "../../../src/emulator/emulator";
import type { FlowNode, NodeRed } from "./node-red";
import type { ProbeEvent } from "./probe-events";

/** Another tab than that of the state node: its states are those of a context. */
export const ANOTHER_FLOW: readonly FlowNode[] = [{ id: "another", type: "tab", label: "another" }];
/** What comes back comes soon, so that nothing has to be waited for. */
const RETRY_MS = 20;

/** Whether the state node's status has just become this. */
export const shows = (text: string, fill: string) => (event: ProbeEvent) =>
  event.id === STATE && event.status?.text === text && event.status.fill === fill;

interface State {
  readonly deviceName: string;
  readonly properties: Readonly<Record<string, { readonly value: unknown }>>;
}

/** What the state node knows, as its list says. */
export async function list(nodeRed: NodeRed): Promise<readonly State[]> {
  nodeRed.hand(STATE, { action: "list" });
  const { message } = await nodeRed.next(STATE, ({ message: m }) => m?.["action"] === "list");
  return message?.["payload"] as readonly State[];
}

export const names = (states: readonly State[]) => states.map(({ deviceName }) => deviceName);

/** Deploys a subscriber in manual mode whose messages are settled by what the state node made of them. */
export async function withStoredStates(
  nodeRed: NodeRed,
  store: string,
  work: (emulator: Emulator) => Promise<void>,
): Promise<void> {
  await withEmulator({ backlogRetryMs: RETRY_MS }, async (emulator) => {
    const state = { context: `#:(${store})::devices` };
    await nodeRed.deploy(settledStateFlow({ port: emulator.port }, state));
    await nodeRed.next("shown", isConnected);
    await work(emulator);
    await nodeRed.deploy(ANOTHER_FLOW);
  });
}

/** The next error is of the store, and says so. */
export async function expectStoreFailed(nodeRed: NodeRed, says: RegExp): Promise<void> {
  const { message } = await nodeRed.next("catch");
  const error = message?.["error"] as { code: string; message: string };
  equal(error.code, "STORE_FAILED", error.message);
  match(error.message, says);
}
