import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "../clock";
import type { ApiEndpoint } from "../settings/api";
import type { HttpRequest } from "./http-request";

/** What became of one request, and whether any of it may have reached the platform. */
export type Exchange =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** Undefined: longer than is read. */
      readonly text: string | undefined;
    }
  /** Nothing of the request has left: no name, no TCP, no proxy, no TLS. */
  | { readonly kind: "unsent"; readonly error: unknown }
  /** It may have left, and no whole answer has come. */
  | { readonly kind: "lost"; readonly error: unknown };

/** A time-out of ours, as opposed to an error of the network. */
export class Overdue extends Error {
  readonly seconds: number;
  /** No name server has answered. */
  readonly isLookingUp: boolean;

  constructor(ms: number, isLookingUp = false) {
    super("overdue");
    this.seconds = ms / 1_000;
    this.isLookingUp = isLookingUp;
  }
}

/** Name lookup, TCP, the proxy's tunnel and TLS together. */
export const CONNECT_MS = 5_000;
/** The platform's answers are some KB; a thing model is the longest. */
const MAX_ANSWER_BYTES = 1024 * 1024;

export interface ExchangeOptions {
  readonly endpoint: ApiEndpoint;
  readonly agent: Agent;
  readonly clock: Clock;
  /** Until the end of the answer. */
  readonly timeoutMs: number;
}

/** Whether a socket that a request was given is yet to be connected, TLS included. */
function isConnecting(socket: Socket, { protocol }: ApiEndpoint): boolean {
  // A TLS socket that is new says `secureConnecting`; Node's types leave it out.
  const state: unknown = Reflect.get(
    socket,
    protocol === "https:" ? "secureConnecting" : "connecting",
  );
  return state === true;
}

/** One request and its answer. */
class OneExchange {
  readonly #options: ExchangeOptions;
  readonly #request: ClientRequest;
  readonly #resolve: (exchange: Exchange) => void;
  readonly #cancelConnect: () => void;
  readonly #cancelTotal: () => void;
  #mayHaveLeft = false;
  #hasResponse = false;

  constructor(
    { method, path, headers, body }: HttpRequest,
    options: ExchangeOptions,
    resolve: (exchange: Exchange) => void,
  ) {
    const { endpoint, agent, clock, timeoutMs } = options;
    const { protocol, host, port } = endpoint;
    this.#options = options;
    this.#resolve = resolve;
    const request = protocol === "https:" ? requestTls : requestPlain;
    this.#request = request({ protocol, host, port, agent, method, path });
    this.#cancelConnect = clock.after(CONNECT_MS, () => {
      this.#overdue(CONNECT_MS);
    });
    this.#cancelTotal = clock.after(timeoutMs, () => {
      this.#overdue(timeoutMs);
    });
    // Stays for good: an error may follow after the end.
    this.#request.on("error", (error) => {
      this.#fail(error);
    });
    this.#request.on("socket", (socket) => {
      this.#watch(socket);
    });
    this.#request.on("response", (response) => {
      this.#read(response);
    });
    // Such as after a change of protocols, of which there is no other word.
    this.#request.on("close", () => {
      if (!this.#hasResponse) this.#fail(new Error("closed"));
    });
    try {
      // Not as an option: Node prints those, the STS token too, where NODE_DEBUG has http.
      for (const [name, value] of Object.entries(headers)) this.#request.setHeader(name, value);
      this.#request.end(body);
    } catch (error) {
      this.#fail(error); // a character that no header may have
      this.#request.destroy();
    }
  }

  #watch(socket: Socket): void {
    const { endpoint } = this.#options;
    if (this.#request.reusedSocket || !isConnecting(socket, endpoint)) {
      this.#sending();
      return;
    }
    // Until then Node keeps what was written; a certificate is checked before this event.
    socket.once(endpoint.protocol === "https:" ? "secureConnect" : "connect", () => {
      this.#sending();
    });
  }

  #sending(): void {
    this.#mayHaveLeft = true;
    this.#cancelConnect();
  }

  #read(response: IncomingMessage): void {
    this.#sending();
    this.#hasResponse = true;
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes <= MAX_ANSWER_BYTES) return;
      this.#answered(response, undefined);
      this.#request.destroy();
    });
    response.on("end", () => {
      this.#answered(response, Buffer.concat(chunks).toString("utf8"));
    });
    // Node says here that the connection was lost within the answer.
    response.on("error", (error) => {
      this.#fail(error);
    });
  }

  #answered({ statusCode = 0, headers }: IncomingMessage, text: string | undefined): void {
    this.#end({ kind: "answered", status: statusCode, headers, text });
  }

  #overdue(ms: number): void {
    this.#fail(new Overdue(ms));
    this.#request.destroy();
  }

  #fail(error: unknown): void {
    this.#end({ kind: this.#mayHaveLeft ? "lost" : "unsent", error });
  }

  #end(exchange: Exchange): void {
    this.#cancelConnect();
    this.#cancelTotal();
    this.#resolve(exchange);
  }
}

/** Sends a request once and waits for the whole answer. Never rejects. */
export function exchange(request: HttpRequest, options: ExchangeOptions): Promise<Exchange> {
  return new Promise((resolve) => {
    try {
      new OneExchange(request, options, resolve);
    } catch (error) {
      resolve({ kind: "unsent", error }); // TLS material that Node cannot read
    }
  });
}
