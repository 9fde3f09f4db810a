import { memberText } from "../../protocol/json-member";
import { HttpError } from "./http-request";
import type { JsonObject } from "../../protocol/json";
import type { Range } from "../../settings/read";
import type { NewMessage } from "../groups/message";
import type { Body } from "./http-request";

/** What `POST /messages` asks for: the message, and how often it is pushed. */
export interface PushRequest {
  readonly message: NewMessage;
  readonly count: number;
}

const MAX_COUNT = 10_000;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const FIELDS = new Set([
  "topic",
  "payload",
  "payloadBase64",
  "messageId",
  "generateTime",
  "qos",
  "count",
  "group",
]);

function bad(message: string): HttpError {
  return new HttpError(400, "bad-message", message);
}

function payloadOf({ fields: { payload, payloadBase64 }, text }: Body): unknown {
  // JSON goes out as it came: parsed, a long number would lose digits.
  const given = typeof payload === "string" ? payload : memberText(text, "payload");
  if (payloadBase64 === undefined) return given;
  if (payload !== undefined) throw bad("Give either “payload” or “payloadBase64”, not both.");
  if (typeof payloadBase64 !== "string" || !BASE64.test(payloadBase64)) {
    throw bad("“payloadBase64” must be base64 text.");
  }
  return Buffer.from(payloadBase64, "base64");
}

function optionalText(body: JsonObject, field: "messageId" | "group"): string | undefined {
  const value = body[field];
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw bad(`“${field}” must be text that is not empty (a number would lose digits).`);
}

function optionalInteger(body: JsonObject, field: string, { min, max }: Range) {
  const value = body[field];
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw bad(`“${field}” must be a whole number from ${min} to ${max}.`);
}

/** Reads the body of `POST /messages`. Throws HttpError 400 with a sentence for the first bad field. */
export function parsePush(request: Body): PushRequest {
  const body = request.fields;
  const unknown = Object.keys(body).find((field) => !FIELDS.has(field));
  if (unknown !== undefined) {
    throw bad(`There is no field “${unknown}”; known are ${[...FIELDS].join(", ")}.`);
  }
  const { topic } = body;
  if (typeof topic !== "string" || topic === "") throw bad("“topic” must be text, not empty.");
  const messageId = optionalText(body, "messageId");
  const group = optionalText(body, "group");
  const generateTime = optionalInteger(body, "generateTime", {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  });
  const qos = optionalInteger(body, "qos", { min: 0, max: 1 });
  return {
    count: optionalInteger(body, "count", { min: 1, max: MAX_COUNT }) ?? 1,
    message: {
      topic,
      payload: payloadOf(request),
      ...(messageId === undefined ? {} : { messageId }),
      ...(group === undefined ? {} : { group }),
      ...(generateTime === undefined ? {} : { generateTime }),
      ...(qos === undefined ? {} : { qos: qos === 0 ? 0 : 1 }),
    },
  };
}
