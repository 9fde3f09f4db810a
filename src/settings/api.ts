import { invalid, invalidSecret, missing } from "../errors/invalid-setting";
import {
  isHostName,
  isLoopback,
  isRegionId,
  parseEndpoint,
  PORT_RANGE,
} from "../protocol/endpoint";
import { INSTANCE_DEFAULTS } from "./instance";
import { optionalSecret, secret, plainId, text, withDefaults } from "./read";
import type { TlsOptions } from "./instance";
import type { Stored } from "./read";

/** Where the platform's HTTPS API is. */
export interface ApiEndpoint {
  /** Plain HTTP for a loopback address only: the emulator. */
  readonly protocol: "https:" | "http:";
  /** Host name or IP address; IPv6 without brackets. */
  readonly host: string;
  /** 1 to 65 535. */
  readonly port: number;
}

/** Where to send commands and as whom, checked. */
export interface ApiOptions {
  readonly endpoint: ApiEndpoint;
  /** Empty: a legacy public instance without an ID. */
  readonly iotInstanceId: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken: string | undefined;
  /** For HTTPS. */
  readonly tls: TlsOptions;
}

const DEFAULT_PORT = { "https:": 443, "http:": 80 } as const;

/** The region that a legacy host names; other hosts name none. */
export function regionOfHost(host: string): string | undefined {
  try {
    return parseEndpoint(host).regionId;
  } catch {
    return undefined; // the check of the host itself says what is wrong with it
  }
}

function endpointOfRegion(settings: Stored): ApiEndpoint {
  const region = text(settings, "region") || regionOfHost(text(settings, "host"));
  if (region === undefined) throw missing("region", "regionForSending");
  if (!isRegionId(region)) throw invalid("region", region, { rule: "regionId" });
  return { protocol: "https:", host: `iot.${region}.aliyuncs.com`, port: DEFAULT_PORT["https:"] };
}

function parseApiEndpoint(given: string): ApiEndpoint {
  const [, scheme = "https:", v6, name, digits] =
    /^(?:(https?:)\/\/)?(?:\[([^\]]+)\]|([^:/?#@]+))(?::(\d+))?\/?$/i.exec(given) ?? [];
  const protocol = scheme.toLowerCase() === "http:" ? "http:" : "https:";
  const host = v6 ?? name ?? "";
  const port = digits === undefined ? DEFAULT_PORT[protocol] : Number(digits);
  const isPort = port >= PORT_RANGE.min && port <= PORT_RANGE.max;
  if (!isHostName(host) || !isPort || (protocol === "http:" && !isLoopback(host))) {
    // What stands before an @ may be a password.
    throw given.includes("@")
      ? invalidSecret("apiEndpoint", { rule: "apiEndpoint" })
      : invalid("apiEndpoint", given, { rule: "apiEndpoint" });
  }
  return { protocol, host, port };
}

/** Whether stored instance settings say where the API is; they may still be wrong. */
export function hasApi(stored: Stored): boolean {
  const settings = withDefaults(stored, INSTANCE_DEFAULTS);
  return ["region", "apiEndpoint"].some((setting) => (settings[setting] ?? "") !== "");
}

/** Checks stored instance settings for sending. Throws SettingError for the first bad one. */
export function resolveApi(stored: Stored, tls: TlsOptions = {}): ApiOptions {
  const settings = withDefaults(stored, INSTANCE_DEFAULTS);
  const given = text(settings, "apiEndpoint");
  return {
    endpoint: given === "" ? endpointOfRegion(settings) : parseApiEndpoint(given),
    iotInstanceId: plainId(settings, "iotInstanceId"),
    accessKeyId: secret(settings, "accessKeyId"),
    accessKeySecret: secret(settings, "accessKeySecret"),
    securityToken: optionalSecret(settings, "securityToken"),
    tls,
  };
}
