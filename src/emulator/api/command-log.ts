import type { Json } from "../../protocol/json";

/** A command that a simulated device has carried out. */
export interface ExecutedCommand {
  readonly action: string;
  /** Of the call, as its answer says it. */
  readonly requestId: string;
  readonly messageId: string;
  readonly productKey: string;
  readonly deviceName: string;
  /** The properties or arguments, or the content of a message as text. */
  readonly content: Json;
  /** ms since the epoch. */
  readonly atMs: number;
}

const MAX_COMMANDS = 100_000;

/** The commands that were carried out, the newest of them. */
export class CommandLog {
  readonly #commands = new Set<ExecutedCommand>();

  /** Oldest first. */
  get all(): readonly ExecutedCommand[] {
    return [...this.#commands];
  }

  add(command: ExecutedCommand): void {
    this.#commands.add(command);
    const [oldest] = this.#commands;
    if (this.#commands.size > MAX_COMMANDS && oldest !== undefined) this.#commands.delete(oldest);
  }
}
