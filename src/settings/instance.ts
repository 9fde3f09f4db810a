import { SettingError } from "../errors/error";
import { invalid } from "../errors/invalid-setting";
import { isHostName, isLoopback, PORT_RANGE } from "../protocol/endpoint";
import { SIGN_METHODS } from "../protocol/sign-in-values";
import { choice, flag, integer, optionalSecret, required, secret, signInValue, text } from "./read";
import type { SignInAccount } from "../protocol/sign-in";
import type { Stored } from "./read";

/** Defaults of the instance's properties, as they are stored in a flow. */
export const INSTANCE_DEFAULTS = {
  name: "",
  host: "",
  port: 5671,
  iotInstanceId: "",
  signMethod: "hmacsha1",
  useTls: true,
  tls: "",
} as const;

/** TLS material, named as in `tls.connect`. */
export interface TlsOptions {
  readonly ca?: string | Buffer | (string | Buffer)[];
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly pfx?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** Where to connect and as whom, checked. */
export interface InstanceOptions extends SignInAccount {
  readonly host: string;
  readonly port: number;
  /** `undefined`: plain TCP, for a loopback address only. */
  readonly tls: TlsOptions | undefined;
}

function hostName(stored: Stored): string {
  // The brackets of an IPv6 address belong to an address line; a socket wants it without them.
  const host = required(stored, "host").replace(/^\[([^\]]*)\]$/, "$1");
  if (!isHostName(host)) {
    throw invalid("host", host, { rule: "hostName" });
  }
  return host;
}

/** Checks stored instance settings with credentials. Throws SettingError for the first bad one. */
export function resolveInstance(stored: Stored, tls: TlsOptions = {}): InstanceOptions {
  const host = hostName(stored);
  const useTls = flag(stored, "useTls", INSTANCE_DEFAULTS.useTls);
  if (!useTls && !isLoopback(host)) {
    throw new SettingError("TLS_REQUIRED", { setting: "useTls", host });
  }
  return {
    host,
    port: integer(stored, "port", { ...PORT_RANGE, fallback: INSTANCE_DEFAULTS.port }),
    iotInstanceId: signInValue(text(stored, "iotInstanceId"), "iotInstanceId"),
    signMethod: choice(stored, "signMethod", SIGN_METHODS),
    tls: useTls ? tls : undefined,
    // Not quoted in errors either: it is often pasted together with the secret.
    accessKeyId: secret(stored, "accessKeyId"),
    accessKeySecret: secret(stored, "accessKeySecret"),
    securityToken: optionalSecret(stored, "securityToken"),
  };
}
