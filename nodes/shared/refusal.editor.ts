import { isJsonObject } from "../../src/protocol/json";
import type { FormNode } from "./form.editor";

/** The `text` of an answer that is one JSON object, as refusals are. */
export function textIn(answer: string): string | undefined {
  try {
    const value: unknown = JSON.parse(answer);
    return isJsonObject(value) && typeof value["text"] === "string" ? value["text"] : undefined;
  } catch {
    return undefined;
  }
}

/** Why Node-RED did not do what a form has asked it for. */
export function refusalText(node: FormNode, request: JQuery.jqXHR): string {
  const { status, responseText } = request;
  if (status === 0) return node._("request.unreachable");
  if (status === 401 || status === 403) return node._("request.forbidden");
  const text = textIn(responseText);
  if (text !== undefined) return text;
  return status === 429 ? node._("request.tooMany") : node._("request.answered", { status });
}
