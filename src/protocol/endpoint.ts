import { invalid, invalidSecret, missing, variableInside } from "../errors/invalid-setting";
import { cleaned, hasVariable } from "./pasted-text";
import type { Allowed } from "../errors/invalid-setting";

export const PORT_RANGE = { min: 1, max: 65_535 } as const;

/** What a host name is composed of: `legacy` is a public instance that shows no instance ID. */
export type EndpointParts =
  | { readonly kind: "instance"; readonly iotInstanceId: string }
  | { readonly kind: "legacy"; readonly accountId: string; readonly regionId: string };

/** What a pasted address says; the parts only where the host name has a known form. */
export interface Endpoint {
  readonly host: string;
  readonly port?: number;
  readonly iotInstanceId?: string;
  readonly accountId?: string;
  readonly regionId?: string;
}

export interface Region {
  readonly regionId: string;
  readonly kinds: readonly EndpointParts["kind"][];
}

/** The regions, and which kinds of instances they serve. */
export const REGIONS: readonly Region[] = [
  { regionId: "cn-shanghai", kinds: ["instance", "legacy"] },
  { regionId: "cn-beijing", kinds: ["instance"] },
  { regionId: "cn-shenzhen", kinds: ["instance"] },
  { regionId: "ap-northeast-1", kinds: ["instance", "legacy"] }, // Tokyo
  { regionId: "ap-southeast-1", kinds: ["instance", "legacy"] }, // Singapore
  { regionId: "eu-central-1", kinds: ["instance", "legacy"] }, // Frankfurt
  { regionId: "us-west-1", kinds: ["instance", "legacy"] }, // Silicon Valley
  { regionId: "us-east-1", kinds: ["instance", "legacy"] }, // Virginia
];

const LEGACY_HOST = /^(\d+)\.iot-amqp\.([a-z0-9-]+)\.aliyuncs\.com$/i;
const INSTANCE_HOST = /^([a-z0-9_-]+)\.amqp\.iothub\.aliyuncs\.com$/i;

/** What one part of a host name may look like. */
interface PartRule {
  readonly setting: string;
  readonly form: RegExp;
  readonly allowed: Allowed;
}

const INSTANCE_ID: PartRule = {
  setting: "iotInstanceId",
  // One label of a host name (RFC 1035): 63 characters.
  form: /^[a-z0-9_-]{1,63}$/i,
  allowed: { rule: "instanceId" },
};
const ACCOUNT_ID: PartRule = {
  setting: "accountId",
  form: /^\d{1,32}$/,
  allowed: { rule: "accountId" },
};
const REGION_ID: PartRule = {
  setting: "regionId",
  form: /^[a-z]+(-[a-z0-9]+)+$/,
  allowed: { rule: "regionId" },
};

/** Whether a text has the form of a region ID. One that is not in the table may be newer than it. */
export function isRegionId(text: string): boolean {
  return REGION_ID.form.test(text);
}

function checkPart(value: string, { setting, form, allowed }: PartRule): string {
  const plain = cleaned(value);
  if (plain === "") throw missing(setting, "hostParts");
  if (hasVariable(plain)) throw variableInside(setting, plain);
  if (!form.test(plain)) throw invalid(setting, plain, allowed);
  return plain;
}

/** The region ID of a legacy host. One that is not in the table may be newer than the table. */
function checkLegacyRegion(value: string): string {
  const regionId = checkPart(value, REGION_ID);
  const known = REGIONS.find((region) => region.regionId === regionId);
  if (known?.kinds.includes("legacy") === false) {
    const serving = REGIONS.filter(({ kinds }) => kinds.includes("legacy"));
    const choices = serving.map((region) => region.regionId).join(", ");
    throw invalid("regionId", regionId, { rule: "choice", choices });
  }
  return regionId;
}

/** The host name of an instance. Throws SettingError naming the part that is missing or wrong. */
export function composeHost(parts: EndpointParts): string {
  switch (parts.kind) {
    case "instance":
      return `${checkPart(parts.iotInstanceId, INSTANCE_ID)}.amqp.iothub.aliyuncs.com`;
    case "legacy": {
      const accountId = checkPart(parts.accountId, ACCOUNT_ID);
      return `${accountId}.iot-amqp.${checkLegacyRegion(parts.regionId)}.aliyuncs.com`;
    }
  }
}

/** Whether `host` has the form of a host name, or of an IP address without brackets. */
export function isHostName(host: string): boolean {
  // Two colons at least make it IPv6: one is a host name with a port.
  return /^([a-z0-9_-]+(\.[a-z0-9_-]+)*|(?=.*:.*:)[0-9a-f:]+)$/i.test(host);
}

function parseHostName(host: string): Omit<Endpoint, "host" | "port"> {
  const [, iotInstanceId] = INSTANCE_HOST.exec(host) ?? [];
  if (iotInstanceId !== undefined) return { iotInstanceId };
  const [, accountId, regionId] = LEGACY_HOST.exec(host) ?? [];
  if (accountId === undefined || regionId === undefined) return {};
  return { accountId, regionId: regionId.toLowerCase() };
}

function isPort(port: string): boolean {
  const { min, max } = PORT_RANGE;
  return /^\d+$/.test(port) && Number(port) >= min && Number(port) <= max;
}

/** Splits `host:port`, `[v6]:port`, and a bare IPv6 address, which has no port. */
function splitAuthority(authority: string): { host: string; port?: string } {
  const [, bracketed, after] = /^\[([^\]]*)\](?::(.*))?$/.exec(authority) ?? [];
  const [first = "", second, third] = authority.split(":");
  const host = bracketed ?? (third === undefined ? first : authority);
  const port = bracketed === undefined && third === undefined ? second : after;
  return { host, ...(port === undefined ? {} : { port }) };
}

/** What may stand before an address: `AMQP接入域名：`, also without a colon, or `Endpoint: `. */
const LABEL =
  /^(?:[^.@/[\]]*\p{Script=Han}["')\]】」]*(?:\s*\([^)]*\))?\s*[:=]?|[a-z][a-z ]*(?::(?=\s)|\s*=))\s*/iu;

/**
 * Takes a pasted host name or a whole address line apart (`host:port`, `amqps://host:port?…`,
 * `failover:(amqps://…)`; of several addresses the first; after a label, as a web page shows it).
 * Throws SettingError for `host` or `port`.
 */
export function parseEndpoint(pasted: string): Endpoint {
  const text = cleaned(pasted);
  if (text === "") throw missing("host");
  const authority = text
    .replace(LABEL, "")
    .replace(/^["'`“‘<]+/, "")
    .replace(/^failover:\(?\s*/i, "")
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/^[^?]*@/, "")
    .replace(/[/?#,;()"'`”’>\p{Script=Han}].*$/su, "")
    .replaceAll("。", ".") // what an input method for Chinese writes for a full stop
    .replace(/\.?\s*$/, "");
  const { host, port } = splitAuthority(authority);
  if (hasVariable(text)) throw variableInside("host", text, text.includes("@"));
  // What stands before an @ may be a password, and then nothing of the text is quoted.
  const wrong = (setting: string, value: string, allowed: Allowed) =>
    text.includes("@") ? invalidSecret(setting, allowed) : invalid(setting, value, allowed);
  if (!isHostName(host)) throw wrong("host", text, { rule: "address" });
  if (port === undefined) return { host, ...parseHostName(host) };
  if (!isPort(port)) throw wrong("port", port, { rule: "integer", ...PORT_RANGE });
  return { host, port: Number(port), ...parseHostName(host) };
}

/** Whether a host name can only mean this computer. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}
