import { replies } from "../shared/replies";
import { runCommand } from "../../src/openapi/run-command";
import { commandFrom } from "../../src/settings/command-values";
import type { CommandStatus } from "./command-status";
import type { Ending } from "./ending";
import type { FieldValues } from "./field-values";
import type { InputMessage } from "../shared/start";
import type { ApiClient } from "../../src/openapi/client";
import type { CommandOptions } from "../../src/settings/command";

/** With what commands are carried out. */
export interface CommandSettings {
  readonly client: ApiClient;
  readonly options: CommandOptions;
}

/** Carries out the commands of one node. */
export class CommandRunner {
  readonly #settings: CommandSettings;
  readonly #values: FieldValues;
  readonly #status: CommandStatus;

  constructor(settings: CommandSettings, values: FieldValues, status: CommandStatus) {
    this.#settings = settings;
    this.#values = values;
    this.#status = status;
  }

  /** Carries out the command that a message asks for. Never rejects. */
  async run(message: InputMessage): Promise<Ending> {
    const { client, options } = this.#settings;
    const { action, timeoutMs, waitForReplyMs } = options;
    let deviceName: string | undefined;
    try {
      const command = commandFrom(options, await this.#values.of(message));
      ({ deviceName } = command.device);
      this.#status.begin(message, deviceName);
      const result = await runCommand(command, { client, replies, timeoutMs, waitForReplyMs });
      return { action, deviceName, how: { result } };
    } catch (error) {
      return { action, deviceName, how: { error } };
    }
  }
}
