import { because, PayloadError } from "../errors/error";
import { toText } from "./amqp-message";
import { parseExactJson } from "./exact-json";
import type { ErrorDetails } from "../errors/error";
import type { AmqpBody } from "./amqp-message";
import type { Json } from "./json";

export const PAYLOAD_FORMATS = ["auto", "json", "string", "buffer", "base64"] as const;
/** What a payload becomes; `auto`: a JSON object or array, else text if it is UTF-8, else a Buffer. */
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];

/** A payload in the format asked for, or the raw Buffer with the reason why it is not. */
export interface Payload {
  readonly payload: Json | Buffer;
  readonly error?: PayloadError;
}

export interface PayloadRequest {
  readonly format: PayloadFormat;
  /** For the error's text. */
  readonly topic: string;
}

const BOM = 0xfeff;
const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/** Devices nest a few levels; deep nesting overflows the stack of a node that clones the payload. */
export const MAX_JSON_DEPTH = 200;

/** The payload of a body, by the payload format. A Buffer is always a copy. Never throws. */
export function payloadOf(body: AmqpBody, { format, topic }: PayloadRequest): Payload {
  const bytes = bodyBytes(body);
  const read = readPayload(bytes, format);
  if ("payload" in read) return read;
  const details = { format, size: bytes.length, topic, ...read.why };
  return { payload: Buffer.from(bytes), error: new PayloadError("PAYLOAD_FORMAT", details) };
}

type Read<T> = { readonly payload: T } | { readonly why: ErrorDetails };

function readPayload(bytes: Buffer, format: PayloadFormat): Read<Json | Buffer> {
  switch (format) {
    case "auto":
      return autoPayload(bytes);
    case "buffer":
      return { payload: Buffer.from(bytes) };
    case "base64":
      return { payload: bytes.toString("base64") };
    case "string":
      return textOf(bytes);
    case "json": {
      const text = textOf(bytes);
      return "payload" in text ? jsonOf(text.payload) : text;
    }
  }
}

/** The bytes, not always a copy; a typed value is taken as the text that stands for it. */
function bodyBytes(body: AmqpBody): Buffer {
  switch (body.section) {
    case "data": {
      const [only, ...more] = body.chunks;
      return only !== undefined && more.length === 0 ? only : Buffer.concat(body.chunks);
    }
    case "value":
      if (body.value === null) return Buffer.alloc(0);
      if (Buffer.isBuffer(body.value)) return body.value;
      return Buffer.from(toText(body.value));
    case "sequence":
      return Buffer.from(toText(body.values));
    case "none":
      return Buffer.alloc(0);
  }
}

function autoPayload(bytes: Buffer): Read<Json | Buffer> {
  const text = textOf(bytes);
  if (!("payload" in text)) return { payload: Buffer.from(bytes) };
  if (!/^\uFEFF?\s*[[{]/.test(text.payload)) return text;
  const json = jsonOf(text.payload);
  return "payload" in json ? json : text;
}

function textOf(bytes: Buffer): Read<string> {
  const payload = bytes.toString("utf8");
  // Only bytes that are not valid, or the character itself, give a replacement character.
  const valid = !payload.includes("\uFFFD") || Buffer.from(payload).equals(bytes);
  return valid ? { payload } : { why: because("notUtf8") };
}

function jsonOf(text: string): Read<Json> {
  if (text === "") return { why: because("empty") };
  if (isDeep(text)) return { why: because("deep", { levels: MAX_JSON_DEPTH }) };
  try {
    return { payload: parseExactJson(text.charCodeAt(0) === BOM ? text.slice(1) : text) };
  } catch {
    // The parser's own message quotes the payload, and a lifecycle message holds a device secret.
    return { why: because("notJson") };
  }
}

/** Whether JSON text nests deeper than MAX_JSON_DEPTH; brackets inside strings do not count. */
function isDeep(text: string): boolean {
  if (text.length <= 2 * MAX_JSON_DEPTH) return false;
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === QUOTE) inString = !inString;
    else if (inString) index += code === BACKSLASH ? 1 : 0;
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth++;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
    if (depth > MAX_JSON_DEPTH) return true;
  }
  return false;
}
