import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import type { KeyObject } from "node:crypto";

/*
 * X.509 certificates for tests, made at test time from Node's own crypto: it has keys and signatures
 * but no certificates, and the handful of DER below is less than a dependency.
 */

/** A certificate with its key, both as PEM. */
interface Certificate {
  readonly cert: string;
  readonly key: string;
}

interface LeafOptions {
  /** Host names and IPv4 addresses. */
  readonly hosts?: readonly string[];
  readonly validFrom?: Date;
  readonly validTo?: Date;
}

const DAY_MS = 86_400_000;

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const head = length < 0x80 ? [length] : long;
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const octets = (content: Buffer) => der(0x04, content);
const bits = (content: Buffer) => der(0x03, Buffer.from([0]), content);
const truth = der(0x01, Buffer.from([0xff]));

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
}

function time(date: Date): Buffer {
  const text = date
    .toISOString()
    .replace(/[-:T]|\.\d+/g, "")
    .slice(2);
  return der(0x17, Buffer.from(text, "ascii"));
}

function name(commonName: string): Buffer {
  const attribute = sequence(oid("2.5.4.3"), der(0x0c, Buffer.from(commonName, "utf8")));
  return sequence(der(0x31, attribute));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [truth] : []), octets(value));
}

function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return der(0x87, Buffer.from(host.split(".").map(Number)));
  return der(0x82, Buffer.from(host, "ascii"));
}

const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));

interface Request {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly extensions: readonly Buffer[];
}

function keyId(publicKey: KeyObject): Buffer {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

function issue(request: Request): string {
  const { subject, issuer, publicKey, signer, validFrom, validTo, extensions } = request;
  // A leading 0x01 keeps the serial number positive.
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(15)]);
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), // version 3
    der(0x02, serial),
    ECDSA_SHA256,
    name(issuer),
    sequence(time(validFrom), time(validTo)),
    name(subject),
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, sequence(...extensions)),
  );
  const signed = sequence(toBeSigned, ECDSA_SHA256, bits(sign("sha256", toBeSigned, signer)));
  const lines = signed.toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`;
}

function keyPair() {
  return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
}

/** A certificate authority of our own, valid from now. */
export class TestCa {
  /** As PEM, to be trusted. */
  readonly cert: string;
  readonly #keys = keyPair();
  readonly #name: string;

  constructor(commonName = "Test CA") {
    this.#name = commonName;
    const { publicKey, privateKey } = this.#keys;
    this.cert = issue({
      subject: commonName,
      issuer: commonName,
      publicKey,
      signer: privateKey,
      validFrom: new Date(Date.now() - 1_000),
      validTo: new Date(Date.now() + 2 * DAY_MS),
      extensions: [
        extension("2.5.29.19", sequence(truth), true), // basic constraints: a CA
        extension("2.5.29.15", der(0x03, Buffer.from([2, 0x04])), true), // key usage: keyCertSign
        extension("2.5.29.14", octets(keyId(publicKey))),
      ],
    });
  }

  /** A server certificate; default: for localhost and 127.0.0.1, valid from now for a day. */
  leaf(options: LeafOptions = {}): Certificate {
    const { hosts = ["localhost", "127.0.0.1"], validFrom, validTo } = options;
    const { publicKey, privateKey } = keyPair();
    const cert = issue({
      subject: hosts[0] ?? "nobody",
      issuer: this.#name,
      publicKey,
      signer: this.#keys.privateKey,
      validFrom: validFrom ?? new Date(Date.now() - 1_000),
      validTo: validTo ?? new Date(Date.now() + DAY_MS),
      extensions: [
        extension("2.5.29.17", sequence(...hosts.map(alternativeName))),
        extension("2.5.29.37", sequence(oid("1.3.6.1.5.5.7.3.1"))), // server authentication
        extension("2.5.29.14", octets(keyId(publicKey))),
        extension("2.5.29.35", sequence(der(0x80, keyId(this.#keys.publicKey)))),
      ],
    });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    return { cert, key };
  }
}

const DEFAULT_CA = new TestCa();

/** A certificate for localhost and 127.0.0.1 with its key, and the authority that signed it. */
export const CERTIFICATES: Certificate & { readonly ca: string } = {
  ca: DEFAULT_CA.cert,
  ...DEFAULT_CA.leaf(),
};
