import { isLoopback } from "../../protocol/endpoint";
import { isJsonObject } from "../../protocol/json";
import type { IncomingMessage } from "node:http";
import type { JsonObject } from "../../protocol/json";

const MAX_BODY_BYTES = 1_048_576;

/** An answer other than 200; its code and sentence go into the body. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A host name without its port: `localhost:5680`, `[::1]:5680`, or what a URL holds. */
function hostOf(value: string): string {
  return value.replace(/^[a-z]+:\/\//i, "").replace(/:\d*$/, "");
}

/**
 * Refuses web pages of other hosts: they could reach this port by a DNS name that points here, or by
 * a form. Throws HttpError 403.
 */
export function checkOrigin({ headers }: IncomingMessage): void {
  const { host = "", origin } = headers;
  if (!isLoopback(hostOf(host))) {
    throw new HttpError(403, "wrong-host", "Use http://127.0.0.1 or http://localhost.");
  }
  if (origin !== undefined && !isLoopback(hostOf(origin))) {
    throw new HttpError(403, "wrong-origin", "Web pages of other computers are refused.");
  }
}

/** Reads a body. Rejects with HttpError 413. */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > MAX_BODY_BYTES) {
      throw new HttpError(413, "too-large", `The body may have ${MAX_BODY_BYTES} bytes.`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The body's text, in UTF-8 or what `content-type` says. Throws HttpError 400 for other bytes. */
function textOf(bytes: Buffer, contentType = ""): string {
  const [, charset = "utf-8"] = /;\s*charset="?([^\s;"]+)/i.exec(contentType) ?? [];
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    const sentence = `The body is not ${charset} text. Send it in UTF-8, for instance from a file that an editor saved so: curl --data-binary @message.json. Or name its encoding: -H "content-type: application/json; charset=gbk".`;
    throw new HttpError(400, "bad-encoding", sentence);
  }
}

/** A body that is a JSON object, and its text. */
export interface Body {
  readonly fields: JsonObject;
  readonly text: string;
}

/** Reads a body. Rejects with HttpError 400 or 413. */
export async function readBody(request: IncomingMessage): Promise<Body> {
  const text = textOf(await readBytes(request), request.headers["content-type"]);
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw new HttpError(400, "bad-json", "The body must be JSON.");
  }
  if (!isJsonObject(fields))
    throw new HttpError(400, "bad-json", "The body must be a JSON object.");
  return { fields, text };
}
