import { createPrivateKey, X509Certificate } from "node:crypto";
import { because, TlsError } from "../errors/error";
import { presentable } from "../errors/foreign-text";
import type { ErrorDetails } from "../errors/error";
import type { Reason } from "../errors/reasons";
import type { TlsOptions } from "./instance";

const PEM_CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g;
const PEM_BEGIN = /-----BEGIN ([A-Z0-9 ]+)-----/g;
/** What other kinds of PEM are, by their label. */
const OTHER_PEM: readonly (readonly [label: RegExp, reason: Reason])[] = [
  [/PRIVATE KEY$/, "caKey"],
  [/^(PKCS7|PKCS #7|CMS)/, "caPkcs7"],
  [/CERTIFICATE REQUEST$/, "caRequest"],
];
/** DER of the object identifier 1.2.840.113549.1.7.2, signed data (RFC 5652). */
const SIGNED_DATA = Buffer.from("06092a864886f70d010702", "hex");
const SEQUENCE = 0x30;
/** Version 3 and then a sequence (RFC 7292), behind the head of two to four bytes. */
const PFX = /^30(?:[0-7].|81..|82.{4})02010330/;

function refused(reason: Reason, details: ErrorDetails = {}): TlsError {
  return new TlsError("CA_UNREADABLE", because(reason, { setting: "tls", ...details }));
}

/** Whether a reader of Node's takes it. */
function canRead(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}

/** What a file in binary is, if it is one of ASN.1. */
function binaryReason(bytes: Buffer): Reason {
  if (canRead(() => new X509Certificate(bytes))) return "caDer";
  if (bytes.subarray(0, 24).includes(SIGNED_DATA)) return "caPkcs7Der";
  if (PFX.test(bytes.subarray(0, 8).toString("hex"))) return "caPfx";
  const isKey = (["pkcs8", "pkcs1", "sec1"] as const).some((type) =>
    canRead(() => createPrivateKey({ key: bytes, format: "der", type })),
  );
  return isKey ? "caKey" : "caDamaged";
}

/** The PEM certificates in a text. Throws TlsError that says what there is instead. */
function certificatesIn(text: string): readonly string[] {
  // Some programs indent, and a byte order mark would hide the first line from OpenSSL.
  const lines = text.replace(/\s*[\r\n]\s*/g, "\n").trimStart();
  const blocks = [...lines.matchAll(PEM_CERTIFICATE)].map(([block]) => block);
  const labels = [...lines.matchAll(PEM_BEGIN)].map(([, label = ""]) => label);
  const begun = labels.filter((label) => label.endsWith("CERTIFICATE"));
  if (begun.length === 0) {
    const [, reason] = OTHER_PEM.find(([label]) => labels.some((each) => label.test(each))) ?? [];
    throw refused(
      reason ?? (/[\p{Cc}\uFFFD]/u.test(lines.replace(/\s/g, "")) ? "caBinary" : "caNone"),
    );
  }
  const damaged = blocks.findIndex((block) => !canRead(() => new X509Certificate(block)));
  if (damaged >= 0 || blocks.length < begun.length) throw refused("caDamaged");
  return blocks;
}

function readOne(ca: string | Buffer): readonly string[] {
  if (typeof ca === "string") return certificatesIn(ca);
  if (ca.length > 1 && (ca[0] === 0 || ca[1] === 0 || ca.readUInt16BE(0) >= 0xfeff)) {
    throw refused("caUtf16");
  }
  if (ca[0] === SEQUENCE && ca.length > 2 && !ca.includes("-----BEGIN")) {
    throw refused(binaryReason(ca));
  }
  return certificatesIn(ca.toString("utf8"));
}

/**
 * The CA certificates as Node.js reads them. What it cannot read it passes over, and then trusts
 * nobody. Throws TlsError that says what it is and how to convert it.
 */
export function readCaCertificates(tls: TlsOptions): TlsOptions {
  if (tls.ca === undefined) return tls;
  const given = [tls.ca].flat();
  if (given.every((each) => each.toString().trim() === "")) throw refused("caEmpty");
  const found = given.flatMap(readOne);
  const certificates = found.map((block) => new X509Certificate(block));
  // One that has signed itself is trusted, too: that of a test server, or an old root.
  const isTrusted = certificates.some(({ ca, issuer, subject }) => ca || issuer === subject);
  if (isTrusted) return { ...tls, ca: [...found] };
  throw refused("caNoAuthority", { subject: presentable(certificates[0]?.subject) });
}
