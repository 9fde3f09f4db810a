import { SettingError } from "./errors";
import { CLIENT_ID_RULE, isClientId } from "./protocol/client-id";
import { isHostName, PORT_RANGE } from "./protocol/endpoint";
import { isTopicFilter } from "./protocol/topic-filter";
import { choice, flag, integer, invalid, optionalSecret, required, secret } from "./stored";
import { signInValue, text } from "./stored";
import type { Range, Stored } from "./stored";

export const SIGN_METHODS = ["hmacsha1", "hmacsha256", "hmacmd5"] as const;
export const SETTLE_MODES = ["auto", "manual"] as const;
export const PAYLOAD_FORMATS = ["auto", "json", "string", "buffer", "base64"] as const;
export const OUTCOMES = ["accepted", "released", "rejected"] as const;
/** How a delivery ends on the wire. */
export type Outcome = (typeof OUTCOMES)[number];
export type SignMethod = (typeof SIGN_METHODS)[number];
export type SettleMode = (typeof SETTLE_MODES)[number];
export type PayloadFormat = (typeof PAYLOAD_FORMATS)[number];

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

/** Defaults of the subscriber's properties, as they are stored in a flow; durations in seconds. */
export const SUBSCRIBE_DEFAULTS = {
  name: "",
  instance: "",
  consumerGroupId: "DEFAULT_GROUP",
  clientId: "",
  connections: 1,
  heartbeat: 60,
  creditWindow: 200,
  settleMode: "auto",
  ackTimeout: 25,
  payloadFormat: "auto",
  topicFilters: [],
  skipDuplicates: true,
  inputs: 0,
} as const;

/** Ranges of the numbers, both ends included. */
export const LIMITS = {
  port: PORT_RANGE,
  connections: { min: 1, max: 128 },
  heartbeat: { min: 30, max: 300 },
  creditWindow: { min: 1, max: 2_000 },
  ackTimeout: { min: 1, max: 25 },
} as const satisfies Record<string, Range>;

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
export interface InstanceOptions {
  readonly host: string;
  readonly port: number;
  readonly iotInstanceId: string;
  readonly signMethod: SignMethod;
  /** `undefined`: plain TCP, for a loopback address only. */
  readonly tls: TlsOptions | undefined;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  /** STS token; its presence selects `authMode=ststoken`. */
  readonly securityToken: string | undefined;
}

/** What to receive and how, checked. */
export interface SubscribeOptions {
  readonly consumerGroupId: string;
  /** Base of the client IDs; with several connections each appends its own suffix. */
  readonly clientId: string;
  readonly connections: number;
  /** Idle time-out sent in the open frame; the platform accepts 30 000 to 300 000. */
  readonly idleTimeoutMs: number;
  /** Most messages per connection received and not yet settled. */
  readonly creditWindow: number;
  readonly settleMode: SettleMode;
  /** Manual mode: not settled by then, released. The platform itself times out at 30 000. */
  readonly ackTimeoutMs: number;
  readonly payloadFormat: PayloadFormat;
  /** MQTT wildcard patterns; empty: all topics. */
  readonly topicFilters: readonly string[];
  readonly skipDuplicates: boolean;
}

/** Whether a host name can only mean this computer. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
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
    port: integer(stored, "port", { ...LIMITS.port, fallback: INSTANCE_DEFAULTS.port }),
    iotInstanceId: signInValue(text(stored, "iotInstanceId"), "iotInstanceId"),
    signMethod: choice(stored, "signMethod", SIGN_METHODS),
    tls: useTls ? tls : undefined,
    // Not quoted in errors either: it is often pasted together with the secret.
    accessKeyId: secret(stored, "accessKeyId"),
    accessKeySecret: secret(stored, "accessKeySecret"),
    securityToken: optionalSecret(stored, "securityToken"),
  };
}

function clientId(stored: Stored, connections: number): string {
  const value = required(stored, "clientId");
  if (!isClientId(value, connections)) throw invalid("clientId", value, CLIENT_ID_RULE);
  return value;
}

function topicFilters(stored: Stored): readonly string[] {
  const value: unknown = stored["topicFilters"] ?? SUBSCRIBE_DEFAULTS.topicFilters;
  const allowed = { rule: "topicFilters" } as const;
  // An environment variable in the list's place hands it over as text.
  const list: unknown = typeof value === "string" ? value.split(/[,\n]/).filter(hasText) : value;
  if (!Array.isArray(list)) throw invalid("topicFilters", value, allowed);
  return list.map((entry: unknown) => {
    const filter = typeof entry === "string" ? entry.trim() : "";
    if (!isTopicFilter(filter)) throw invalid("topicFilters", entry, allowed);
    return filter;
  });
}

function hasText(value: string): boolean {
  return value.trim() !== "";
}

/**
 * Checks stored subscriber settings; the caller has filled in a client ID where the setting is
 * empty. Throws SettingError for the first bad one.
 */
export function resolveSubscribe(stored: Stored): SubscribeOptions {
  const number = (setting: Exclude<keyof typeof LIMITS, "port">) =>
    integer(stored, setting, { ...LIMITS[setting], fallback: SUBSCRIBE_DEFAULTS[setting] });
  const connections = number("connections");
  const group = required(stored, "consumerGroupId", SUBSCRIBE_DEFAULTS.consumerGroupId);
  return {
    consumerGroupId: signInValue(group, "consumerGroupId"),
    clientId: clientId(stored, connections),
    connections,
    idleTimeoutMs: number("heartbeat") * 1_000,
    creditWindow: number("creditWindow"),
    settleMode: choice(stored, "settleMode", SETTLE_MODES),
    ackTimeoutMs: number("ackTimeout") * 1_000,
    payloadFormat: choice(stored, "payloadFormat", PAYLOAD_FORMATS),
    topicFilters: topicFilters(stored),
    skipDuplicates: flag(stored, "skipDuplicates", SUBSCRIBE_DEFAULTS.skipDuplicates),
  };
}
