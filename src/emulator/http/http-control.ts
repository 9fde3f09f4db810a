import { createServer } from "node:http";
import { readApiRequest } from "../api/api-request";
import { FaultRequestError } from "../faults/fault-request";
import { writeOutcome } from "./api-response";
import { checkOrigin, HttpError, readBody, readBytes } from "./http-request";
import { parsePush } from "./push-request";
import { readableJson } from "./readable-json";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Api } from "../api/api";
import type { Faults } from "../faults/faults";
import type { GroupStatus } from "../groups/consumer-group";
import type { NewMessage } from "../groups/message";
import type { Body } from "./http-request";
import type { Log } from "../options";

/** What the HTTP control works on. */
export interface HttpTarget {
  readonly options: { readonly log: Log };
  readonly port: number;
  push(message: NewMessage): string;
  groups(): readonly GroupStatus[];
}

type Handler = (body: Body) => unknown;

const NO_BODY: Body = { fields: {}, text: "{}" };

/** Anybody on this computer may ask and nobody else, as there is no password. */
const HOST = "127.0.0.1";

/** The emulator's HTTP control on loopback, and at its root the platform's API. */
export class HttpControl {
  readonly #target: HttpTarget;
  readonly #api: Api;
  readonly #log: Log;
  readonly #server: Server;
  readonly #routes: Readonly<Record<string, Readonly<Record<string, Handler>>>>;

  constructor(target: HttpTarget, api: Api, faults: Faults) {
    this.#target = target;
    this.#api = api;
    this.#log = target.options.log;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
    this.#routes = {
      "/": { GET: () => this.#about() },
      "/groups": { GET: () => ({ groups: target.groups() }) },
      "/messages": { POST: (body) => this.#push(body) },
      "/faults": {
        GET: () => faults.describe(),
        POST: ({ fields }) => faults.start(fields),
        DELETE: () => ({ ended: faults.endAll() }),
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
      // The rest of a body that was not read would be taken for the next request.
      if (!request.complete) response.setHeader("connection", "close");
      response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
      // Who only looks has typed it; the answers to programs stay in a line.
      response.end(`${request.method === "GET" ? readableJson(body) : JSON.stringify(body)}\n`);
    };
    try {
      checkOrigin(request);
      if (pathOf(request) === "/" && (await this.#answerApi(request, response))) return;
      const handler = this.#handler(request, response);
      reply(200, handler(request.method === "POST" ? await readBody(request) : NO_BODY));
    } catch (error) {
      const { status, code, message } = asHttpError(error);
      if (status === 500) this.#log(`HTTP control: ${message}`);
      if (!response.headersSent) reply(status, { error: { code, message } });
    }
  }

  /** False if the request is none to the API; then it has no body that is of use. */
  async #answerApi(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const { method = "", url = "", headers } = request;
    const call = readApiRequest({ method, url, headers, body: await readBytes(request) });
    if (call !== undefined) writeOutcome(response, await this.#api.answer(call));
    return call !== undefined;
  }

  #handler(request: IncomingMessage, response: ServerResponse): Handler {
    const { method = "" } = request;
    const path = pathOf(request);
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
      apiEndpoint: `http://${HOST}:${this.port}`,
      groups,
    };
  }

  #push(body: Body): unknown {
    const { message, count } = parsePush(body);
    const { group } = message;
    const known = this.#target.groups().map(({ consumerGroupId }) => consumerGroupId);
    if (group !== undefined && !known.includes(group)) {
      const sentence = `There is no consumer group ${group}; known are ${known.join(", ")}.`;
      throw new HttpError(400, "unknown-group", sentence);
    }
    return { messageIds: Array.from({ length: count }, () => this.#target.push(message)) };
  }
}

function pathOf({ url = "" }: IncomingMessage): string {
  return url.replace(/[?#].*$/s, "");
}

function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (error instanceof FaultRequestError) return new HttpError(400, "bad-fault", error.message);
  return new HttpError(500, "internal", String(error));
}
