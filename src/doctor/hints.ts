import { isIP } from "node:net";
import { isLoopback, parseEndpoint, REGIONS } from "../protocol/endpoint";
import { reasonOf } from "../errors/foreign-text";
import { timeOfDay, utcTime } from "../errors/texts";
import { API_ACTIONS } from "../openapi/actions";
import { regionOfHost } from "../settings/api";
import { certificateValues } from "./certificate";
import type { ErrorCode, ErrorDetails, IotAmqpError } from "../errors/error";
import type { AddressAttempt } from "../network/dial";
import type { Certificate } from "./certificate";
import type { Hint } from "./finding";
import type { ApiOptions } from "../settings/api";
import type { InstanceOptions } from "../settings/instance";
import type { SubscribeOptions } from "../settings/subscribe";

/** All that is known when a step has failed. */
export interface FailedStep {
  readonly error: IotAmqpError;
  readonly instance: InstanceOptions;
  readonly options: SubscribeOptions;
  readonly api?: ApiOptions | undefined;
  /** What the host name resolves to; empty where that is not known. */
  readonly addresses: readonly string[];
  /** What the server has shown. */
  readonly certificate: Certificate | undefined;
  /** ms since the epoch. */
  readonly nowMs: number;
}

/** Recognises one cause; undefined where nothing points to it. */
type HintRule = (failed: FailedStep) => Hint | undefined;

const hint = (name: Hint["name"], values: ErrorDetails = {}): Hint => ({ name, values });
const PLATFORM_PORT = 5671;
/** The platform's other endpoints: MQTT and HTTPS for devices, the cloud API. */
const OTHER_ENDPOINT = /(^|\.)(iot-as-(mqtt|http2?|coap)|mqtt|iot)\.[a-z0-9-]+\.aliyuncs\.com$/i;
/** IPv4 for private use (RFC 1918, RFC 6598), which VPC endpoints resolve to, and IPv6 (RFC 4193). */
const PRIVATE_ADDRESS =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|f[cd])/i;
/** Group IDs are made by the platform; names are chosen, and allow more. */
const GROUP_ID = /^(DEFAULT_GROUP|[A-Za-z0-9]{16,})$/;

const VPC_HOST = /(^|[.-])vpc([.-]|$)/i;
/** The API, whose host names the region. */
const API_HOST = /^iot(?:-vpc)?\.([a-z0-9-]+)\.aliyuncs\.com$/i;

const vpcHost: HintRule = ({ instance: { host } }) =>
  VPC_HOST.test(host) ? hint("vpcHost", { host }) : undefined;

const otherEndpoint: HintRule = ({ instance: { host } }) =>
  OTHER_ENDPOINT.test(host) ? hint("otherEndpoint", { host }) : undefined;

/** A region that is not known, or a known one that may be the wrong one. */
const region: HintRule = ({ instance: { host } }) => {
  const { regionId } = parseEndpoint(host);
  if (regionId === undefined) return undefined;
  const legacy = REGIONS.filter(({ kinds }) => kinds.includes("legacy"));
  const known = legacy.map((each) => each.regionId);
  const regions = known.join(", ");
  return known.includes(regionId)
    ? hint("regionWrong", { regionId, regions })
    : hint("regionUnknown", { regionId, regions });
};

const unusualHost: HintRule = ({ instance: { host } }) => {
  const { iotInstanceId, accountId } = parseEndpoint(host);
  const known = iotInstanceId !== undefined || accountId !== undefined;
  return known || isIP(host) !== 0 || isLoopback(host) ? undefined : hint("hostUnusual", { host });
};

const privateAddress: HintRule = ({ instance: { host }, addresses }) => {
  const address = addresses.find((each) => PRIVATE_ADDRESS.test(each));
  return address === undefined ? undefined : hint("privateAddress", { host, address });
};

const unusualPort: HintRule = ({ instance: { host, port } }) =>
  isLoopback(host) || port === PLATFORM_PORT ? undefined : hint("portUnusual", { port });

const shownCertificate: HintRule = ({ certificate }) =>
  certificate && hint("certificate", certificateValues(certificate));

/** Node.js 20 and newer have GlobalSign's later roots, but not R1. */
const missingRoot: HintRule = ({ certificate }) =>
  /globalsign/i.test(certificate?.topIssuer ?? "") ? hint("missingRoot") : undefined;

const selfSigned: HintRule = ({ certificate }) =>
  certificate !== undefined && certificate.issuer === certificate.subject
    ? hint("selfSigned")
    : undefined;

const ownCa: HintRule = ({ instance: { tls } }) =>
  tls?.ca === undefined ? undefined : hint("ownCa");

const byAddress: HintRule = ({ instance: { host } }) =>
  isIP(host) === 0 ? undefined : hint("byAddress", { host });

/** Neither AMQP nor TLS has the server's time, so the user has to compare. */
const clock: HintRule = ({ nowMs }) =>
  hint("clock", { time: timeOfDay(nowMs), utc: utcTime(nowMs) });

const instanceId: HintRule = ({ instance: { host, iotInstanceId: given } }) => {
  const { iotInstanceId: hosts, accountId } = parseEndpoint(host);
  if (accountId !== undefined && given !== "") return hint("instanceIdSuperfluous", { given });
  if (hosts === undefined || hosts === given) return undefined;
  return given === ""
    ? hint("instanceIdMissing", { hosts })
    : hint("instanceIdOther", { hosts, given });
};

/** Keys have letters, digits and few signs; what else is in them came by copying. */
const keyCharacters: HintRule = ({ instance: { accessKeyId, accessKeySecret } }) => {
  const strange = /[^A-Za-z0-9._+/=-]/;
  const setting = strange.test(accessKeyId) ? "accessKeyId" : "accessKeySecret";
  const value = setting === "accessKeyId" ? accessKeyId : accessKeySecret;
  return strange.test(value) ? hint("keyCharacters", { setting }) : undefined;
};

const keysSwapped: HintRule = ({ instance: { accessKeyId, accessKeySecret } }) =>
  /^(LTAI|STS\.)/.test(accessKeySecret) && !/^(LTAI|STS\.)/.test(accessKeyId)
    ? hint("keysSwapped")
    : undefined;

const token: HintRule = ({ instance: { accessKeyId, securityToken } }) => {
  if (securityToken !== undefined) return hint("tokenExpires");
  return accessKeyId.startsWith("STS.") ? hint("tokenMissing") : undefined;
};

const groupName: HintRule = ({ instance: { host }, options: { consumerGroupId } }) =>
  isLoopback(host) || GROUP_ID.test(consumerGroupId)
    ? undefined
    : hint("groupName", { consumerGroupId });

const emulatorKeys: HintRule = ({ instance: { host } }) =>
  isLoopback(host) ? hint("emulatorKeys") : undefined;

const filters: HintRule = ({ options: { topicFilters } }) =>
  topicFilters.length === 0 ? undefined : hint("filters");

const apiHost = ({ api }: FailedStep) => api?.endpoint.host ?? "";

const apiVpcHost: HintRule = (failed) => {
  const host = apiHost(failed);
  return VPC_HOST.test(host) ? hint("vpcHost", { host }) : undefined;
};

const apiRegionUnknown: HintRule = (failed) => {
  const [, regionId] = API_HOST.exec(apiHost(failed)) ?? [];
  const known = REGIONS.map((each) => each.regionId);
  if (regionId === undefined || known.includes(regionId)) return undefined;
  return hint("apiRegionUnknown", { regionId, regions: known.join(", ") });
};

const apiRegionOther: HintRule = (failed) => {
  const [, given] = API_HOST.exec(apiHost(failed)) ?? [];
  const hosts = regionOfHost(failed.instance.host);
  if (given === undefined || hosts === undefined || hosts === given) return undefined;
  return hint("apiRegionOther", { hosts, given });
};

const apiHostUnusual: HintRule = (failed) => {
  const host = apiHost(failed);
  return API_HOST.test(host) || isLoopback(host) ? undefined : hint("apiHostUnusual", { host });
};

const emulatorApi: HintRule = (failed) =>
  isLoopback(apiHost(failed)) ? hint("emulatorApi") : undefined;

const emulatorApiKeys: HintRule = (failed) =>
  isLoopback(apiHost(failed)) ? hint("emulatorKeys") : undefined;

const apiOwnCa: HintRule = ({ api }) => (api?.tls.ca === undefined ? undefined : hint("ownCa"));

/** A key that may set properties need not have the right that the test uses. */
const apiPermissions: HintRule = () => {
  const permissions = Object.keys(API_ACTIONS).map((action) => `iot:${action}`);
  return hint("apiPermissions", {
    needed: "iot:GetDeviceStatus",
    permissions: permissions.join(", "),
  });
};

const HOST = [vpcHost, otherEndpoint, region, unusualHost, instanceId] as const;
const REACH = [vpcHost, otherEndpoint, privateAddress, unusualPort] as const;
const NOT_TLS = [otherEndpoint, unusualPort] as const;
const SIGN_IN = [
  instanceId,
  keyCharacters,
  keysSwapped,
  token,
  groupName,
  emulatorKeys,
  clock,
] as const;
const API_REACH = [apiVpcHost, apiRegionUnknown, apiHostUnusual, emulatorApi] as const;
const API_SIGN = [keyCharacters, keysSwapped, token, emulatorApiKeys] as const;
const API_INSTANCE = [instanceId, apiRegionOther] as const;

/** What to look at after which error; the hints are shown in this order. */
const RULES_BY_CODE: Readonly<Partial<Record<ErrorCode, readonly HintRule[]>>> = {
  DNS_FAILED: HOST,
  CONNECTION_REFUSED: REACH,
  CONNECTION_FAILED: REACH,
  CONNECT_TIMEOUT: REACH,
  TLS_UNTRUSTED: [shownCertificate, missingRoot, selfSigned, ownCa, otherEndpoint],
  TLS_HOSTNAME: [shownCertificate, byAddress, otherEndpoint],
  TLS_EXPIRED: [shownCertificate, clock],
  TLS_FAILED: NOT_TLS,
  TLS_INTERRUPTED: NOT_TLS,
  PROTOCOL_VIOLATION: [otherEndpoint, unusualPort],
  SIGN_IN_REFUSED: SIGN_IN,
  REFUSED: SIGN_IN,
  CONNECTION_LOST: [instanceId, groupName],
  GROUP_NOT_FOUND: [groupName, instanceId],
  NO_MESSAGE: [groupName, filters],
  API_UNREACHABLE: API_REACH,
  API_UNAVAILABLE: API_REACH,
  API_TLS_FAILED: [apiOwnCa, apiHostUnusual, clock],
  API_KEY_REFUSED: API_SIGN,
  API_SIGNATURE_REFUSED: API_SIGN,
  API_TOKEN_REFUSED: [token],
  API_CLOCK_OFF: [clock],
  API_PERMISSION_MISSING: [apiPermissions],
  API_INSTANCE_REFUSED: API_INSTANCE,
  API_ENDPOINT_WRONG: [apiHostUnusual, emulatorApi],
  API_ANSWER_UNREADABLE: [apiHostUnusual, emulatorApi],
  PRODUCT_NOT_FOUND: API_INSTANCE,
  DEVICE_NOT_FOUND: API_INSTANCE,
};

/** What has become of each address that did not answer. */
export function addressHints(attempts: readonly AddressAttempt[]): Hint[] {
  return attempts
    .filter(({ outcome }) => outcome !== "connected")
    .map(({ address, outcome, ms, error }) =>
      outcome === "pending"
        ? hint("addressSilent", { address, ms })
        : hint("addressFailed", { address, ms, ...reasonOf(error) }),
    );
}

/** What the settings and the server say about the cause of a failure, most telling first. */
export function hintsFor(failed: FailedStep): Hint[] {
  const rules = RULES_BY_CODE[failed.error.code] ?? [];
  return rules.map((rule) => rule(failed)).filter((hint) => hint !== undefined);
}
