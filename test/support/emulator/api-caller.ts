import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { API_VERSION, authorizationV3, sha256Hex } from "../../../src/protocol/api-signature";
import { parseExactJson } from "../../../src/protocol/exact-json";
import { EMULATOR_DEFAULTS } from "../../../src/settings/emulator";
import type { Emulator } from "../../../src/emulator/emulator";
import type { JsonObject } from "../../../src/protocol/json";

/** What differs from a call as it should be. */
export interface CallOptions {
  readonly method?: "GET" | "POST";
  /** Parameters in the body. */
  readonly form?: Readonly<Record<string, string>>;
  /** Headers that are signed, too; undefined: without this one. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Headers that are set after signing, or taken away. */
  readonly unsigned?: Readonly<Record<string, string | undefined>>;
  /** The query string in place of the one that is signed. */
  readonly wireQuery?: string;
  readonly accessKeyId?: string;
  readonly accessKeySecret?: string;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Long numbers are texts; `{}` for what is no JSON. */
  readonly body: JsonObject;
}

function jsonOf(text: string): JsonObject {
  return text.startsWith("{") ? (parseExactJson(text) as JsonObject) : {};
}

/** Sends one HTTP request as it is. Rejects if the connection ends before the answer. */
export function send(
  port: number | undefined,
  path: string,
  {
    method = "POST",
    headers = {},
    body = "",
  }: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  },
): Promise<ApiAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        const { statusCode: status = 0 } = response;
        resolve({ status, headers: response.headers, text, body: jsonOf(text) });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function defined(texts: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(texts).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

/** Calls actions of an emulator's API with a signature V3. */
export class ApiCaller {
  readonly #emulator: Emulator;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  call(
    action: string,
    query: Readonly<Record<string, string>> = {},
    options: CallOptions = {},
  ): Promise<ApiAnswer> {
    const { httpPort = 0, options: emulator } = this.#emulator;
    const { method = "POST", form = {}, accessKeyId, accessKeySecret } = options;
    const body = new URLSearchParams(form).toString();
    const headers = defined({
      host: `127.0.0.1:${httpPort}`,
      "x-acs-action": action,
      "x-acs-version": API_VERSION,
      "x-acs-date": new Date(emulator.clock.now()).toISOString().replace(/\.\d+/, ""),
      "x-acs-signature-nonce": randomUUID(),
      "x-acs-content-sha256": sha256Hex(body),
      "content-type": body === "" ? undefined : "application/x-www-form-urlencoded",
      ...options.headers,
    });
    const authorization = authorizationV3(
      { method, query, headers, bodyHash: sha256Hex(body) },
      {
        accessKeyId: accessKeyId ?? EMULATOR_DEFAULTS.accessKeyId,
        accessKeySecret: accessKeySecret ?? EMULATOR_DEFAULTS.accessKeySecret,
      },
    );
    const wireQuery = options.wireQuery ?? new URLSearchParams(query).toString();
    return send(httpPort, `/?${wireQuery}`, {
      method,
      headers: defined({
        ...headers,
        accept: "application/json",
        authorization,
        ...options.unsigned,
      }),
      body,
    });
  }
}
