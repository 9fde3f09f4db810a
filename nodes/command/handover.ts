import type { EventEmitter } from "node:events";
import type { Ending } from "./ending";
import type { FlowStart } from "../shared/flow-start";
import type { InputMessage } from "../shared/start";

/** A command node, as far as a message can be handed to it. */
export interface CommandNode {
  readonly id: string;
  receive(message: InputMessage): void;
}

/**
 * The command nodes of this process: a deploy in the middle of a command must not cost its answer.
 * Only the node that a deploy has put in the place of another reaches the new nodes around it.
 */
export class Handover {
  /** By ID; nodes in subflows have stable ones, too. */
  readonly #nodes = new Map<string, CommandNode>();
  readonly #endings = new WeakMap<InputMessage, Ending>();
  #deploy: Promise<unknown> = Promise.resolve();

  /** `flowStart` listens to the same events. */
  constructor(events: EventEmitter, flowStart: FlowStart) {
    events.on("flows:stopping", () => {
      this.#deploy = flowStart.next();
    });
  }

  add(node: CommandNode): void {
    this.#nodes.set(node.id, node);
  }

  /** Removes a node, but not one that has taken its place. */
  remove(node: CommandNode): void {
    if (this.#nodes.get(node.id) === node) this.#nodes.delete(node.id);
  }

  /** The node that is now in the place of a node, maybe itself; resolves when no deploy is under way. */
  async placeOf(node: CommandNode): Promise<CommandNode | undefined> {
    // A deploy that is under way has closed nodes behind our wires, even if we are still there.
    for (let awaited; awaited !== this.#deploy;) {
      awaited = this.#deploy;
      await awaited;
    }
    return this.#nodes.get(node.id);
  }

  /** Lets another node go on with a message: it receives that once more, and takes the ending. */
  handOn(successor: CommandNode, message: InputMessage, ending: Ending): void {
    this.#endings.set(message, ending);
    successor.receive(message);
  }

  /** The ending of a message that was handed on, once. */
  takeEnding(message: InputMessage): Ending | undefined {
    const ending = this.#endings.get(message);
    this.#endings.delete(message);
    return ending;
  }
}
