import { systemClock } from "../../src/clock";
import { because, StoreError } from "../../src/errors/error";
import { shown } from "../../src/errors/invalid-setting";
import { fieldsOf } from "../../src/settings/command";
import type { Node, NodeAPI } from "node-red";
import type { InputMessage } from "../shared/start";
import type { CommandOptions, ValueSource } from "../../src/settings/command";
import type { CommandValues } from "../../src/settings/command-values";

/** A store that keeps its answer to itself must not keep the message for ever. */
const STORE_LIMIT_MS = 10_000;

/** Evaluates the typed inputs of a command node. */
export class FieldValues {
  readonly #node: Node;
  readonly #util: NodeAPI["util"];
  readonly #options: CommandOptions;

  constructor(node: Node, util: NodeAPI["util"], options: CommandOptions) {
    this.#node = node;
    this.#util = util;
    this.#options = options;
  }

  /** What the fields that the action needs hold for a message. Rejects with StoreError. */
  async of(message: InputMessage): Promise<CommandValues> {
    const entries = fieldsOf(this.#options.action).map(
      async (field) => [field, await this.#value(this.#options[field], message)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  #value({ type, value }: ValueSource, message: InputMessage): unknown {
    switch (type) {
      case "str":
      case "json": // as it was typed: 25.0 stays 25.0
        return value;
      case "env":
        return this.#util.evaluateNodeProperty(value, type, this.#node, message);
      case "msg":
        try {
          return this.#util.evaluateNodeProperty(value, type, this.#node, message);
        } catch {
          return undefined; // something on the way to it is missing, and so is the value
        }
      case "flow":
      case "global":
        return this.#stored(value, type, message);
    }
  }

  /** A value of a context store, which may be an asynchronous one. */
  #stored(value: string, type: "flow" | "global", message: InputMessage): Promise<unknown> {
    const { store = "default" } = this.#util.parseContextStore(value);
    return new Promise((resolve, reject) => {
      const cancel = systemClock.after(STORE_LIMIT_MS, () => {
        const why = because("storeSilent", { seconds: STORE_LIMIT_MS / 1_000 });
        reject(new StoreError("STORE_FAILED", { store, ...why }));
      });
      const answered = (error: unknown, found: unknown) => {
        cancel();
        if (error == null) {
          resolve(found);
          return;
        }
        const reason = error instanceof Error ? error.message : shown(error);
        reject(new StoreError("STORE_FAILED", { store, reason }, error));
      };
      try {
        this.#util.evaluateNodeProperty(value, type, this.#node, message, answered);
      } catch (error) {
        answered(error, undefined);
      }
    });
  }
}
