import { presentable } from "../errors/foreign-text";
import { parseExactJson } from "../protocol/exact-json";
import { isJsonObject } from "../protocol/json";
import type { Json, JsonObject } from "../protocol/json";

/** What the platform says of a call, whichever of its parts says so. */
export interface Answer {
  readonly isSuccess: boolean;
  readonly requestId: string;
  /** Of a failure; empty where none is given. */
  readonly apiCode: string;
  /** The product's own words; the gateway's are left out: they repeat key and parameters. */
  readonly reason: string;
  readonly body: JsonObject;
}

/** A field by its name as documented, or with a small first letter, as some failures have it. */
function field(body: JsonObject, name: string): Json | undefined {
  return body[name] ?? body[name.charAt(0).toLowerCase() + name.slice(1)];
}

/** A field as a text that may be shown; empty where there is none. */
function text(body: JsonObject, name: string): string {
  const value = field(body, name);
  return typeof value === "number" ? String(value) : presentable(value);
}

function parse(content: string): JsonObject | undefined {
  try {
    const parsed = parseExactJson(content);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined; // HTML or XML, of a proxy or of another server
  }
}

/** Reads an answer; undefined for what is none of the platform's API. */
export function readAnswer(content: string): Answer | undefined {
  const body = parse(content);
  if (body === undefined) return undefined;
  const success = field(body, "Success");
  const code = text(body, "Code");
  // The gateway's answers have no Success; no other JSON has a code and a request ID.
  const isOurs = typeof success === "boolean" || (code !== "" && text(body, "RequestId") !== "");
  if (!isOurs) return undefined;
  // RRpc tells by this field how it went; only SUCCESS is one.
  const rrpcCode = text(body, "RrpcCode");
  const isRrpcFailure = rrpcCode !== "" && rrpcCode.toUpperCase() !== "SUCCESS";
  return {
    isSuccess: success === true && !isRrpcFailure,
    requestId: text(body, "RequestId"),
    apiCode: isRrpcFailure ? rrpcCode : code,
    reason: text(body, "ErrorMessage"),
    body,
  };
}
