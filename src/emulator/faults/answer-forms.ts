import { isJsonObject } from "../../protocol/json";
import type { Json } from "../../protocol/json";
import type { Answer } from "../api/answer";

/** The forms of answers that are documented or were seen, beside the emulator's own. */
export const ANSWER_FORMS = ["status-400", "lower-case", "bare-message-id", "whole-reply"] as const;
export type AnswerForm = (typeof ANSWER_FORMS)[number];

function isProductError({ body }: Answer): boolean {
  return body["Success"] === false;
}

function lowerCase([name, value]: [string, Json]): [string, Json] {
  return [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value];
}

/** The result of a synchronous service as the device's whole reply. */
function wholeReply(answer: Answer): Answer | undefined {
  const data = answer.body["Data"];
  if (!isJsonObject(data)) return undefined;
  const { Result: result, MessageId: id = "" } = data;
  if (typeof result !== "string") return undefined;
  const reply = { code: 200, data: JSON.parse(result) as Json, id, message: "success" };
  const whole = JSON.stringify({ ...reply, version: "1.0" });
  return { ...answer, body: { ...answer.body, Data: { ...data, Result: whole } } };
}

/** An answer in another form; undefined if nothing in it has that form. */
export function inForm(form: AnswerForm, answer: Answer): Answer | undefined {
  switch (form) {
    case "status-400":
      return isProductError(answer) ? { ...answer, status: 400 } : undefined;
    case "lower-case": {
      if (!isProductError(answer)) return undefined;
      return { ...answer, body: Object.fromEntries(Object.entries(answer.body).map(lowerCase)) };
    }
    case "bare-message-id": {
      const hasId = typeof answer.body["MessageId"] === "string";
      return hasId ? { ...answer, bareMessageId: true } : undefined;
    }
    case "whole-reply":
      return wholeReply(answer);
  }
}
