import { FlowStart } from "./flow-start";
import { isCommonCause, RepeatedFailures } from "./repeated-failures";
import { replaceVariables, variablesOf } from "./settings";
import { toFailure } from "./translation";
import { systemClock } from "../../src/clock";
import { isIotAmqpError } from "../../src/errors/error";
import { isJsonObject } from "../../src/protocol/json";
import type { Node, NodeAPI, NodeMessage } from "node-red";
import type { FlowMessage } from "../../src/protocol/flow-message";
import type { Failure } from "./translation";
import type { Stored } from "../../src/settings/read";

/** A message that comes to a node's input. */
export type InputMessage = NodeMessage & FlowMessage;

/** Sends one message, or a list with what goes to each output. */
export type Send = (messages: NodeMessage | (NodeMessage | NodeMessage[] | null)[]) => void;

/** What a handler returns that has left its message to another node, which completes it. */
export const LEFT_TO_ANOTHER = "left to another";
/**
 * Handles an input message. What it throws, or rejects with, goes to Catch with that message; of an
 * AggregateError each of its errors.
 */
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
  /** Whether somebody waits for what becomes of a message: then it gets each error itself. */
  isRequest?(message: InputMessage): boolean;
  /** How to go on with a message that the node's predecessor began, whatever the settings are now. */
  resume?(message: InputMessage): InputHandler | undefined;
  /** Shows why the node has not started; without it a red status does. */
  showFailure?(error: unknown): void;
  /** Ends the node's work, also if it has not started. Node-RED waits for it, 15 s at most. */
  close?(): void | Promise<void>;
}

/** The ID of the node that failed a message, where a Catch node has said so in it. */
export function failedNodeId({ error }: InputMessage): unknown {
  if (!isJsonObject(error) || !isJsonObject(error["source"])) return undefined;
  return error["source"]["id"];
}

/**
 * Starts a node once its settings have been checked. If one is bad, the status says so, and Catch
 * hears of it once. Messages that come before the start wait for it.
 */
export function startNode<Settings>(RED: NodeAPI, node: Node, parts: NodeParts<Settings>): void {
  const failures = new RepeatedFailures(node, RED._, systemClock);
  let isClosed = false;
  const close = async () => {
    isClosed = true;
    failures.close();
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
    if (isClosed) return undefined;
    return parts.start(parts.resolve(replaceVariables(parts.stored, variablesOf(RED, node))));
  };
  const started = startWhenReady();
  started.catch((error: unknown) => {
    if (parts.showFailure !== undefined) parts.showFailure(error);
    // A bug of ours: nothing else would say why the node does nothing.
    else if (!isIotAmqpError(error)) node.error(toFailure(error, RED._));
    else void failures.reportStart(error, parts.ready ?? FlowStart.of(RED.events).next());
  });

  node.on("input", (message: InputMessage, send, done) => {
    const complete = (failure?: Failure) => {
      try {
        done(failure);
      } catch (thrown) {
        // Catch and Complete get a copy of the message, and not every message can be copied.
        node.error(failure ?? toFailure(thrown, RED._));
      }
    };
    const fail = (error: unknown) => {
      if (!isCommonCause(error) || parts.isRequest?.(message) === true) {
        complete(toFailure(error, RED._));
      } else if (failedNodeId(message) !== node.id) failures.report(error, message);
      // Else Catch has brought it back to where it failed, and would do so for ever.
    };
    Promise.resolve(parts.resume?.(message) ?? started)
      // Closed before it started: nothing was done.
      .then((handle) => (handle === undefined ? LEFT_TO_ANOTHER : handle(message, send)))
      .then(
        (how) => {
          if (how !== LEFT_TO_ANOTHER) complete();
        },
        (thrown: unknown) => {
          const errors: unknown[] = thrown instanceof AggregateError ? thrown.errors : [thrown];
          errors.forEach(fail);
        },
      );
  });
}
