import { randomBytes } from "node:crypto";
import { API_VERSION, authorizationV3, canonicalQuery, sha256Hex } from "../protocol/api-signature";
import { packageVersion } from "../version";
import { API_ACTIONS } from "./actions";
import type { ApiEndpoint, ApiOptions } from "../settings/api";
import type { ApiCall } from "./client";

/** A request that is signed and ready to be sent, once. */
export interface HttpRequest {
  readonly method: "POST";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A call as it stands in URL and body; the same in each attempt. */
export interface PreparedCall {
  readonly call: ApiCall;
  readonly query: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body: string;
}

const USER_AGENT = `@iot-flows/node-red-aliyun-iot/${packageVersion()}`;
const DEFAULT_PORT = { "https:": 443, "http:": 80 } as const;

/** The `host` header: with the port unless it is the protocol's own. */
function hostHeader({ protocol, host, port }: ApiEndpoint): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === DEFAULT_PORT[protocol] ? name : `${name}:${port}`;
}

/** The address of an endpoint. */
export function originOf(endpoint: ApiEndpoint): string {
  return `${endpoint.protocol}//${hostHeader(endpoint)}`;
}

/** Divides a call's parameters between query string and body. */
export function prepare(call: ApiCall, { iotInstanceId }: ApiOptions): PreparedCall {
  const inBody: readonly string[] = API_ACTIONS[call.action].bodyParameters;
  const instance = iotInstanceId === "" ? {} : { IotInstanceId: iotInstanceId };
  const entries = Object.entries({ ...call.parameters, ...instance });
  const query = Object.fromEntries(entries.filter(([name]) => !inBody.includes(name)));
  const form = Object.fromEntries(entries.filter(([name]) => inBody.includes(name)));
  return { call, query, path: `/?${canonicalQuery(query)}`, body: canonicalQuery(form) };
}

/** Signs a call for one attempt, at a time of the platform's clock. */
export function signedRequest(
  { call, query, path, body }: PreparedCall,
  options: ApiOptions,
  nowMs: number,
): HttpRequest {
  const { accessKeyId, accessKeySecret, securityToken } = options;
  const bodyHash = sha256Hex(body);
  const signed: Readonly<Record<string, string>> = {
    host: hostHeader(options.endpoint),
    "x-acs-action": call.action,
    "x-acs-version": API_VERSION,
    "x-acs-date": new Date(nowMs).toISOString().replace(/\.\d+/, ""),
    // The platform takes each once; chance that is an argument is not good enough here.
    "x-acs-signature-nonce": randomBytes(16).toString("hex"),
    "x-acs-content-sha256": bodyHash,
    ...(body === "" ? {} : { "content-type": "application/x-www-form-urlencoded" }),
    ...(securityToken === undefined ? {} : { "x-acs-security-token": securityToken }),
  };
  const authorization = authorizationV3(
    { method: "POST", query, headers: signed, bodyHash },
    { accessKeyId, accessKeySecret },
  );
  const headers = {
    ...signed,
    accept: "application/json",
    "user-agent": USER_AGENT,
    "content-length": String(Buffer.byteLength(body)),
    authorization,
  };
  return { method: "POST", path, headers, body };
}
