import { createHash, createHmac } from "node:crypto";

/** The signature's name, in the `Authorization` header and in what is signed. */
export const SIGNATURE_V3 = "ACS3-HMAC-SHA256";
export const API_VERSION = "2018-01-20";

/** A request to the platform's API, as far as its signature goes. */
export interface SignedRequest {
  readonly method: "GET" | "POST";
  /** Parameters in the query string, decoded. */
  readonly query: Readonly<Record<string, string>>;
  /** Headers by their names in lower case; `host`, `content-type` and all `x-acs-*` are signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes of the body as lower-case hex SHA-256. */
  readonly bodyHash: string;
}

/** Percent-encoding by RFC 3986: everything but letters, digits and `-_.~`. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Parameters sorted by code units, encoded and joined as in a query string. */
export function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .join("&");
}

/** Hex SHA-256 of a body, as `x-acs-content-sha256` has it. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function isSigned(name: string): boolean {
  return name === "host" || name === "content-type" || name.startsWith("x-acs-");
}

/** The names of the headers that a signature covers, sorted. */
export function signedHeaderNames(headers: SignedRequest["headers"]): readonly string[] {
  return Object.keys(headers).filter(isSigned).sort();
}

/** The text whose hash is signed: six parts, the fourth of which ends with a line break. */
export function canonicalRequest({ method, query, headers, bodyHash }: SignedRequest): string {
  const names = signedHeaderNames(headers);
  const lines = names.map((name) => `${name}:${(headers[name] ?? "").trim()}\n`);
  return [method, "/", canonicalQuery(query), lines.join(""), names.join(";"), bodyHash].join("\n");
}

/** The signature of a request: hex HMAC-SHA256 with the AccessKey Secret as it is. */
export function signatureV3(request: SignedRequest, accessKeySecret: string): string {
  const hash = sha256Hex(canonicalRequest(request));
  return createHmac("sha256", accessKeySecret).update(`${SIGNATURE_V3}\n${hash}`).digest("hex");
}

/** The `Authorization` header of a request that is otherwise complete. */
export function authorizationV3(
  request: SignedRequest,
  { accessKeyId, accessKeySecret }: { accessKeyId: string; accessKeySecret: string },
): string {
  const names = signedHeaderNames(request.headers).join(";");
  const signature = signatureV3(request, accessKeySecret);
  return `${SIGNATURE_V3} Credential=${accessKeyId},SignedHeaders=${names},Signature=${signature}`;
}
