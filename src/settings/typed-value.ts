import { invalid, missing } from "../errors/invalid-setting";
import { parseDevice } from "../protocol/command";
import { isObjectText, isSendTopic, isServiceIdentifier } from "./command-values";
import type { Rule } from "../errors/setting-texts";
import type { CommandField, CommandOptions } from "./command";

/** The fields that an action may have empty. */
function mayBeEmpty(action: CommandOptions["action"], field: CommandField): boolean {
  return (
    (action === "request" && field === "topic") || (action === "invoke-service" && field === "data")
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The rule that a typed text breaks; undefined if it will do. */
function brokenRule(options: CommandOptions, field: CommandField): Rule | undefined {
  const { type, value } = options[field];
  const text = value.trim();
  switch (field) {
    case "device":
      return parseDevice(text) === undefined ? "device" : undefined;
    case "identifier":
      return isServiceIdentifier(text) ? undefined : "serviceIdentifier";
    case "topic":
      return isSendTopic(text) ? undefined : "sendTopic";
    case "data":
      if (options.action === "publish" || options.action === "request") {
        return type === "json" && !isJson(text) ? "jsonText" : undefined;
      }
      return isObjectText(text) ? undefined : "dataObject";
  }
}

/**
 * Checks what is typed into a field, as far as it can be known before a message comes. Throws
 * SettingError where no message could be sent with it.
 */
export function checkTyped(options: CommandOptions, field: CommandField): void {
  const { type, value } = options[field];
  const isTyped = type === "str" || type === "json";
  if (value.trim() === "") {
    if (isTyped && mayBeEmpty(options.action, field)) return;
    throw missing(field);
  }
  const rule = isTyped ? brokenRule(options, field) : undefined;
  if (rule !== undefined) throw invalid(field, value, { rule });
}
