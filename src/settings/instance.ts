import { SettingError } from "../errors/error";
import { invalid } from "../errors/invalid-setting";
import { isHostName, isLoopback, PORT_RANGE } from "../protocol/endpoint";
import { SIGN_METHODS } from "../protocol/sign-in-values";
import {
  choice,
  flag,
  integer,
  optionalSecret,
  required,
  secret,
  plainId,
  withDefaults,
} from "./read";
import type { SignInAccount } from "../protocol/sign-in";
import type { Range, Stored } from "./read";

/** Defaults of the instance's properties as a flow stores them; the credentials have none. */
export const INSTANCE_DEFAULTS = {
  /** Label in the editor. */
  name: "",
  host: "",
  port: 5671,
  iotInstanceId: "",
  signMethod: "hmacsha1",
  useTls: true,
  /** ID of a `tls-config` node; empty: the certificates that Node.js trusts. */
  tls: "",
  /** For sending: the region of the instance; empty: the one that the host names. */
  region: "",
  /** For sending: address of the API; empty: that of the region. */
  apiEndpoint: "",
} as const;

/** What Node-RED stores apart from the flow. */
export const CREDENTIALS = ["accessKeyId", "accessKeySecret", "securityToken"] as const;
export type Credentials = Partial<Record<(typeof CREDENTIALS)[number], string>>;

/** What the editor shows in place of a password that only the runtime has. */
export const HIDDEN_PASSWORD = "__PWRD__";

/** Limits of the numbers, both included. */
export const INSTANCE_LIMITS = { port: PORT_RANGE } as const satisfies Record<string, Range>;

/** Certificates and keys, named as in Node's `tls.connect`. */
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
  /** Host name or IP address of the endpoint; IPv6 without brackets. */
  readonly host: string;
  /** 1 to 65 535. */
  readonly port: number;
  /** `undefined`: plain TCP, which is allowed for a loopback address only. */
  readonly tls: TlsOptions | undefined;
}

function hostName(settings: Stored): string {
  // The brackets of an IPv6 address belong to an address line; a socket wants it without them.
  const host = required(settings, "host").replace(/^\[([^\]]*)\]$/, "$1");
  if (!isHostName(host)) {
    throw invalid("host", host, { rule: "hostName" });
  }
  return host;
}

/** Checks stored instance settings with credentials. Throws SettingError for the first bad one. */
export function resolveInstance(stored: Stored, tls: TlsOptions = {}): InstanceOptions {
  const settings = withDefaults(stored, INSTANCE_DEFAULTS);
  const host = hostName(settings);
  const useTls = flag(settings, "useTls");
  if (!useTls && !isLoopback(host)) {
    throw new SettingError("TLS_REQUIRED", { setting: "useTls", host });
  }
  return {
    host,
    port: integer(settings, "port", INSTANCE_LIMITS.port),
    iotInstanceId: plainId(settings, "iotInstanceId"),
    signMethod: choice(settings, "signMethod", SIGN_METHODS),
    tls: useTls ? tls : undefined,
    // Errors do not quote the ID either: it is often pasted together with the secret.
    accessKeyId: secret(settings, "accessKeyId"),
    accessKeySecret: secret(settings, "accessKeySecret"),
    securityToken: optionalSecret(settings, "securityToken"),
  };
}
