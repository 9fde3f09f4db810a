import { systemClock } from "../clock";
import { CommandError } from "../errors/error";
import { createApiClient } from "../openapi/client";
import { Replies } from "../openapi/replies";
import { runCommand } from "../openapi/run-command";
import { COMMAND_ACTIONS } from "../protocol/command";
import { resolveCommand } from "../settings/command";
import { commandFrom } from "../settings/command-values";
import { readFields } from "./call-fields";
import { explain } from "./explain";
import { language, stopRequested } from "./io";
import { jsonLine } from "./json-line";
import { CALL_SOURCES, readConnecting, readSettings, UsageError } from "./settings";
import { DOCTOR_TEXTS } from "../doctor/texts";
import type { CommandResult } from "../openapi/run-command";
import type { CommandAction } from "../protocol/command";
import type { ExitCode, Io } from "./io";

function actionOf(name: string | undefined): CommandAction {
  const choices = COMMAND_ACTIONS.join(", ");
  if (name === undefined || name.startsWith("-"))
    throw new UsageError("actionMissing", { choices });
  const action = COMMAND_ACTIONS.find((each) => each === name);
  if (action === undefined) throw new UsageError("unknownAction", { name, choices });
  return action;
}

function lineOf({ command, ...result }: CommandResult): string {
  const { action, requestId, messageId } = command;
  const line = { action, requestId, messageId, ...result };
  return jsonLine(line);
}

/** Says that it was stopped before anything was sent to a device. */
function stoppedBefore(io: Io): ExitCode {
  io.stderr.write(`${DOCTOR_TEXTS.result.stopped[language(io.env)]}\n`);
  return 1;
}

/** Sends one command to a device, and writes the answer as one JSON line. */
export async function call([name, ...args]: readonly string[], io: Io): Promise<ExitCode> {
  const action = actionOf(name);
  const given = readSettings(args, CALL_SOURCES, io.env);
  const stopped = stopRequested(io);
  const fields = await Promise.race([readFields(action, given, io), stopped]);
  if (fields === undefined) return stoppedBefore(io);
  const { qos, timeout, ...values } = fields;
  const options = resolveCommand({ action, qos, timeout });
  const command = commandFrom(options, values);
  const client = createApiClient((await readConnecting(given)).api(), {
    warn: (error) => {
      const user = { language: language(io.env), sources: CALL_SOURCES };
      io.stderr.write(`${explain(error, user)}\n`);
    },
  });
  try {
    const { timeoutMs } = options;
    const deps = { client, replies: new Replies(systemClock), timeoutMs, waitForReplyMs: 0 };
    const result = await Promise.race([runCommand(command, deps), stopped]);
    if (result === undefined) {
      if (action === "get-status" || action === "get-properties") return stoppedBefore(io);
      throw new CommandError("OUTCOME_UNKNOWN", { reason: "", reasonCode: "interrupted" });
    }
    io.stdout.write(lineOf(result));
    return 0;
  } finally {
    client.close();
  }
}
