import type { ErrorCode } from "../errors/error";
import type { Reason } from "../errors/reasons";

type CodeTable<Code extends ErrorCode> = ReadonlyMap<string, Code>;

/** Names by what they mean, separated by white space. */
function table<Code extends ErrorCode>(groups: Readonly<Record<Code, string>>): CodeTable<Code> {
  const codes = Object.keys(groups) as Code[];
  return new Map(
    codes.flatMap((code) => groups[code].split(/\s+/).map((name) => [name, code] as const)),
  );
}

/** Node's codes of DNS, TCP and certificate errors; what is missing here goes by its prefix. */
export const NODE_CODES = table({
  DNS_FAILED: `ENOTFOUND EAI_AGAIN EAI_FAIL EAI_NODATA EAI_NONAME EAI_ADDRFAMILY ENODATA ESERVFAIL ENONAME
    EBADNAME`,
  CONNECTION_REFUSED: "ECONNREFUSED",
  TLS_UNTRUSTED: `CERT_CHAIN_TOO_LONG CERT_REJECTED CERT_REVOKED CERT_SIGNATURE_FAILURE CERT_UNTRUSTED
    DEPTH_ZERO_SELF_SIGNED_CERT INVALID_CA INVALID_PURPOSE PATH_LENGTH_EXCEEDED
    SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY
    UNABLE_TO_DECRYPT_CERT_SIGNATURE UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    UNABLE_TO_VERIFY_LEAF_SIGNATURE`,
  TLS_HOSTNAME: "ERR_TLS_CERT_ALTNAME_INVALID ERR_TLS_CERT_ALTNAME_FORMAT HOSTNAME_MISMATCH",
  TLS_EXPIRED: `CERT_HAS_EXPIRED CERT_NOT_YET_VALID ERROR_IN_CERT_NOT_AFTER_FIELD
    ERROR_IN_CERT_NOT_BEFORE_FIELD`,
  // Revocation lists are only looked at where the user has configured one.
  TLS_FAILED: `CRL_HAS_EXPIRED CRL_NOT_YET_VALID CRL_SIGNATURE_FAILURE ERROR_IN_CRL_LAST_UPDATE_FIELD
    ERROR_IN_CRL_NEXT_UPDATE_FIELD OUT_OF_MEM UNABLE_TO_DECRYPT_CRL_SIGNATURE UNABLE_TO_GET_CRL
    EPROTO`,
});

/** OpenSSL's and Node's own TLS errors; there are hundreds, with new ones in each OpenSSL. */
export const TLS_CODE = /^(ERR_SSL|ERR_TLS|ERR_OSSL|ERR_CRYPTO)_/;

/** AMQP 1.0 error conditions (part 2.8.14 to 2.8.18, part 3.5) that say more than "closed". */
export const CONDITIONS = table({
  REFUSED: `amqp:unauthorized-access amqp:not-allowed amqp:precondition-failed amqp:resource-locked`,
  GROUP_NOT_FOUND: "amqp:not-found amqp:resource-deleted",
  TOO_MANY_CONNECTIONS: "amqp:resource-limit-exceeded",
  // The peer says that we broke the protocol: no retry within seconds mends that.
  PROTOCOL_VIOLATION: `amqp:connection:framing-error amqp:decode-error amqp:frame-size-too-small amqp:illegal-state
    amqp:invalid-field amqp:not-implemented amqp:link:message-size-exceeded
    amqp:link:transfer-limit-exceeded amqp:session:errant-link amqp:session:handle-in-use
    amqp:session:unattached-handle amqp:session:window-violation`,
});

/** SASL outcome codes (part 5.3.3.6). The user has to correct 1 and 3, but not 2 and 4. */
export const SASL_CODES: ReadonlyMap<
  number,
  { readonly code: "SIGN_IN_REFUSED" | "SIGN_IN_UNAVAILABLE"; readonly reason: Reason }
> = new Map([
  [1, { code: "SIGN_IN_REFUSED", reason: "sasl1" }],
  [2, { code: "SIGN_IN_UNAVAILABLE", reason: "sasl2" }],
  [3, { code: "SIGN_IN_REFUSED", reason: "sasl3" }],
  [4, { code: "SIGN_IN_UNAVAILABLE", reason: "sasl4" }],
]);

/** Node's codes for a peer that hung up; in the TLS handshake a sign that the port has no TLS. */
export const HUNG_UP: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE"]);
