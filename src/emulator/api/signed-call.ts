import { createHmac } from "node:crypto";
import {
  canonicalQuery,
  canonicalRequest,
  percentEncode,
  sha256Hex,
  SIGNATURE_V3,
  signatureV3,
} from "../../protocol/api-signature";
import { gatewayError, missingParameter } from "./api-error";
import { parametersOf } from "./api-request";
import type { SignedRequest } from "../../protocol/api-signature";
import type { ApiRequest } from "./api-request";

/** What a request says of who sends it, when, and what it wants; nothing of it is checked yet. */
export interface SignedCall {
  readonly action: string;
  readonly version: string;
  readonly accessKeyId: string;
  /** Of STS; undefined: none. */
  readonly securityToken: string | undefined;
  /** `2026-01-02T03:04:05Z`. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  /** What must have been signed, as the platform repeats it. */
  readonly stringToSign: string;
  /** The right signature. */
  sign(accessKeySecret: string): string;
}

const AUTHORIZATION = new RegExp(
  `^${SIGNATURE_V3} +Credential=([^,]*), *SignedHeaders=([^,]*), *Signature=([0-9a-f]*)$`,
);

/** Reads the headers of the signature V3. Throws ApiError if they are incomplete. */
function readV3(request: ApiRequest): SignedCall {
  const { method, headers, query, body } = request;
  const header = (name: string) => {
    const value = headers[name] ?? "";
    if (value === "") throw missingParameter(name);
    return value;
  };
  const [, accessKeyId = "", names = "", signature = ""] =
    AUTHORIZATION.exec(header("authorization")) ?? [];
  if (signature === "") {
    throw gatewayError("IncompleteSignature", "The Authorization header cannot be read.");
  }
  const signed = names.split(";");
  const mustBeSigned = Object.keys(headers).filter(
    (name) => name === "host" || name.startsWith("x-acs-"),
  );
  const unsigned = mustBeSigned.find((name) => !signed.includes(name));
  if (unsigned !== undefined) {
    throw gatewayError("IncompleteSignature", `The header ${unsigned} must be signed.`);
  }
  const bodyHash = sha256Hex(body);
  if (header("x-acs-content-sha256") !== bodyHash) {
    throw gatewayError("SignatureDoesNotMatch", "The body has another hash than its header says.");
  }
  const signedRequest: SignedRequest = {
    method,
    // Decoded and encoded anew: on the wire the query may be escaped in another way.
    query,
    headers: Object.fromEntries(signed.map((name) => [name, headers[name] ?? ""])),
    bodyHash,
  };
  const canonical = canonicalRequest(signedRequest);
  return {
    action: header("x-acs-action"),
    version: header("x-acs-version"),
    accessKeyId,
    securityToken: headers["x-acs-security-token"],
    timestamp: header("x-acs-date"),
    nonce: header("x-acs-signature-nonce"),
    signature,
    stringToSign: `${SIGNATURE_V3}\n${sha256Hex(canonical)} of ${canonical}`,
    sign: (accessKeySecret) => signatureV3(signedRequest, accessKeySecret),
  };
}

/** Reads the parameters of the signature V1, which the vendor has given up. Throws ApiError likewise. */
function readV1(request: ApiRequest): SignedCall {
  const { Signature: signature = "", ...parameters } = parametersOf(request);
  const parameter = (name: string) => {
    const value = parameters[name] ?? "";
    if (value === "") throw missingParameter(name);
    return value;
  };
  if (signature === "") throw missingParameter("Signature");
  if (parameter("SignatureMethod") !== "HMAC-SHA1" || parameter("SignatureVersion") !== "1.0") {
    throw gatewayError("InvalidParameter", "Only HMAC-SHA1 in version 1.0 is known here.");
  }
  const stringToSign = `${request.method}&%2F&${percentEncode(canonicalQuery(parameters))}`;
  return {
    action: parameter("Action"),
    version: parameter("Version"),
    accessKeyId: parameter("AccessKeyId"),
    securityToken: parameters["SecurityToken"],
    timestamp: parameter("Timestamp"),
    nonce: parameter("SignatureNonce"),
    signature,
    stringToSign,
    sign: (accessKeySecret) =>
      createHmac("sha1", `${accessKeySecret}&`).update(stringToSign).digest("base64"),
  };
}

/** Whether the answer may be JSON: with V1 a parameter says so, with V3 a header. */
export function wantsJson(request: ApiRequest): boolean {
  const { Format: format, SignatureVersion: v1 } = parametersOf(request);
  if (format !== undefined || v1 !== undefined) return format?.toUpperCase() === "JSON";
  return /\bjson\b/i.test(request.headers["accept"] ?? "");
}

/** What a request says of itself. Throws ApiError if that cannot be read. */
export function readSignedCall(request: ApiRequest): SignedCall {
  return request.headers["authorization"] === undefined ? readV1(request) : readV3(request);
}
