import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Json } from "../../../src/protocol/json";
import type { ApiOptions } from "../../../src/settings/api";
import { CERTIFICATES } from "../certificates";

/** A request as the server has read it. */
export interface SeenRequest {
  readonly action: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** Of query and body together. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: string;
  readonly body: string;
}

/** What the server does with a request. */
export type Script = (seen: SeenRequest, response: ServerResponse, socket: Socket) => void;

/** Answers with JSON, or with a text as it is. */
export function answer(
  body: Json,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): Script {
  return (_seen, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

interface ApiServerOptions {
  readonly isTls?: boolean;
  /** Default: one for localhost. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** An API on loopback that answers as it is told. */
export class ApiServer {
  readonly seen: SeenRequest[] = [];
  /** Connections that were made to it. */
  connections = 0;
  /** For each request the next, and the last for all that follow. */
  script: Script[];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #isTls: boolean;

  private constructor(
    script: Script[],
    { isTls = false, certificate = CERTIFICATES }: ApiServerOptions,
  ) {
    this.script = script;
    this.#isTls = isTls;
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response);
    };
    this.#server = isTls ? createTlsServer(certificate, listener) : createServer(listener);
    if (isTls) this.#server.on("tlsClientError", () => undefined);
    this.#server.on("connection", (socket: Socket) => {
      this.connections += 1;
      this.#sockets.add(socket.on("close", () => this.#sockets.delete(socket)));
      socket.on("error", () => undefined);
    });
  }

  static async start(script: Script[], options: ApiServerOptions = {}): Promise<ApiServer> {
    const server = new ApiServer(script, options);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** Where to send commands to it, and as whom. */
  options(changes: Partial<ApiOptions> = {}): ApiOptions {
    return {
      endpoint: {
        protocol: this.#isTls ? "https:" : "http:",
        host: "127.0.0.1",
        port: this.port,
      },
      iotInstanceId: "",
      accessKeyId: "testAccessKeyId0001",
      accessKeySecret: "testAccessKeySecret0001",
      securityToken: undefined,
      tls: this.#isTls ? { ca: CERTIFICATES.ca } : {},
      ...changes,
    };
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const url = request.url ?? "";
    const query = url.slice(url.indexOf("?") + 1);
    const seen: SeenRequest = {
      action: String(request.headers["x-acs-action"]),
      url,
      headers: request.headers,
      parameters: Object.fromEntries([...new URLSearchParams(query), ...new URLSearchParams(body)]),
      query,
      body,
    };
    this.seen.push(seen);
    const next = this.script.length > 1 ? this.script.shift() : this.script[0];
    next?.(seen, response, request.socket);
  }
}

/** Runs a test against a server of its own. */
export async function withApi(
  script: Script[],
  run: (server: ApiServer) => Promise<void>,
  options: ApiServerOptions = {},
): Promise<void> {
  const server = await ApiServer.start(script, options);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}
