import { HttpsProxyAgent } from "hpagent";
import { ApiError, because } from "../errors/error";
import { isLoopback } from "../protocol/endpoint";
import { DialingPlainAgent, DialingTlsAgent, patientLookUp } from "./dialing-agent";
import { originOf } from "./http-request";
import type { Agent } from "node:http";
import type { DialEnvironment } from "../network/dial";
import type { ApiOptions } from "../settings/api";

/**
 * A server that closes an idle connection just as a command is sent on it leaves its outcome
 * unknown, so idle ones do not live long. hpagent waits as long for the proxy's answer.
 */
const IDLE_MS = 5_000;
const POOL = { keepAlive: true, timeout: IDLE_MS } as const;

/** The proxy to go through. Throws for what is no address of an HTTP proxy, without quoting it. */
function parseProxy(given: string): URL | undefined {
  if (given === "") return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new TypeError("proxy");
}

/** The connections of one client to the API, kept open between calls. */
export class Connections {
  /** Host and port of the proxy, if there is one. */
  readonly proxy: string | undefined;
  readonly #agent: Agent | ApiError;

  constructor(
    options: ApiOptions,
    proxyFor: (url: string) => string,
    environment: DialEnvironment,
  ) {
    const { endpoint } = options;
    const { host, port } = endpoint;
    const given = isLoopback(host) ? "" : proxyFor(originOf(endpoint));
    let proxy: URL | undefined;
    try {
      proxy = parseProxy(given);
    } catch {
      this.#agent = new ApiError("API_UNREACHABLE", { host, port, ...because("proxyWrong") });
      return;
    }
    this.proxy = proxy?.host;
    this.#agent = createAgent(options, proxy, environment);
  }

  /** For one request; or why there is none. */
  agent(): Agent | ApiError {
    return this.#agent;
  }

  close(): void {
    if (this.#agent instanceof ApiError) return;
    // Those in use are closed as soon as they are free.
    this.#agent.maxFreeSockets = 0;
    for (const sockets of Object.values(this.#agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }
}

function createAgent(
  { endpoint, tls }: ApiOptions,
  proxy: URL | undefined,
  environment: DialEnvironment,
): Agent {
  if (endpoint.protocol === "http:") return new DialingPlainAgent(POOL, environment);
  const { servername, ...material } = tls;
  const options = {
    ...POOL,
    ...material,
    // Else Node takes the host's name.
    ...(servername === undefined || servername === "" ? {} : { servername }),
    minVersion: "TLSv1.2",
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0, set for something else, changes nothing.
    rejectUnauthorized: material.rejectUnauthorized ?? true,
  } as const;
  if (proxy === undefined) return new DialingTlsAgent(options, environment);
  return new HttpsProxyAgent({
    ...options,
    proxy,
    proxyRequestOptions: { rejectUnauthorized: true, ...patientLookUp(environment.names) },
  });
}
