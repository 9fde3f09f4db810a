import type { Catalogue } from "../errors/entry";

/** What was recognised in the settings, or in what the server showed. */
export const HINT_TEXTS = {
  addressSilent: {
    "en-US": "__address__ had not answered after __ms__ ms.",
    "zh-CN": "__address__ 在 __ms__ 毫秒内没有应答。",
  },
  addressFailed: {
    "en-US": "__address__ failed after __ms__ ms: __reason__.",
    "zh-CN": "__address__ 在 __ms__ 毫秒后连接失败：__reason__。",
  },
  vpcHost: {
    "en-US":
      "__host__ looks like a VPC host: it works only within that VPC. From elsewhere, use the public endpoint.",
    "zh-CN": "__host__ 看起来是 VPC 域名：只能在该 VPC 内使用。在其他地方请使用公网接入域名。",
  },
  otherEndpoint: {
    "en-US":
      "__host__ is another endpoint of the platform (for devices, or the cloud API). The AMQP endpoint has “amqp” in its name.",
    "zh-CN":
      "__host__ 是平台的另一种接入域名（用于设备接入或云端 API）。AMQP 接入域名中含有“amqp”。",
  },
  regionUnknown: {
    "en-US":
      "The region “__regionId__” in the host name is not a known region of legacy public instances. Known regions: __regions__.",
    "zh-CN": "域名中的地域“__regionId__”不在旧版公共实例的已知地域中。已知地域：__regions__。",
  },
  regionWrong: {
    "en-US":
      "The region in the host name is __regionId__. Is your instance in this region? Known regions: __regions__.",
    "zh-CN": "域名中的地域是 __regionId__。您的实例在这个地域吗？已知地域：__regions__。",
  },
  hostUnusual: {
    "en-US":
      "__host__ does not look like one of the platform's AMQP endpoints, <instance ID>.amqp.iothub.aliyuncs.com or <account ID>.iot-amqp.<region>.aliyuncs.com.",
    "zh-CN":
      "__host__ 不符合平台 AMQP 接入域名的格式：<实例 ID>.amqp.iothub.aliyuncs.com 或 <账号 ID>.iot-amqp.<地域>.aliyuncs.com。",
  },
  privateAddress: {
    "en-US":
      "__host__ is __address__, a private address: it is reachable only within that network (VPC).",
    "zh-CN": "__host__ 解析为私网地址 __address__：只能在该网络（VPC）内访问。",
  },
  portUnusual: {
    "en-US": "The port is __port__ (port). The platform's AMQP port is 5671.",
    "zh-CN": "端口是 __port__（port）。平台的 AMQP 端口是 5671。",
  },
  certificate: {
    "en-US":
      "The server presented a certificate for __subject__, issued by __issuer__, valid from __from__ until __until__.",
    "zh-CN": "服务器出示的证书属于 __subject__，由 __issuer__ 签发，有效期 __from__ 至 __until__。",
  },
  missingRoot: {
    "en-US":
      "The chain ends at GlobalSign. Node.js no longer includes its root certificate R1: add it as a CA certificate (tls).",
    "zh-CN":
      "证书链的根是 GlobalSign。Node.js 已不再内置其根证书 R1：请将其作为 CA 证书提供（tls）。",
  },
  selfSigned: {
    "en-US":
      "The certificate is self-signed: a test server such as the emulator, or a proxy in between. You can add it as a CA certificate (tls).",
    "zh-CN":
      "该证书是自签名的：可能是测试服务器（例如模拟器），也可能是中间的代理。可以将该证书作为 CA 证书提供（tls）。",
  },
  ownCa: {
    "en-US":
      "You use your own CA certificates (tls): only these are trusted, not those of Node.js.",
    "zh-CN": "您提供了自己的 CA 证书（tls）：此时只信任这些证书，不再信任 Node.js 自带的证书。",
  },
  byAddress: {
    "en-US":
      "__host__ is an IP address. Certificates are issued for names: connect by the host name (host).",
    "zh-CN": "__host__ 是 IP 地址。证书是签发给域名的：请使用域名连接（host）。",
  },
  clock: {
    "en-US":
      "This computer's time is __time__ (__utc__ UTC). If that is wrong, set the clock: signature and certificates depend on it.",
    "zh-CN": "本机时间是 __time__（UTC __utc__）。如果不对，请校准时间：签名和证书都与时间有关。",
  },
  instanceIdMissing: {
    "en-US":
      "The host belongs to the instance __hosts__, but the instance ID is empty (iotInstanceId): enter __hosts__.",
    "zh-CN": "域名属于实例 __hosts__，但实例 ID 为空（iotInstanceId）：请填写 __hosts__。",
  },
  instanceIdOther: {
    "en-US":
      "The host belongs to the instance __hosts__, but the instance ID is __given__ (iotInstanceId).",
    "zh-CN": "域名属于实例 __hosts__，但填写的实例 ID 是 __given__（iotInstanceId）。",
  },
  instanceIdSuperfluous: {
    "en-US":
      "The host belongs to a legacy public instance, which has no instance ID, but the instance ID is __given__ (iotInstanceId): leave it empty, or use that instance's own host.",
    "zh-CN":
      "该域名属于旧版公共实例，没有实例 ID，但填写了 __given__（iotInstanceId）：请留空，或者使用该实例自己的域名。",
  },
  keyCharacters: {
    "en-US":
      "__label__ (__setting__) contains characters that do not occur in keys, such as quotes or invisible characters: copy it again.",
    "zh-CN": "__label__（__setting__）中含有密钥不会有的字符，例如引号或不可见字符：请重新复制。",
  },
  keysSwapped: {
    "en-US":
      "The AccessKey Secret (accessKeySecret) starts like an AccessKey ID: were the two swapped?",
    "zh-CN": "AccessKey Secret（accessKeySecret）的开头像是 AccessKey ID：两者是否填反了？",
  },
  tokenExpires: {
    "en-US":
      "An STS token is used (securityToken). It may have expired: get a new one, and enter the AccessKey ID and AccessKey Secret that come with it.",
    "zh-CN":
      "使用了 STS Token（securityToken），它可能已过期：请获取新的 Token，并同时更换随之返回的 AccessKey ID 和 AccessKey Secret。",
  },
  tokenMissing: {
    "en-US":
      "The AccessKey ID starts with “STS.”: it is a temporary one and needs its STS token (securityToken).",
    "zh-CN":
      "AccessKey ID 以“STS.”开头：这是临时凭证，还需要填写对应的 STS Token（securityToken）。",
  },
  groupName: {
    "en-US":
      "“__consumerGroupId__” looks like a name. Enter the consumer group's ID (consumerGroupId), which the console shows beside the name.",
    "zh-CN":
      "“__consumerGroupId__”看起来是名称。需要填写的是控制台中显示的消费组 ID（consumerGroupId）。",
  },
  emulatorKeys: {
    "en-US":
      "The host is this computer: the emulator accepts testAccessKeyId and testAccessKeySecret, unless it was started with others.",
    "zh-CN":
      "连接的是本机：模拟器默认接受 testAccessKeyId 和 testAccessKeySecret，除非启动时指定了其他值。",
  },
  apiRegionUnknown: {
    "en-US":
      "The region “__regionId__” of the API is not a known region of the platform (region). Known regions: __regions__.",
    "zh-CN": "API 的地域“__regionId__”不在平台的已知地域中（region）。已知地域：__regions__。",
  },
  apiRegionOther: {
    "en-US": "The host belongs to the region __hosts__, but the API is that of __given__ (region).",
    "zh-CN": "接入域名属于地域 __hosts__，但 API 属于 __given__（region）。",
  },
  apiHostUnusual: {
    "en-US":
      "__host__ does not look like the platform's API, iot.<region>.aliyuncs.com (apiEndpoint).",
    "zh-CN": "__host__ 不符合平台 API 域名的格式：iot.<地域>.aliyuncs.com（apiEndpoint）。",
  },
  emulatorApi: {
    "en-US":
      "The API endpoint is this computer: the emulator answers at its HTTP port, http://127.0.0.1:5680 unless it was started with another.",
    "zh-CN":
      "API 接入地址是本机：模拟器在它的 HTTP 端口应答，默认为 http://127.0.0.1:5680，除非启动时指定了其他端口。",
  },
  apiPermissions: {
    "en-US":
      "Each action of the API has a permission of its own. This test needs __needed__ only; grant those of the actions that you use: __permissions__.",
    "zh-CN":
      "API 的每个操作都有单独的权限。本次检查只需要 __needed__；请授予您会用到的操作的权限：__permissions__。",
  },
  filters: {
    "en-US":
      "Topic filters are set (topicFilters): a subscriber drops messages that match none. This test did not use them.",
    "zh-CN":
      "设置了 Topic 过滤（topicFilters）：订阅节点会丢弃不匹配的消息。本次检查没有使用它们。",
  },
} as const satisfies Catalogue;
