import { isIotAmqpError } from "../../src/errors/error";
import type { InputMessage } from "../shared/start";
import type { CommandResult } from "../../src/openapi/run-command";
import type { CommandAction } from "../../src/protocol/command";

/** How a command ended. */
export interface Ending {
  readonly action: CommandAction;
  /** Undefined where the message names none. */
  readonly deviceName: string | undefined;
  /** A failure has any thrown value as its error. */
  readonly how: { readonly result: CommandResult } | { readonly error: unknown };
}

/** What a device answered, where it refused. */
function replyIn(error: unknown): CommandResult["reply"] {
  if (!isIotAmqpError(error) || error.code !== "DEVICE_REFUSED") return undefined;
  const { replyCode, reason } = error.details;
  return { code: Number(replyCode), message: String(reason ?? "") };
}

/** Puts on a message how its command ended; what an earlier command has left there goes. */
export function mark(message: InputMessage, { action, how }: Ending): void {
  const reply = "error" in how ? replyIn(how.error) : how.result.reply;
  Object.assign(message, "error" in how ? { command: { action } } : how.result);
  if (reply === undefined) Reflect.deleteProperty(message, "reply");
  else Object.assign(message, { reply });
}
