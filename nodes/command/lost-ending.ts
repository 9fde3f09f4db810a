import { toFailure } from "../shared/translation";
import type { Ending } from "./ending";
import type { Translate } from "../shared/translation";

/** A line for the log: a deploy has removed the node, so nobody else hears how its command ended. */
export function lostEnding({ action, deviceName, how }: Ending, translate: Translate): string {
  const command = { action, device: deviceName ?? "?" };
  if ("result" in how) {
    const { requestId } = how.result.command;
    return translate("log.lostResult", { ...command, requestId });
  }
  const { code, message } = toFailure(how.error, translate);
  return translate("log.lostError", { ...command, reason: code ?? message });
}
