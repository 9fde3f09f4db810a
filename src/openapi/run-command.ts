import { because, CommandError } from "../errors/error";
import { presentable } from "../errors/foreign-text";
import { REPLY_INACTIVE, REPLY_OFFLINE, REPLY_OK } from "../protocol/reply-code";
import { canWaitForReply } from "../settings/command";
import { callFor } from "./command-call";
import { resultOf } from "./command-result";
import type { ErrorDetails } from "../errors/error";
import type { Command, CommandAction } from "../protocol/command";
import type { Json } from "../protocol/json";
import type { Device } from "../protocol/topic";
import type { ApiClient } from "./client";
import type { Replies, Reply } from "./replies";

/** What a command that was carried out, or taken, has brought. */
export interface CommandResult {
  /** The device's answer, or the platform's; `{}` where it has none. A Buffer: a request's, not UTF-8. */
  readonly payload: Json | Buffer;
  readonly command: {
    readonly action: CommandAction;
    /** Of the platform, for its support. */
    readonly requestId: string;
    /** Decimal string; absent where the action has none. */
    readonly messageId?: string;
  };
  /** What a device answered. */
  readonly reply?: { readonly code: number; readonly message: string };
  /** `get-properties`: when the newest value was measured, ms since the epoch. */
  readonly timestamp?: number;
  /** `get-properties`: when each value was measured, ms since the epoch. */
  readonly times?: Readonly<Record<string, number>>;
}

/** With what and how long a command is carried out. */
export interface CommandRun {
  readonly client: ApiClient;
  readonly replies: Replies;
  /** Of the call; of a request: how long the platform waits for the device. */
  readonly timeoutMs: number;
  /** 0: done when the platform has taken the command. */
  readonly waitForReplyMs: number;
}

/** Throws CommandError for a reply that says that the command was not carried out. */
function assertCarriedOut({ code, message }: Reply, { deviceName }: Device): void {
  switch (code) {
    case REPLY_OK:
      return;
    case REPLY_OFFLINE:
      throw new CommandError("DEVICE_OFFLINE", { deviceName, apiCode: String(code) });
    case REPLY_INACTIVE:
      throw new CommandError("DEVICE_INACTIVE", { deviceName, apiCode: String(code) });
    default: {
      const text = presentable(message);
      const why: ErrorDetails = text === "" ? because("noReason") : { reason: text };
      throw new CommandError("DEVICE_REFUSED", { deviceName, replyCode: code, ...why });
    }
  }
}

function withReply(result: CommandResult, reply: Reply, device: Device): CommandResult {
  assertCarriedOut(reply, device);
  const { code, message, data } = reply;
  return { ...result, payload: data, reply: { code, message } };
}

/**
 * Carries a command out and, where asked to, waits for the device's reply. Rejects with ApiError,
 * CommandError or RequestError.
 */
export async function runCommand(
  command: Command,
  { client, replies, timeoutMs, waitForReplyMs }: CommandRun,
): Promise<CommandResult> {
  const { action, device } = command;
  const waits = waitForReplyMs > 0 && canWaitForReply(action);
  // A reply may come before the platform has said which command it belongs to.
  const watch = waits ? replies.watch(device) : undefined;
  try {
    const answer = await client.call(callFor(command, timeoutMs));
    const { result, reply, isAnswered } = resultOf(action, answer);
    if (reply !== undefined) return withReply(result, reply, device);
    if (isAnswered || watch === undefined) return result;
    // Without an ID no reply can be told apart, so none is found.
    const { messageId = "" } = result.command;
    return withReply(result, await watch.reply(messageId, waitForReplyMs), device);
  } finally {
    watch?.end();
  }
}
