import { assertVariablesSet } from "./settings";
import { toFailure, translateError } from "./translation";
import { isIotAmqpError } from "../../src/errors/error";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import type { FlowMessage } from "../../src/protocol/flow-message";
import type { Failure } from "./translation";
import type { Stored } from "../../src/settings/read";

/** A message that comes to a node's input. */
export type InputMessage = NodeMessage & FlowMessage;

/** Sends one message, or a list with what goes to each output. */
export type Send = (messages: NodeMessage | (NodeMessage | NodeMessage[] | null)[]) => void;

/** What a handler resolves with that has left its message to another node, which completes it. */
export const LEFT_TO_ANOTHER = "left to another";
/** Handles an input message. What it throws, or rejects with, goes to Catch with that message. */
export type InputHandler =
  | ((message: InputMessage, send: Send) => void | Promise<void>)
  | ((message: InputMessage, send: Send) => Promise<typeof LEFT_TO_ANOTHER | undefined>);

/** What is particular to a node. */
export interface NodeParts<Settings> {
  readonly stored: Stored;
  /** Resolves when the node may start; without it the node starts at once. */
  readonly ready?: Promise<unknown>;
  /** Checks the stored settings; their variables are all set. Throws SettingError for the first bad one. */
  resolve(stored: Stored): Settings;
  /** Starts the node's work. */
  start(settings: Settings): InputHandler;
  /** How to go on with a message that the node's predecessor began, whatever the settings are now. */
  resume?(message: InputMessage): InputHandler | undefined;
  /** Shows why the node has not started; without it a red status does. */
  showFailure?(error: unknown): void;
  /** Ends the node's work, also if it has not started. Node-RED waits for it, 15 s at most. */
  close?(): void | Promise<void>;
}

/**
 * Starts a node once its settings have been checked. If one is bad, the status says so and each
 * input message gets the error. Messages that come before the start wait for it.
 */
export function startNode<Settings>(RED: NodeAPI, node: Node, parts: NodeParts<Settings>): void {
  let isClosed = false;
  const close = async () => {
    isClosed = true;
    await parts.close?.();
  };
  node.on("close", (done: () => void) => {
    close()
      .catch((error: unknown) => {
        node.error(toFailure(error, RED._));
      })
      .finally(done);
  });

  const startWhenReady = async () => {
    if (parts.ready !== undefined) await parts.ready;
    return isClosed ? undefined : parts.start(parts.resolve(assertVariablesSet(parts.stored)));
  };
  const started = startWhenReady();
  started.catch((error: unknown) => {
    if (parts.showFailure === undefined) showFailure(RED, node, error);
    else parts.showFailure(error);
  });

  node.on("input", (message: InputMessage, send, done) => {
    const complete = (error?: Failure) => {
      try {
        done(error);
      } catch (thrown) {
        // Catch and Complete get a copy of the message, and not every message can be copied.
        node.error(error ?? toFailure(thrown, RED._));
      }
    };
    Promise.resolve(parts.resume?.(message) ?? started)
      // Closed before it started: nothing was done.
      .then((handle) => (handle === undefined ? LEFT_TO_ANOTHER : handle(message, send)))
      .then(
        (how) => {
          if (how !== LEFT_TO_ANOTHER) complete();
        },
        (error: unknown) => {
          complete(toFailure(error, RED._));
        },
      );
  });
}

/** Shows an error in the status until the node is closed: its successor may show none. */
function showFailure(RED: NodeAPI, node: Node, error: unknown): void {
  if (!isIotAmqpError(error)) {
    // A bug of ours: nothing else would say why the node does nothing.
    node.error(toFailure(error, RED._));
    return;
  }
  const { short } = translateError(error, RED._);
  node.status({ fill: "red", shape: "ring", text: short });
  node.on("close", () => {
    node.status({});
  });
}
