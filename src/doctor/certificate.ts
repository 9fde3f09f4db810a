import { TLSSocket } from "node:tls";
import type { Socket } from "node:net";
import type { ErrorDetails } from "../errors/error";

/** What a server's certificate says, as far as it is for people. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  /** Of the last certificate of the chain that the server has sent, or Node.js has found. */
  readonly topIssuer: string;
  /** ISO dates. */
  readonly from: string;
  readonly until: string;
}

interface Name {
  readonly CN?: unknown;
  readonly O?: unknown;
}

/** A distinguished name in a few words; a name may have several values of a kind. */
function named(name: Name | undefined): string {
  const parts = [name?.CN, name?.O].flat().filter((part) => typeof part === "string");
  return parts.map((part) => part.replace(/[\p{Cc}\p{Cf}]/gu, " ").slice(0, 100)).join(", ") || "?";
}

function day(date: string): string {
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? "?" : new Date(ms).toISOString().slice(0, 10);
}

/** Reads the certificate that a peer has shown; undefined over plain TCP, or when it showed none. */
export function certificateOf(socket: Socket): Certificate | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const leaf = socket.getPeerCertificate(true);
  // Without a certificate Node.js gives an empty object.
  if (!("raw" in leaf)) return undefined;
  let top = leaf;
  const seen = new Set<unknown>();
  // A root is its own issuer; the chain is at most as long as the server likes, so not for ever.
  while ("issuerCertificate" in top && !seen.has(top.fingerprint256) && seen.size < 10) {
    seen.add(top.fingerprint256);
    top = top.issuerCertificate;
  }
  return {
    subject: named(leaf.subject),
    issuer: named(leaf.issuer),
    topIssuer: named(top.issuer),
    from: day(leaf.valid_from),
    until: day(leaf.valid_to),
  };
}

/** The values for a certificate's sentence. */
export function certificateValues({ subject, issuer, from, until }: Certificate): ErrorDetails {
  return { subject, issuer, from, until };
}
