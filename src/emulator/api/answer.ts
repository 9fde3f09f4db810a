import type { JsonObject } from "../../protocol/json";
import type { ApiError } from "./api-error";

/** An answer before it is written. */
export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  /** Write the message ID as a number: it has more digits than a double holds. */
  readonly bareMessageId: boolean;
}

export function success(requestId: string, fields: JsonObject): Answer {
  const body = { RequestId: requestId, Success: true, Code: "", ...fields };
  return { status: 200, body, bareMessageId: false };
}

/** The answer to a call that was refused, in the form of the one who refused it. */
export function refusal(requestId: string, error: ApiError): Answer {
  const { by, status, code, message, fields } = error;
  const body =
    by === "product"
      ? { RequestId: requestId, Success: false, Code: code, ErrorMessage: message, ...fields }
      : {
          RequestId: requestId,
          HostId: "iot.emulator",
          Code: code,
          Message: message,
          Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(code)}`,
        };
  return { status, body, bareMessageId: false };
}

/** An answer as JSON text. */
export function toJson({ body, bareMessageId }: Answer): string {
  const json = JSON.stringify(body);
  // Inside of a text the quotes would be escaped, so this is the field.
  return bareMessageId ? json.replace(/"MessageId":"(\d+)"/, '"MessageId":$1') : json;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** An error as the XML that callers get who did not ask for JSON. */
export function toXml({ body }: Answer): string {
  const fields = Object.entries(body).map(
    ([name, value]) =>
      `<${name}>${escapeXml(typeof value === "string" ? value : JSON.stringify(value))}</${name}>`,
  );
  return `<?xml version='1.0' encoding='UTF-8'?><Error>${fields.join("")}</Error>`;
}
