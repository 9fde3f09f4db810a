import { codeTable } from "../errors/node-codes";
import type { API_ERRORS } from "../errors/table/api";
import type { COMMAND_ERRORS } from "../errors/table/command";

/** What a code of the platform means for the call. */
export type Meaning =
  | keyof typeof API_ERRORS
  | keyof typeof COMMAND_ERRORS
  /** Too many calls; this one was not carried out. */
  | "throttled"
  /** The time of the signature was refused. */
  | "clock"
  /** The platform has seen the request before: then the first may have been carried out. */
  | "repeated"
  /** The platform failed; how far it came is not known. */
  | "fault"
  /** The device did not answer in time; it may have acted. */
  | "timeout";

/** As the documents write them: of the gateway, of the product (those begin with `iot.`) and of RRpc's `RrpcCode`. */
const DOCUMENTED = codeTable<Meaning>({
  API_KEY_REFUSED: "InvalidAccessKeyId InvalidAccessKeyId.NotFound InvalidAccessKeyId.Inactive",
  API_SIGNATURE_REFUSED: "SignatureDoesNotMatch IncompleteSignature InvalidSignature",
  API_ENDPOINT_WRONG: `InvalidApi.NotFound InvalidAction.NotFound InvalidProduct.NotFound InvalidVersion
    InvalidProtocol.NeedSsl UnsupportedHTTPMethod`,
  API_PERMISSION_MISSING: `Forbidden Forbidden.RAM NoPermission iot.common.RamActionPermissionDeny`,
  API_INSTANCE_REFUSED: `iot.Sre.IotInstanceNotFound iot.system.InstanceNotFound
    iot.auth.IotInstanceNotFound iot.auth.InvalidIotInstanceId iot.Sre.IotInstanceAccessForbidden
    iot.common.APINotSupportedInInstance`,
  API_INSTANCE_STOPPED: `iot.Sre.IotInstanceStatusForbidden iot.system.UidNotFound
    iot.system.BillIsOverDue`,
  PRODUCT_NOT_FOUND: `iot.prod.NotExistedProduct iot.prod.NullProductKey
    iot.prod.InvalidFormattedProductkey iot.prod.NotProductOwner`,
  DEVICE_NOT_FOUND: `iot.common.AuthActionPermissionDeny iot.device.NotExistedDevice
    iot.device.InvalidIoTId iot.device.NullDeviceName iot.device.InvalidFormattedDeviceName
    iot.device.DeviceInstanceInconsistency`,
  DEVICE_INACTIVE: "iot.device.InactiveDevice iot.device.DeviceIsDisable",
  DEVICE_OFFLINE: `iot.messagebroker.OFFLINE iot.messagebroker.HALFCONN iot.device.OfflineDevice
    OFFLINE HALFCONN`,
  DATA_REFUSED: `iot.prod.NotSeniorProduct iot.device.SetDevicePropertyFailed
    iot.device.CanNotSetReadOnlyProperty iot.device.NoneDeviceProperties
    iot.device.TooManyDevicePropertiesPerTime iot.device.LongDevicePropertiesString
    iot.device.InvalidFormattedDevicePropertiesString iot.device.InvokeThingServiceFailed
    iot.device.NotSupportExemptionValidateType iot.tsl.TslParseError
    iot.messagebroker.NullMessageContent iot.messagebroker.MessageContentIsNotBase64Encode`,
  TOPIC_REFUSED: "iot.messagebroker.InvalidFormattedTopicName iot.messagebroker.NullTopicName",
  throttled: "iot.messagebroker.RateLimit iot.common.TooManyRequest",
  clock: "InvalidTimeStamp.Expired InvalidTimeStamp.Format",
  repeated: "SignatureNonceUsed",
  // UNKNOW is how old pages of the documentation spell it.
  timeout: "iot.messagebroker.TIMEOUT TIMEOUT UNKNOWN UNKNOW",
  fault: `InternalError ServiceUnavailable iot.system.SystemException
    iot.messagebroker.PublishMessageException iot.messagebroker.RrpcException`,
});

/** Their prefixes vary in case. */
const CODES = new Map([...DOCUMENTED].map(([code, meaning]) => [code.toLowerCase(), meaning]));

/** Codes that go by how they begin: there are many, and no list of them. */
const PREFIXES: readonly (readonly [string, Meaning])[] = [
  ["invalidsecuritytoken.", "API_TOKEN_REFUSED"],
  ["missingsecuritytoken", "API_TOKEN_REFUSED"],
  ["iot.dataalgo.script", "DATA_REFUSED"],
];

/** What a code means; undefined for one that is not known. */
export function meaningOf(apiCode: string): Meaning | undefined {
  const code = apiCode.toLowerCase();
  // The vendor's own clients go by this word.
  if (code.includes("throttling")) return "throttled";
  return CODES.get(code) ?? PREFIXES.find(([prefix]) => code.startsWith(prefix))?.[1];
}
