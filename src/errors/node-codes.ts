import type { ErrorCode } from "./table";

/** Foreign codes and what they mean. */
export type CodeTable<Meaning extends string> = ReadonlyMap<string, Meaning>;

/** Names by what they mean, separated by white space. */
export function codeTable<Meaning extends string>(
  groups: Readonly<Partial<Record<Meaning, string>>>,
): CodeTable<Meaning> {
  const meanings = Object.keys(groups) as Meaning[];
  return new Map(
    meanings.flatMap((meaning) =>
      (groups[meaning] ?? "").split(/\s+/).map((name) => [name, meaning] as const),
    ),
  );
}

type NodeErrorCode = Extract<
  ErrorCode,
  | "DNS_FAILED"
  | "CONNECTION_REFUSED"
  | "TLS_UNTRUSTED"
  | "TLS_HOSTNAME"
  | "TLS_EXPIRED"
  | "TLS_FAILED"
>;

/** Node's codes of DNS, TCP and certificate errors; what is missing here goes by its prefix. */
const NODE_CODES = codeTable<NodeErrorCode>({
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
const TLS_CODE = /^(ERR_SSL|ERR_TLS|ERR_OSSL|ERR_CRYPTO)_/;

/** What one of Node's error codes means for a connection. */
export function meaningOfNodeCode(name: string): NodeErrorCode | undefined {
  return NODE_CODES.get(name) ?? (TLS_CODE.test(name) ? "TLS_FAILED" : undefined);
}
