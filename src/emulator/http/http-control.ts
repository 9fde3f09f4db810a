import { createServer } from "node:http";
import { FaultError } from "../faults/fault-request-error";
import { HttpError } from "./http-error";
import { parsePush } from "./push-request";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GroupStatus } from "../groups/consumer-group";
import type { Push } from "../groups/message";
import type { FaultAnswer } from "../faults/fault";
import type { FaultsTold } from "../faults/faults";
import type { JsonObject } from "./push-request";
import type { Log } from "../options";
import { isLoopback } from "../../protocol/endpoint";

/** What the HTTP control works on. */
export interface HttpTarget {
  readonly port: number;
  push(push: Push): string;
  groups(): readonly GroupStatus[];
}

/** Its faults; `start` throws FaultError. */
export interface HttpFaults {
  start(request: JsonObject): FaultAnswer;
  calm(): number;
  tell(): FaultsTold;
}

type Handler = (body: JsonObject) => unknown;

const MAX_BODY_BYTES = 1_048_576;
/** Anybody on this computer may ask, nobody else: there is no password. */
const HOST = "127.0.0.1";

/** A host name without its port: `localhost:5680`, `[::1]:5680`, or what a URL holds. */
function hostOf(value: string): string {
  return value.replace(/^[a-z]+:\/\//i, "").replace(/:\d*$/, "");
}

/** A web page of elsewhere must not reach us: by a DNS name that it points here, or by a plain form. */
function checkOrigin({ headers }: IncomingMessage): void {
  const { host = "", origin } = headers;
  if (!isLoopback(hostOf(host))) {
    throw new HttpError(403, "wrong-host", "Use http://127.0.0.1 or http://localhost.");
  }
  if (origin !== undefined && !isLoopback(hostOf(origin))) {
    throw new HttpError(403, "wrong-origin", "Web pages of other computers are refused.");
  }
}

async function readBody(request: IncomingMessage): Promise<JsonObject> {
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
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new HttpError(400, "bad-json", "The body must be JSON.");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new HttpError(400, "bad-json", "The body must be a JSON object.");
  }
  return body as JsonObject;
}

/** The emulator's HTTP control on loopback. */
export class HttpControl {
  readonly #target: HttpTarget;
  readonly #log: Log;
  readonly #server: Server;
  readonly #routes: Readonly<Record<string, Readonly<Record<string, Handler>>>>;

  constructor(target: HttpTarget, faults: HttpFaults, log: Log) {
    this.#target = target;
    this.#log = log;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
    this.#routes = {
      "/": { GET: () => this.#about() },
      "/groups": { GET: () => ({ groups: target.groups() }) },
      "/messages": { POST: (body) => this.#push(body) },
      "/faults": {
        GET: () => faults.tell(),
        POST: (body) => faults.start(body),
        DELETE: () => ({ ended: faults.calm() }),
      },
    };
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Rejects with Node's error, for instance when the port is in use. */
  start(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: HOST, port }, () => {
        this.#server.off("error", reject);
        this.#server.on("error", (error) => {
          this.#log(`HTTP control: ${error.message}`);
        });
        resolve();
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const reply = (status: number, body: unknown) => {
      // What is left of a body that we did not read would be taken for the next request.
      if (!request.complete) response.setHeader("connection", "close");
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      response.end(`${JSON.stringify(body)}\n`);
    };
    try {
      checkOrigin(request);
      const handler = this.#handler(request, response);
      reply(200, handler(request.method === "POST" ? await readBody(request) : {}));
    } catch (error) {
      const { status, code, message } = asHttpError(error);
      if (status === 500) this.#log(`HTTP control: ${message}`);
      if (!response.headersSent) reply(status, { error: { code, message } });
    }
  }

  #handler({ method = "", url = "" }: IncomingMessage, response: ServerResponse): Handler {
    const path = url.replace(/[?#].*$/s, "");
    const methods = Object.hasOwn(this.#routes, path) ? this.#routes[path] : undefined;
    if (methods === undefined) {
      const known = Object.keys(this.#routes).join(", ");
      throw new HttpError(404, "not-found", `There is nothing here; try ${known}.`);
    }
    const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (handler === undefined) {
      const allowed = Object.keys(methods).join(", ");
      response.setHeader("allow", allowed);
      throw new HttpError(405, "method-not-allowed", `Here only ${allowed} is allowed.`);
    }
    return handler;
  }

  #about(): unknown {
    const groups = this.#target.groups().map(({ consumerGroupId }) => consumerGroupId);
    return {
      name: "aliyun-iot-amqp emulator",
      port: this.#target.port,
      httpPort: this.port,
      groups,
    };
  }

  #push(body: JsonObject): unknown {
    const { push, count } = parsePush(body);
    const { group } = push;
    const known = this.#target.groups().map(({ consumerGroupId }) => consumerGroupId);
    if (group !== undefined && !known.includes(group)) {
      const message = `There is no consumer group ${group}; known are ${known.join(", ")}.`;
      throw new HttpError(400, "unknown-group", message);
    }
    return { messageIds: Array.from({ length: count }, () => this.#target.push(push)) };
  }
}

function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof FaultError) return new HttpError(400, "bad-fault", error.message);
  return new HttpError(500, "internal", String(error));
}
