import { deepEqual, doesNotMatch, equal, match, throws } from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { createSecureContext } from "node:tls";
import { isIotAmqpError } from "../../src/errors/error";
import { errorText } from "../../src/errors/texts";
import { readCaCertificates } from "../../src/settings/ca-certificates";
import { CERTIFICATES, TestCa } from "../support/certificates";

const { ca, cert, key } = CERTIFICATES;
const other = new TestCa("Other CA").cert;
const DER = new X509Certificate(ca).raw;
const pkcs8 = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
const sec1 = createPrivateKey(key).export({ type: "sec1", format: "der" });
const pem = (label: string) => `-----BEGIN ${label}-----\nTWFu\n-----END ${label}-----\n`;
/** How the two begin, which is what tells them from other binary files. */
const PKCS7 = Buffer.from("308204e206092a864886f70d010702a08204d3308204cf", "hex");
const PFX = Buffer.from("308209d602010330820992", "hex");

const UNUSABLE: readonly (readonly [what: string, ca: string | Buffer, says: RegExp])[] = [
  ["nothing", "", /it is empty/],
  ["white space", Buffer.from("\r\n"), /it is empty/],
  ["DER", DER, /openssl x509 -inform der/],
  ["DER that was read as text", DER.toString("utf8"), /damaged when it was loaded as text/],
  ["DER that is cut off", DER.subarray(0, 200), /cut off or damaged/],
  ["a private key", key, /it is a private key/],
  ["a private key in DER (PKCS #8)", pkcs8, /it is a private key/],
  ["a private key in DER (SEC 1)", sec1, /it is a private key/],
  ["an encrypted private key", pem("ENCRYPTED PRIVATE KEY"), /it is a private key/],
  ["a certificate request", pem("CERTIFICATE REQUEST"), /certificate request/],
  ["PKCS #7", pem("PKCS7"), /openssl pkcs7 -print_certs/],
  ["PKCS #7 in DER", PKCS7, /openssl pkcs7 -inform der/],
  ["PKCS #12", PFX, /openssl pkcs12 .*-cacerts/],
  ["UTF-16 with its mark", Buffer.from(`\uFEFF${ca}`, "utf16le"), /iconv -f UTF-16/],
  ["UTF-16 without it", Buffer.from(ca, "utf16le"), /iconv -f UTF-16/],
  ["PEM that is cut off", ca.slice(0, 300), /cut off or damaged/],
  ["PEM whose end is missing", ca.replace(/-----END[^]*/, ""), /cut off or damaged/],
  ["a good one and half of one", ca + other.slice(0, 300), /cut off or damaged/],
  ["PEM without its content", pem("CERTIFICATE"), /cut off or damaged/],
  ["a web page", "<html>", /no PEM certificate/],
  ["a server's certificate", cert, /of a server or client \(CN=localhost\)/],
];

for (const [what, given, says] of UNUSABLE) {
  test(`${what} in place of a CA certificate is told as what it is`, () => {
    throws(
      () => readCaCertificates({ ca: given }),
      (error: unknown) => {
        if (!isIotAmqpError(error)) return false;
        equal(error.code, "CA_UNREADABLE");
        for (const language of ["en-US", "zh-CN"] as const) {
          const { text } = errorText(error.code, error.details, language);
          if (language === "en-US") match(text, says);
          doesNotMatch(text, /__|reason/);
        }
        return true;
      },
    );
  });
}

const count = (given: string | Buffer | readonly (string | Buffer)[]) => {
  const { ca: read = [] } = readCaCertificates({
    ca: typeof given === "object" && !Buffer.isBuffer(given) ? [...given] : given,
  });
  createSecureContext({ ca: read });
  return [read].flat().length;
};

test("what Node.js can read is taken, and each certificate of it", () => {
  deepEqual(
    [
      ...[count(ca), count(Buffer.from(ca)), count([ca, other]), count(ca + other)],
      ...[count(ca + cert), count(ca.replaceAll("\n", "\r\n")), count(`Subject: CA\n${ca}`)],
    ],
    [1, 1, 2, 2, 2, 1, 1],
  );
});

test("a byte order mark or indentation does not hide the first certificate", () => {
  deepEqual([count(`\uFEFF${ca}${other}`), count(`  ${ca.replaceAll("\n", "\n  ")}`)], [2, 1]);
});

test("without CA certificates of one's own nothing is changed", () => {
  const tls = { servername: "iot.example" };
  equal(readCaCertificates(tls), tls);
});
